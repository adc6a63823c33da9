//! Rules between files: claims that disagree, dead links, transcripts, published addresses.

use expect_test::expect;

use super::*;

#[test]
fn claims_that_disagree_are_listed() {
    let other = CLAIMS
        .replace("\"yes\"", "\"no\"")
        .replace("docs", "source");
    with(
        &[(C, &format!("{CLAIMS}\n{other}"))],
        expect![[r#"
            products/exim/claims.toml:3:11: warning: "smtp/size" is disputed: documented "yes" here, source code "no" at products/exim/claims.toml:10 [C105]"#]],
    );
    let measured = "prober = \"p\"\nrun_date = \"2026-11-23\"\npackage = \"exim4\"\n\
        package_version = \"4.96\"\nconfig_profile = \"stock\"\n\n[[check]]\n\
        extension = \"smtp/size\"\nresult = \"advertised\"\nphase = \"plain\"\nline = \"SIZE\"\n";
    with(
        &[
            (C, &other),
            ("products/exim/measured/debian-12.toml", measured),
        ],
        expect![[r#"
            products/exim/measured/debian-12.toml:9:10: warning: "smtp/size" is disputed: measured (announced) "yes" here, source code "no" at products/exim/claims.toml:3 [C105]"#]],
    );
}

#[test]
fn nothing_stands_on_what_is_missing() {
    let needing = EXTENSION
        .replace("\"size\"", "\"big\"")
        .replace("\"Size\"", "\"Big\"")
        .replace("\"SIZE\"", "\"BIG\"")
        .replace("surety", "requires = [\"smtp/size\"]\nsurety");
    let without = CLAIMS.replace("\"yes\"", "\"no\"");
    let with_big = CLAIMS.replace("smtp/size", "smtp/big");
    with(
        &[
            ("extensions/smtp/big.md", &needing),
            (C, &format!("{without}\n{with_big}")),
        ],
        expect![[r#"
            products/exim/claims.toml:10:11: "smtp/big" is "yes" but needs "smtp/size", which is "no" at products/exim/claims.toml:3 [C107]"#]],
    );
}

#[test]
fn dead_links_are_named_where_they_are_used() {
    let lock = |rest: &str| {
        format!(
            "[[link]]\nurl = \"https://example.org/\"\nchecked = \"2026-11-20\"\nstatus = \"404\"\n{rest}"
        )
    };
    let dead = "dead_since = \"2026-11-13\"\n";
    with(
        &[("links.lock.toml", &lock(dead))],
        expect![[r#"
            products/exim/claims.toml:5:10: "https://example.org/" failed on 2026-11-13 and still on 2026-11-20 (404); name another source or an archived copy [L101]
            surveys/small.md:14:12: "https://example.org/" failed on 2026-11-13 and still on 2026-11-20 (404); name another source or an archived copy [L101]"#]],
    );
    with(
        &[("links.lock.toml", &lock("dead_since = \"2026-11-14\"\n"))],
        expect![[""]],
    );
    let saved = format!("{dead}archive = \"https://archive.example/1\"\n");
    with(&[("links.lock.toml", &lock(&saved))], expect![[""]]);
    with(
        &[(
            "links.lock.toml",
            &lock("").replace("example.org", "example.net"),
        )],
        expect![[
            r#"links.lock.toml:2:7: warning: no page links to "https://example.net/" [L102]"#
        ]],
    );
    let prose = PRODUCT.replace("A mailer.\n+++", "+++").replace(
        "\nA mailer.\n",
        "\nSee [the page](https://example.com/a#b).\n",
    );
    with(
        &[
            (P, &prose),
            (
                "links.lock.toml",
                &lock(dead).replace("example.org/", "example.com/a"),
            ),
        ],
        expect![[r#"
            products/exim/index.md:18:5: "https://example.com/a" failed on 2026-11-13 and still on 2026-11-20 (404); name another source or an archived copy [L101]"#]],
    );
}

#[test]
fn transcripts_tell_nothing_about_anyone() {
    let path = "products/exim/transcripts/debian-12-smtp.txt";
    with(
        &[(
            path,
            "S: 220 mx.example.test\nC: AUTH PLAIN AGFsaWNlAHNlY3JldDE=\nC: MAIL FROM:<alice@example.test>\n",
        )],
        expect![[""]],
    );
    with(
        &[(
            path,
            "S: 220 ready\nC: MAIL FROM:<joe@corp.net>\nC: AUTH PLAIN AGpvZQBodW50ZXIy\n",
        )],
        expect![[r#"
            products/exim/transcripts/debian-12-smtp.txt:2:15: the address "joe@corp.net" may be someone's [T101]
            products/exim/transcripts/debian-12-smtp.txt:3:15: a password or credential that is not the prober's own [T102]"#]],
    );
}

#[test]
fn published_addresses_go_on_leading_somewhere() {
    let lock = "address = [\n  \"/products/exmi\",\n]\n";
    let found = list_of(&[("addresses.lock.toml", lock)]);
    let lines: Vec<String> = found.iter().map(|one| one.text("")).collect();
    let of = |code: Code| found.iter().filter(|one| one.code == code).count();
    assert_eq!(
        lines.iter().find(|line| line.contains("[X101]")).unwrap(),
        "addresses.lock.toml:2:3: \"/products/exmi\" was published and leads nowhere now (did you mean \"/products/exim\"?) [X101]"
    );
    assert!(of(Code::X103) > 10);
    assert!(
        lines.contains(
            &"addresses.lock.toml:1:11: warning: \"/products/exim\" is not recorded yet [X103]"
                .to_owned()
        )
    );
    let moved = "[[redirect]]\nfrom = \"/products/exmi\"\nto = \"/products/exim\"\n";
    let found = list_of(&[("addresses.lock.toml", lock), ("redirects.toml", moved)]);
    assert!(found.iter().all(|one| one.code == Code::X103));
    with(
        &[(
            "redirects.toml",
            "[[redirect]]\nfrom = \"/products/exim\"\nto = \"/products/exmi\"\n\n\
             [[redirect]]\nfrom = \"/old\"\nto = \"/products/exim\"\n\n\
             [[redirect]]\nfrom = \"/old\"\nto = \"/products/postfix\"\n",
        )],
        expect![[r#"
            redirects.toml:2:8: "/products/exim" is a page; a redirect would never be seen [X102]
            redirects.toml:3:6: "/products/exmi" leads nowhere (did you mean "/products/exim"?) [X102]
            redirects.toml:7:6: "/products/exim" is redirected itself; name where it leads in the end [X102]
            redirects.toml:10:8: "/old" is redirected twice [U101]"#]],
    );
}
