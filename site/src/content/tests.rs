//! One broken piece of content for each rule, with the exact list that `check` prints.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};

use super::*;
use crate::date::Date;
use crate::fixture::{TODAY, real_content};

const PRODUCT: &str = "+++\nslug = \"exim\"\ntitle = \"Exim\"\nsummary = \"A mailer.\"\n\
kind = \"component\"\nroles = [\"mta\"]\nprotocols = [\"smtp\"]\nlicence = \"GPL-2.0-or-later\"\n\
status = \"active\"\nfirst_release = \"1995\"\nsurety = \"checked\"\nreviewed = \"2026-11-23\"\n\n\
[[version]]\nid = \"4.99\"\n+++\n\nA mailer.\n";
const OTHER: &str = "+++\nslug = \"postfix\"\ntitle = \"Postfix\"\nsummary = \"Another.\"\n\
kind = \"component\"\nroles = [\"mta\"]\nlicence = \"IPL-1.0\"\nstatus = \"active\"\n\
aliases = [\"VMailer\"]\nsurety = \"checked\"\nreviewed = \"2026-11-23\"\n+++\n";
const CLAIMS: &str = "[[claim]]\nextension = \"smtp/size\"\nsupport = \"yes\"\n\
evidence = \"docs\"\nsource = \"https://example.org/\"\ndate = 2026-01-01\n";
const PROTOCOL: &str = "+++\nid = \"smtp\"\ntitle = \"SMTP\"\nfull_name = \"Simple Mail\"\n\
summary = \"Mail.\"\nkind = \"transfer\"\ntransport = \"TCP\"\nsurety = \"checked\"\n+++\n";
const EXTENSION: &str = "+++\nprotocol = \"smtp\"\nslug = \"size\"\ntitle = \"Size\"\n\
summary = \"Sizes.\"\ncategory = \"limits\"\nstatus = \"standard\"\nsurety = \"checked\"\n\n\
[[tokens]]\ntext = \"SIZE\"\nmatch = \"exact\"\n+++\n";

const CHAPTER: &str = "+++\ntitle = \"First\"\nsection = \"start\"\norder = 10\n\
summary = \"The first.\"\n+++\n\n## Old names\n\nText.\n";

const TERM: &str = "+++\nslug = \"mta\"\nterm = \"MTA\"\nexpansion = \"Mail Transfer Agent\"\n\
short = \"Passes mail on.\"\naliases = [\"relay\"]\nprotocols = [\"smtp\"]\nsurety = \"memory\"\n\
reviewed = \"2026-11-24\"\n+++\n\nIt passes mail on.\n";
const FEATURE: &str = "+++\nslug = \"design\"\ntitle = \"Design\"\nsummary = \"How it is built.\"\n\
group = \"architecture\"\napplies_to = \"mta\"\nvalue_type = \"enum\"\n\
values = [\"one\", \"many\"]\nsurety = \"memory\"\nreviewed = \"2026-11-24\"\n+++\n";
const COMPARISON: &str = "+++\nslug = \"two\"\ntitle = \"Two\"\nquestion = \"Which?\"\n\
summary = \"Both.\"\nproducts = [\"exim\", \"postfix\"]\nrows = [\"smtp/size\", \"design\"]\n\
reviewed = \"2026-11-24\"\n+++\n\nBoth do.\n";
const SURVEY: &str = "+++\nslug = \"small\"\ntitle = \"A small survey\"\nsummary = \"Exim leads.\"\n\
protocol = \"smtp\"\nauthor = \"Somebody\"\ndate = \"2001-10\"\npopulation = \"Hosts.\"\n\
method = \"Asked.\"\nasked = 300\nanswered = 200\nprimary = true\nsurety = \"checked\"\n\
sources = [\"https://example.org/\"]\nreviewed = \"2026-11-24\"\n\n\
[[share]]\nlabel = \"Exim\"\nproduct = \"exim\"\ncount = 150\npercent = 75\n\n\
[[share]]\nlabel = \"Not told\"\npercent = 25\nremainder = true\n+++\n";

const GOOD: [(&str, &str); 10] = [
    ("comparisons/two.md", COMPARISON),
    ("extensions/smtp/size.md", EXTENSION),
    ("features/design.md", FEATURE),
    ("glossary/mta.md", TERM),
    ("manual/guide/first.md", CHAPTER),
    ("products/exim/claims.toml", CLAIMS),
    ("products/exim/index.md", PRODUCT),
    ("products/postfix/index.md", OTHER),
    ("protocols/smtp.md", PROTOCOL),
    ("surveys/small.md", SURVEY),
];

fn listed(changed: &str, text: Option<&str>) -> Vec<Diagnostic> {
    let mut files: Vec<SourceFile> = GOOD
        .iter()
        .filter(|(path, _)| *path != changed)
        .map(|(path, text)| SourceFile::new(*path, *text))
        .collect();
    files.extend(text.map(|text| SourceFile::new(changed, text)));
    check(files, &Date::parse(TODAY).unwrap())
        .unwrap()
        .diagnostics
}

/// Checks the good content with `from` replaced by `to` in one file.
#[track_caller]
fn broken(path: &str, from: &str, to: &str, expected: Expect) {
    let (_, good) = GOOD.iter().find(|(known, _)| *known == path).unwrap();
    assert!(good.contains(from), "{from}");
    let found = listed(path, Some(&good.replacen(from, to, 1)));
    let lines: Vec<String> = found.iter().map(|one| one.text("")).collect();
    expected.assert_eq(&lines.join("\n"));
}

const P: &str = "products/exim/index.md";
const C: &str = "products/exim/claims.toml";

#[test]
fn good_content_has_no_mistakes() {
    assert_eq!(listed("", None), []);
}

#[test]
fn s_rules_name_the_value() {
    broken(
        P,
        "title = \"Exim\"",
        "title = Exim",
        expect![[r#"
        products/exim/index.md:3:9: string values must be quoted, expected literal string [S101]"#]],
    );
    broken(
        P,
        "+++\n",
        "",
        expect![[r#"
        products/exim/index.md:1:1: the file does not begin with front matter between +++ lines [S102]"#]],
    );
    broken(
        P,
        "title = \"Exim\"\n",
        "",
        expect![[r#"products/exim/index.md:2:1: missing key "title" [S103]"#]],
    );
    broken(
        P,
        "licence",
        "licens",
        expect![[r#"
        products/exim/index.md:2:1: missing key "licence" [S103]
        products/exim/index.md:8:1: unknown key "licens" (did you mean "licence"?) [S104]"#]],
    );
    broken(
        C,
        "\"yes\"",
        "\"yess\"",
        expect![[
            r#"products/exim/claims.toml:3:11: "yess" is not one of "yes", "partial", "no", "planned", "removed", "unknown", "not-applicable" (did you mean "yes"?) [S105]"#
        ]],
    );
    broken(
        P,
        "[\"mta\"]",
        "\"mta\"",
        expect![[r#"products/exim/index.md:6:9: "mta" is not of type array [S106]"#]],
    );
    broken(
        P,
        "\"2026-11-23\"",
        "\"last year\"",
        expect![[
            r#"products/exim/index.md:12:12: "last year" is not a full date such as 2026-11-23 [S107]"#
        ]],
    );
    broken(
        P,
        "\"exim\"",
        "\"exmi\"",
        expect![[r#"products/exim/index.md:2:8: "exmi" stands in the place of "exim" [S108]"#]],
    );
}

#[test]
fn a_stray_file_is_named() {
    let found = listed("notes/todo.md", Some("hello"));
    let lines: Vec<String> = found.iter().map(|one| one.text("content/")).collect();
    expect!["content/notes/todo.md:1:1: this place holds no content [S108]"]
        .assert_eq(&lines.join("\n"));
}

#[test]
fn measured_files_are_checked_too() {
    let text = "prober = \"p\"\nrun_date = \"2026-11-23\"\npackage = \"exim4\"\n\
        package_version = \"4.96\"\nconfig_profile = \"stock\"\n\n[[check]]\n\
        extension = \"smtp/sise\"\nresult = \"advertized\"\nphase = \"plain\"\nline = \"SIZE\"\n";
    let found = listed("products/exim/measured/debian-12.toml", Some(text));
    let lines: Vec<String> = found.iter().map(|one| one.text("")).collect();
    expect![[r#"
        products/exim/measured/debian-12.toml:8:13: unknown extension "smtp/sise" (did you mean "smtp/size"?) [R102]
        products/exim/measured/debian-12.toml:9:10: "advertized" is not one of "advertised", "exercised", "advertised-but-failed", "absent" (did you mean "advertised"?) [S105]"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn r_rules_offer_the_nearest_name() {
    broken(
        P,
        "surety",
        "succeeded_by = \"postfx\"\nsurety",
        expect![[
            r#"products/exim/index.md:11:16: unknown product "postfx" (did you mean "postfix"?) [R101]"#
        ]],
    );
    broken(
        C,
        "smtp/size",
        "smtp/sise",
        expect![[
            r#"products/exim/claims.toml:2:13: unknown extension "smtp/sise" (did you mean "smtp/size"?) [R102]"#
        ]],
    );
    broken(
        P,
        "[\"smtp\"]",
        "[\"smpt\"]",
        expect![[
            r#"products/exim/index.md:7:14: unknown protocol "smpt" (did you mean "smtp"?) [R103]"#
        ]],
    );
    broken(
        P,
        "A mailer.\n",
        "See [it](/products/postfx) and [Postfix](/products/postfix).\n",
        expect![[
            r#"products/exim/index.md:18:5: "/products/postfx" leads nowhere (did you mean "/products/postfix"?) [R104]"#
        ]],
    );
}

#[test]
fn u_rules_keep_names_apart() {
    broken(
        P,
        "surety",
        "aliases = [\"vmailer\"]\nsurety",
        expect![[
            r#"products/exim/index.md:11:12: the alias "vmailer" is already one of "postfix" [U101]"#
        ]],
    );
    broken(
        P,
        "surety",
        "aliases = [\"Postfix\"]\nsurety",
        expect![[
            r#"products/exim/index.md:11:12: the alias "Postfix" is the title of "postfix" [U102]"#
        ]],
    );
    let twice = format!("{CLAIMS}\n{CLAIMS}");
    broken(
        C,
        CLAIMS,
        &twice,
        expect![[
            r#"products/exim/claims.toml:9:13: "smtp/size" is claimed twice from the same source [U101]"#
        ]],
    );
    let again = EXTENSION
        .replace("\"SIZE\"", "\"size\"")
        .replace("slug = \"size\"", "slug = \"s\"");
    let found = listed("extensions/smtp/s.md", Some(&again));
    let lines: Vec<String> = found.iter().map(|one| one.text("")).collect();
    expect![[
        r#"extensions/smtp/s.md:11:8: the wire token "size" already belongs to "smtp/size" [U101]"#
    ]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn c_rules_keep_claims_honest() {
    broken(
        C,
        "source = \"https://example.org/\"\n",
        "",
        expect![[r#"products/exim/claims.toml:1:1: missing key "source" [C101]"#]],
    );
    broken(
        C,
        "2026-01-01",
        "2026-12-01",
        expect!["products/exim/claims.toml:6:8: the date 2026-12-01 lies in the future [C102]"],
    );
    broken(
        P,
        "2026-11-23\"\n",
        "2026-11-23\"\nevent = [{date = \"1990\", kind = \"release\", title = \"0\"}]\n",
        expect![
            "products/exim/index.md:13:18: a release event of 1990 before the first release in 1995 [C102]"
        ],
    );
    broken(
        C,
        "evidence",
        "since = \"newest\"\nevidence",
        expect![[
            r#"products/exim/claims.toml:4:9: since "newest" is neither a listed version nor a number [C103]"#
        ]],
    );
    broken(
        C,
        "evidence",
        "since = \"4.10\"\nuntil = \"4.9\"\nevidence",
        expect![[
            r#"products/exim/claims.toml:5:9: until "4.9" does not come after since "4.10" [C103]"#
        ]],
    );
    broken(
        C,
        "\"yes\"",
        "\"partial\"",
        expect![
            "products/exim/claims.toml:3:11: partial support needs a note that says which part [C104]"
        ],
    );
    broken(
        C,
        "\"yes\"",
        "\"removed\"",
        expect![
            "products/exim/claims.toml:3:11: removed support needs until, the first version without it [C104]"
        ],
    );
    broken(
        C,
        "\"docs\"",
        "\"measured\"",
        expect![
            "products/exim/claims.toml:4:12: measured evidence belongs in measured/*.toml, written by the prober [C106]"
        ],
    );
    broken(
        C,
        "2026-01-01",
        "2020-01-01",
        expect![[
            r#"products/exim/claims.toml:6:8: warning: "documented" of 83 months ago; check again [C108]"#
        ]],
    );
}

#[test]
fn m_rules_keep_prose_safe() {
    broken(
        P,
        "A mailer.\n",
        "## A\n\n#### B\n",
        expect!["products/exim/index.md:20:1: heading of level 4 where 3 comes next [M101]"],
    );
    broken(
        P,
        "A mailer.\n",
        "<script>x</script>\n",
        expect![[
            r#"products/exim/index.md:18:1: raw HTML "<script>x</script>" is not allowed [M102]"#
        ]],
    );
    broken(
        P,
        "A mailer.\n",
        "[x](javascript:alert(1))\n",
        expect![[
            r#"products/exim/index.md:18:1: link to "javascript:alert(1)" is not allowed [M102]"#
        ]],
    );
    broken(
        P,
        "A mailer.\n",
        "[click here](/products/postfix)\n",
        expect![[
            r#"products/exim/index.md:18:1: link text "click here" says nothing when read alone [M103]"#
        ]],
    );
}

const M: &str = "manual/guide/first.md";

/// Checks the good content with one more file.
#[track_caller]
fn added(path: &str, text: &str, expected: Expect) {
    let found = listed(path, Some(text));
    let lines: Vec<String> = found.iter().map(|one| one.text("")).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn chapters_have_their_own_title_address_and_place() {
    broken(
        M,
        "\"start\"",
        "\"strat\"",
        expect![[
            r#"manual/guide/first.md:3:11: "strat" is not one of "start", "admin", "plugins", "reference" (did you mean "start"?) [S105]"#
        ]],
    );
    added(
        "manual/guide/first/index.md",
        &CHAPTER
            .replace("\"First\"", "\"Second\"")
            .replace("10", "20"),
        expect![[
            r#"manual/guide/first/index.md:1:1: /manual/guide/first is also "manual/guide/first.md" [U101]"#
        ]],
    );
    added(
        "manual/other.md",
        CHAPTER,
        expect![[r#"
            manual/other.md:2:9: the title "First" is taken by "manual/guide/first.md" [U101]
            manual/other.md:4:9: place 10 of start is taken by "manual/guide/first.md" [U101]"#]],
    );
    let second = CHAPTER.replace("First", "Second").replace("10", "20");
    added(
        "manual/wit/Old Names.md",
        &second,
        expect![[r#"
            manual/wit/Old Names.md:1:1: "wit/Old Names" is not a path of slugs: lower-case letters and digits, joined by hyphens [S108]
            manual/wit/Old Names.md:1:1: /manual/wit is a generated page [S108]"#]],
    );
}

#[test]
fn terms_have_their_own_names_and_lead_somewhere() {
    let path = "glossary/mta.md";
    broken(
        path,
        "protocols = [\"smtp\"]",
        "see = [\"mtaa\"]\nextensions = [\"smtp/sise\"]\nprotocols = [\"smpt\"]",
        expect![[r#"
            glossary/mta.md:7:8: unknown term "mtaa" (did you mean "mta"?) [R105]
            glossary/mta.md:8:15: unknown extension "smtp/sise" (did you mean "smtp/size"?) [R102]
            glossary/mta.md:9:14: unknown protocol "smpt" (did you mean "smtp"?) [R103]"#]],
    );
    broken(
        path,
        "2026-11-24",
        "2027-11-24",
        expect!["glossary/mta.md:9:12: the date 2027-11-24 lies in the future [C102]"],
    );
    added(
        "glossary/relay.md",
        &TERM
            .replace("\"mta\"", "\"relay\"")
            .replace("\"MTA\"", "\"Relay\""),
        expect![[r#"
            glossary/mta.md:6:12: "relay" is already a name of "relay" [U101]
            glossary/relay.md:6:12: "relay" is already a name of "mta" [U101]"#]],
    );
    broken(
        path,
        "\"mta\"",
        "\"mda\"",
        expect![[r#"glossary/mta.md:2:8: "mda" stands in the place of "mta" [S108]"#]],
    );
}

#[test]
fn claims_about_features_keep_to_their_values() {
    let with = |text: &str| format!("feature = \"design\"\n{text}");
    let none = "extension = \"smtp/size\"\n";
    let whole = "extension = \"smtp/size\"\nsupport = \"yes\"\n";
    let valued = |value: &str| with(&format!("support = \"yes\"\nvalue = \"{value}\"\n"));
    broken(C, whole, &valued("many"), expect![[""]]);
    broken(
        C,
        whole,
        &valued("meny"),
        expect![[
            r#"products/exim/claims.toml:4:9: "meny" is not one of "one", "many" (did you mean "many"?) [C110]"#
        ]],
    );
    broken(
        C,
        none,
        "feature = \"desing\"\n",
        expect![[
            r#"products/exim/claims.toml:2:11: unknown feature "desing" (did you mean "design"?) [R106]"#
        ]],
    );
    broken(
        C,
        none,
        "",
        expect!["products/exim/claims.toml:1:1: a claim names an extension or a feature [C109]"],
    );
    broken(
        C,
        none,
        &format!("{none}{}", with("")),
        expect![
            "products/exim/claims.toml:3:11: a claim names an extension or a feature, not both [C109]"
        ],
    );
    broken(
        C,
        whole,
        &format!("{whole}value = \"many\"\n"),
        expect!["products/exim/claims.toml:4:9: only features have values [C109]"],
    );
}

#[test]
fn a_feature_of_yes_and_no_has_no_values() {
    let files = GOOD.iter().map(|(path, text)| {
        let text = match *path {
            C => text.replace(
                "extension = \"smtp/size\"\nsupport = \"yes\"",
                "feature = \"design\"\nsupport = \"yes\"\nvalue = \"one\"",
            ),
            "features/design.md" => text.replace("\"enum\"", "\"yes-no\""),
            _ => (*text).to_owned(),
        };
        SourceFile::new(*path, text)
    });
    let found = check(files.collect(), &Date::parse(TODAY).unwrap()).unwrap();
    let lines: Vec<String> = found.diagnostics.iter().map(|one| one.text("")).collect();
    expect![[r#"products/exim/claims.toml:4:9: "design" is a yes or no and has no values [C109]"#]]
        .assert_eq(&lines.join("\n"));
}

#[test]
fn comparisons_name_products_and_rows() {
    broken(
        "comparisons/two.md",
        "[\"exim\", \"postfix\"]\nrows = [\"smtp/size\", \"design\"]",
        "[\"exim\", \"postfx\"]\nrows = [\"smtp/sice\", \"desing\"]",
        expect![[r#"
            comparisons/two.md:6:21: unknown product "postfx" (did you mean "postfix"?) [R101]
            comparisons/two.md:7:9: unknown row "smtp/sice" (did you mean "smtp/size"?) [R106]
            comparisons/two.md:7:22: unknown row "desing" (did you mean "design"?) [R106]"#]],
    );
}

#[test]
fn surveys_add_up() {
    let path = "surveys/small.md";
    broken(
        path,
        "answered = 200",
        "answered = 400",
        expect![[r#"
            surveys/small.md:11:12: answered 400 is more than asked 300 [V101]
            surveys/small.md:21:11: 150 of 400 are 37.50 percent, not 75 [V101]"#]],
    );
    broken(
        path,
        "percent = 25",
        "percent = 20",
        expect![
            "surveys/small.md:17:1: the shares add up to 95.00; a remainder line is missing [V101]"
        ],
    );
    broken(
        path,
        "remainder = true",
        "remainder = false",
        expect![[
            r#"surveys/small.md:24:9: "Not told" names no product and no note says why [V102]"#
        ]],
    );
    broken(
        path,
        "product = \"exim\"",
        "product = \"exmi\"",
        expect![[
            r#"surveys/small.md:19:11: unknown product "exmi" (did you mean "exim"?) [R101]"#
        ]],
    );
}

#[test]
fn links_to_headings_lead_somewhere() {
    broken(
        M,
        "Text.",
        "[a](#text-old-names) [b](/manual/wit#types-verdict) [c](/products#main)",
        expect![[""]],
    );
    broken(
        M,
        "Text.",
        "[a](#text-old-name) and [b](/manual/wit#types-verdikt)\n[c](#old-names)",
        expect![[r#"
            manual/guide/first.md:10:1: "text-old-name" is no place on "/manual/guide/first" (did you mean "text-old-names"?) [R104]
            manual/guide/first.md:10:25: "types-verdikt" is no place on "/manual/wit" (did you mean "types-verdict"?) [R104]
            manual/guide/first.md:11:1: "old-names" is no place on "/manual/guide/first" (did you mean "text-old-names"?) [R104]"#]],
    );
}

/// Checks the good content with these files in place of its own, or beside them.
#[track_caller]
fn with(files: &[(&str, &str)], expected: Expect) {
    let lines: Vec<String> = list_of(files).iter().map(|one| one.text("")).collect();
    expected.assert_eq(&lines.join("\n"));
}

fn good_and(files: &[(&str, &str)]) -> Vec<SourceFile> {
    let kept = GOOD
        .iter()
        .filter(|(path, _)| files.iter().all(|(other, _)| other != path));
    let all = kept.chain(files);
    all.map(|(path, text)| SourceFile::new(*path, *text))
        .collect()
}

fn list_of(files: &[(&str, &str)]) -> Vec<Diagnostic> {
    check(good_and(files), &Date::parse(TODAY).unwrap())
        .unwrap()
        .diagnostics
}

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

#[test]
fn all_mistakes_are_told_in_one_run() {
    broken(
        C,
        CLAIMS,
        "[[claim]]\nextension = \"smtp/sise\"\nsuport = \"yes\"\nevidence = \"doc\"\n",
        expect![[r#"
            products/exim/claims.toml:1:1: missing key "date" [S103]
            products/exim/claims.toml:1:1: missing key "support" [S103]
            products/exim/claims.toml:1:1: missing key "source" [C101]
            products/exim/claims.toml:2:13: unknown extension "smtp/sise" (did you mean "smtp/size"?) [R102]
            products/exim/claims.toml:3:1: unknown key "suport" (did you mean "support"?) [S104]
            products/exim/claims.toml:4:12: "doc" is not one of "measured", "source", "docs", "vendor", "third-party", "memory", "legacy" (did you mean "docs"?) [S105]"#]],
    );
}

#[test]
fn the_projects_content_has_no_errors() {
    let loaded = real_content();
    let errors: Vec<String> = loaded
        .of(Severity::Error)
        .iter()
        .map(|e| e.text(""))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let catalog = loaded.catalog.unwrap();
    assert!(
        catalog.products.len() >= 30,
        "{} products",
        catalog.products.len()
    );
}

#[test]
fn broken_content_yields_no_catalog() {
    let files = vec![SourceFile::new(P, "nothing")];
    assert!(
        check(files, &Date::parse(TODAY).unwrap())
            .unwrap()
            .catalog
            .is_none()
    );
}

#[test]
fn every_code_is_explained() {
    let names: BTreeSet<String> = Code::ALL.iter().map(Code::to_string).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for code in Code::ALL {
        assert_eq!(Code::parse(&code.to_string().to_lowercase()), Some(*code));
        assert!(code::explain(*code).contains("For instance"));
    }
}

#[test]
fn lists_print_in_three_forms() {
    let found = listed(C, Some("[[claim]]\nextension = 1\n"));
    let first: Vec<&Diagnostic> = found.iter().take(1).collect();
    let print = |format| diagnostic::print(&first, format, "content");
    expect![[r#"
        content/products/exim/claims.toml:1:1: missing key "date" [S103]
    "#]]
    .assert_eq(&print(Format::Text));
    expect![[r#"
        ::error file=content/products/exim/claims.toml,line=1,col=1,title=S103::missing key "date"
    "#]]
    .assert_eq(&print(Format::Github));
    expect![[r#"
        [
          {
            "code": "S103",
            "column": 1,
            "line": 1,
            "message": "missing key \"date\"",
            "path": "content/products/exim/claims.toml",
            "severity": "error"
          }
        ]
    "#]]
    .assert_eq(&print(Format::Json));
}
