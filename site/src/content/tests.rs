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
        products/exim/measured/debian-12.toml:9:10: "advertized" is not one of "advertised", "exercised", "advertised-but-failed" (did you mean "advertised"?) [S105]"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn what_the_prober_wrote_is_left_alone() {
    let digest = "0".repeat(64);
    let text = format!(
        "prober = \"p\"\nrun_date = \"2026-11-23\"\npackage = \"exim4\"\n\
        package_version = \"4.96\"\nconfig_profile = \"words\"\ndigest = \"{digest}\"\n\n\
        [[session]]\nprotocol = \"smtp\"\ntls = \"none\"\nreached = \"plain\"\n\
        transcript = \"gone.txt\"\ntranscript_sha256 = \"{digest}\"\nannounced = []\n"
    );
    let found = listed("products/exim/measured/debian-12-stock.toml", Some(&text));
    let lines: Vec<String> = found.iter().map(|one| one.text("")).collect();
    expect![[r#"
        products/exim/measured/debian-12-stock.toml:6:10: the file is not as the prober wrote it [C111]
        products/exim/measured/debian-12-stock.toml:12:14: there is no transcript products/exim/transcripts/gone.txt [C111]"#]]
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

mod between;
mod mending;
