//! What is untidy, how it is mended, and stubs.

use std::collections::BTreeSet;

use expect_test::expect;

use super::*;

#[test]
fn untidy_files_are_named() {
    broken(
        P,
        "title = \"Exim\"",
        "title = \"Exim\"  ",
        expect!["products/exim/index.md:3:15: warning: blanks at the end of the line [F101]"],
    );
    broken(
        P,
        "A mailer.\n",
        "A mailer, see RFC5321.\n\n",
        expect![[r#"
            products/exim/index.md:18:15: warning: "RFC5321" is written "RFC 5321" [M104]
            products/exim/index.md:18:23: warning: the file ends with exactly one line feed [F101]"#]],
    );
    broken(
        P,
        "surety",
        "aliases = [\"exim4\", \"Exim MTA\"]\nsurety",
        expect!["products/exim/index.md:11:12: warning: aliases are not in order [F102]"],
    );
    broken(
        P,
        "slug = \"exim\"\ntitle = \"Exim\"\n",
        "title = \"Exim\"\nslug = \"exim\"\n",
        expect![[r#"products/exim/index.md:3:1: warning: "slug" comes before "title" [F103]"#]],
    );
}

#[test]
fn mending_changes_no_meaning_and_settles() {
    let messy = PRODUCT
        .replace(
            "slug = \"exim\"\ntitle = \"Exim\"\n",
            "# The name.\ntitle = \"Exim\" \nslug = \"exim\"\n",
        )
        .replace("2026-11-23", "2026/11/23")
        .replace("surety", "aliases = [\"exim4\", \"Exim MTA\"]\nsurety")
        .replace(
            "\nA mailer.\n",
            "\nA mailer of rfc 5321.  \nTwo lines. \n\n",
        );
    let files = good_and(&[
        (P, &messy),
        ("addresses.lock.toml", "address = [\"/old\"]\n"),
    ]);
    let fixed = fix::fix(files).unwrap();
    let page = fixed.iter().find(|one| one.path == P).unwrap();
    expect![[r#"
        +++
        # The name.
        slug = "exim"
        title = "Exim"
        summary = "A mailer."
        kind = "component"
        roles = ["mta"]
        protocols = ["smtp"]
        licence = "GPL-2.0-or-later"
        status = "active"
        first_release = "1995"
        aliases = ["Exim MTA", "exim4"]
        surety = "checked"
        reviewed = "2026-11-23"

        [[version]]
        id = "4.99"
        +++

        A mailer of RFC 5321.  
        Two lines.
    "#]]
    .assert_eq(&page.text);
    let codes: BTreeSet<String> = page.done.iter().map(|one| one.code.to_string()).collect();
    assert_eq!(
        codes.iter().map(String::as_str).collect::<Vec<_>>(),
        ["F101", "F102", "F103", "M104", "S107"]
    );
    let lock = fixed
        .iter()
        .find(|one| one.path == "addresses.lock.toml")
        .unwrap();
    assert!(lock.text.contains("  \"/old\",\n") && lock.text.contains("  \"/products/exim\",\n"));
    let again: Vec<(&str, &str)> = fixed
        .iter()
        .map(|one| (one.path.as_str(), one.text.as_str()))
        .collect();
    assert_eq!(fix::fix(good_and(&again)).unwrap(), []);
    let left = list_of(&again);
    let codes: Vec<String> = left.iter().map(|one| one.code.to_string()).collect();
    assert_eq!(codes, ["X101"], "{left:?}");
}

#[test]
fn mending_the_projects_content_settles_and_keeps_what_it_says() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
    let files = read_folder(&root).unwrap();
    let fixed = fix::fix(files.clone()).unwrap();
    let mended: Vec<SourceFile> = files
        .iter()
        .map(
            |file| match fixed.iter().find(|one| one.path == file.path) {
                Some(one) => SourceFile::new(one.path.clone(), one.text.clone()),
                None => file.clone(),
            },
        )
        .collect();
    let today = Date::parse(TODAY).unwrap();
    let before = check(files, &today).unwrap().catalog.unwrap();
    let after = check(mended.clone(), &today).unwrap().catalog.unwrap();
    let rows = |catalog| crate::dump::json(catalog)["claims"].clone();
    assert_eq!(rows(&before), rows(&after));
    assert_eq!(fix::fix(mended).unwrap(), []);
}

#[test]
fn records_of_links_are_written_as_they_are_read() {
    use crate::model::{LinkCheck, LinksFile};
    let day = Date::parse(TODAY).unwrap();
    let entry = |url: &str, archive: Option<&str>| LinkCheck {
        url: url.to_owned(),
        checked: day.clone(),
        status: "404".to_owned(),
        dead_since: archive.map(|_| day.clone()),
        archive: archive.map(str::to_owned),
    };
    let first = entry("https://a.example/\"x\"", Some("https://archive.example/"));
    let second = entry("https://example.org/", None);
    let text = fix::links_text(vec![second.clone(), first.clone()]);
    let read: LinksFile = toml::from_str(&text).unwrap();
    assert_eq!(read.link, [first, second]);
    let files = good_and(&[("links.lock.toml", &text)]);
    let fixed = fix::fix(files).unwrap();
    assert_eq!(fixed.len(), 1);
    assert!(!fixed[0].text.contains("a.example") && fixed[0].text.contains("example.org"));
    assert_eq!(fixed[0].done[0].code, Code::L102);
}

#[test]
fn stubs_pass_but_for_what_they_leave_open() {
    use crate::stub::{Stub, stub};
    let name = |name: &str| name.to_owned();
    let both = vec![name("exim"), name("postfix")];
    for what in [
        Stub::Product(name("new-one")),
        Stub::Protocol(name("new-one")),
        Stub::Extension(name("smtp/new-one")),
        Stub::Feature(name("new-one")),
        Stub::Comparison(name("new-one"), both, vec![name("smtp/size")]),
        Stub::Survey(name("new-one"), name("smtp")),
        Stub::Term(name("new-one")),
        Stub::Claim(name("postfix"), name("smtp/size")),
        Stub::Claim(name("postfix"), name("design")),
    ] {
        let made = stub(&what, &Date::parse(TODAY).unwrap()).unwrap();
        let found = list_of(&[(&made.path, &made.text)]);
        assert!(found.len() >= 3, "{what:?}");
        for one in &found {
            assert_eq!(
                (one.code, &one.path),
                (Code::G101, &made.path),
                "{what:?}: {}",
                one.text("")
            );
        }
        let open = made.text.lines().filter(|line| line.contains("TODO"));
        assert_eq!(open.count(), found.len(), "{what:?}");
        let file = SourceFile::new(made.path, made.text);
        assert_eq!(fix::fix(vec![file]).unwrap(), []);
    }
    let bad = stub(&Stub::Term(name("Two Words")), &Date::parse(TODAY).unwrap());
    assert!(bad.is_err());
    let claim = stub(&Stub::Term(name("new-one")), &Date::parse(TODAY).unwrap()).unwrap();
    let found = list_of(&[(&claim.path, &claim.text)]);
    assert_eq!(
        found[0].text(""),
        "glossary/new-one.md:3:9: still open: new-one as it is written [G101]"
    );
}
