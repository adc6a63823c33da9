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

const GOOD: [(&str, &str); 5] = [
    ("extensions/smtp/size.md", EXTENSION),
    ("products/exim/claims.toml", CLAIMS),
    ("products/exim/index.md", PRODUCT),
    ("products/postfix/index.md", OTHER),
    ("protocols/smtp.md", PROTOCOL),
];

fn listed(changed: &str, text: Option<&str>) -> Vec<Diagnostic> {
    let mut files: Vec<SourceFile> = GOOD
        .iter()
        .filter(|(path, _)| *path != changed)
        .map(|(path, text)| SourceFile::new(*path, *text))
        .collect();
    files.extend(text.map(|text| SourceFile::new(changed, text)));
    check(files, &Date::parse(TODAY).unwrap()).unwrap().diagnostics
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
    broken(P, "title = \"Exim\"", "title = Exim", expect![[""]]);
    broken(P, "+++\n", "", expect![[""]]);
    broken(P, "title = \"Exim\"\n", "", expect![[""]]);
    broken(P, "licence", "licens", expect![[""]]);
    broken(C, "\"yes\"", "\"yess\"", expect![[""]]);
    broken(P, "[\"mta\"]", "\"mta\"", expect![[""]]);
    broken(P, "\"2026-11-23\"", "\"last year\"", expect![[""]]);
    broken(P, "\"exim\"", "\"exmi\"", expect![[""]]);
}

#[test]
fn a_stray_file_is_named() {
    let found = listed("notes/todo.md", Some("hello"));
    let lines: Vec<String> = found.iter().map(|one| one.text("content/")).collect();
    expect![[""]].assert_eq(&lines.join("\n"));
}

#[test]
fn r_rules_offer_the_nearest_name() {
    broken(P, "status", "succeeded_by = \"postfx\"\nstatus", expect![[""]]);
    broken(C, "smtp/size", "smtp/sise", expect![[""]]);
    broken(P, "[\"smtp\"]", "[\"smpt\"]", expect![[""]]);
    broken(P, "A mailer.\n", "See [it](/products/postfx) and [Postfix](/products/postfix).\n", expect![[""]]);
}

#[test]
fn u_rules_keep_names_apart() {
    broken(P, "status", "aliases = [\"vmailer\"]\nstatus", expect![[""]]);
    broken(P, "status", "aliases = [\"Postfix\"]\nstatus", expect![[""]]);
    let twice = format!("{CLAIMS}\n{CLAIMS}");
    broken(C, CLAIMS, &twice, expect![[""]]);
    let again = EXTENSION.replace("\"SIZE\"", "\"size\"").replace("slug = \"size\"", "slug = \"s\"");
    let found = listed("extensions/smtp/s.md", Some(&again));
    let lines: Vec<String> = found.iter().map(|one| one.text("")).collect();
    expect![[""]].assert_eq(&lines.join("\n"));
}

#[test]
fn c_rules_keep_claims_honest() {
    broken(C, "source = \"https://example.org/\"\n", "", expect![[""]]);
    broken(C, "2026-01-01", "2026-12-01", expect![[""]]);
    broken(P, "surety", "event = [{date = \"1990\", kind = \"release\", title = \"0\"}]\nsurety", expect![[""]]);
    broken(C, "date", "since = \"newest\"\ndate", expect![[""]]);
    broken(C, "date", "since = \"4.10\"\nuntil = \"4.9\"\ndate", expect![[""]]);
    broken(C, "\"yes\"", "\"partial\"", expect![[""]]);
    broken(C, "\"yes\"", "\"removed\"", expect![[""]]);
    broken(C, "\"docs\"", "\"measured\"", expect![[""]]);
    broken(C, "2026-01-01", "2020-01-01", expect![[""]]);
}

#[test]
fn m_rules_keep_prose_safe() {
    broken(P, "A mailer.\n", "## A\n\n#### B\n", expect![[""]]);
    broken(P, "A mailer.\n", "<script>x</script>\n", expect![[""]]);
    broken(P, "A mailer.\n", "[x](javascript:alert(1))\n", expect![[""]]);
    broken(P, "A mailer.\n", "[click here](/products/postfix)\n", expect![[""]]);
}

#[test]
fn all_mistakes_are_told_in_one_run() {
    broken(
        C,
        CLAIMS,
        "[[claim]]\nextension = \"smtp/sise\"\nsuport = \"yes\"\nevidence = \"doc\"\n",
        expect![[""]],
    );
}

#[test]
fn the_projects_content_has_no_errors() {
    let loaded = real_content();
    let errors: Vec<String> = loaded.of(Severity::Error).iter().map(|e| e.text("")).collect();
    assert_eq!(errors, Vec::<String>::new());
    let catalog = loaded.catalog.unwrap();
    assert!(catalog.products.len() >= 30, "{} products", catalog.products.len());
}

#[test]
fn broken_content_yields_no_catalog() {
    let files = vec![SourceFile::new(P, "nothing")];
    assert!(check(files, &Date::parse(TODAY).unwrap()).unwrap().catalog.is_none());
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
    expect![[""]].assert_eq(&print(Format::Text));
    expect![[""]].assert_eq(&print(Format::Github));
    expect![[""]].assert_eq(&print(Format::Json));
}
