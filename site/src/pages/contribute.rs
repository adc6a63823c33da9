//! `/contribute`: how to add a product or a claim, what evidence counts, how changes are judged.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::{Frame, Site};
use crate::model::Evidence;

#[derive(Template)]
#[template(path = "contribute.html")]
struct ContributePage {
    frame: Frame,
    evidence: [(Evidence, &'static str); 5],
    claim: &'static str,
    product: &'static str,
}

/// Kinds of evidence a person may write, best first, and when to use them.
const EVIDENCE: [(Evidence, &str); 5] = [
    (
        Evidence::Source,
        "You read it in the program's code, or in a reply that a running server gave and that others can read too.",
    ),
    (
        Evidence::Docs,
        "You read it in the project's own documentation or release notes.",
    ),
    (
        Evidence::Vendor,
        "The vendor says so on a page for customers.",
    ),
    (Evidence::ThirdParty, "Somebody else says so."),
    (
        Evidence::Memory,
        "You know it but did not look it up. The source says where it could be checked.",
    ),
];

/// A claim that the check accepts.
pub const CLAIM: &str = r#"[[claim]]
extension = "imap/condstore"
support = "yes"
enabled = "config"
since = "2.1"
evidence = "docs"
source = "https://example.org/manual/condstore"
quote = "CONDSTORE is switched on per mailbox."
date = 2026-11-23
note = "Off for shared mailboxes."
"#;

/// A product page that the check accepts.
pub const PRODUCT: &str = r#"+++
slug = "postbox"
title = "Postbox"
summary = "A small IMAP server for one household, written to be read."
kind = "component"
roles = ["imap"]
protocols = ["imap"]
licence = "MIT"
status = "active"
language = ["C"]
platforms = ["Linux"]
first_release = "2019"
homepage = "https://example.org/postbox"
surety = "checked"
sources = ["https://example.org/postbox"]
reviewed = "2026-11-23"

[[event]]
date = "2019-04"
kind = "release"
title = "First public version."
source = "https://example.org/postbox/news"
+++

What it is and who it is for, in your own words: what it does well, what it leaves out, how it is
extended, what became of it.
"#;

/// Shows the page.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    show(&ContributePage {
        frame: site.frame("contribute").at("/contribute"),
        evidence: EVIDENCE,
        claim: CLAIM,
        product: PRODUCT,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Severity, SourceFile, check};
    use crate::date::Date;
    use crate::fixture::{TODAY, real_files};

    #[test]
    fn the_examples_pass_the_check() {
        let mut files = real_files();
        let file = |path: &str, text: &str| SourceFile::new(path.to_owned(), text.to_owned());
        let release = "\n[[version]]\nid = \"2.1\"\ndate = \"2022-01-01\"\n\n[[event]]";
        let product = PRODUCT.replacen("\n[[event]]", release, 1);
        files.push(file("products/postbox/index.md", &product));
        files.push(file("products/postbox/claims.toml", CLAIM));
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let loaded = check(files, &Date::parse(TODAY).unwrap()).unwrap();
        let errors = loaded.of(Severity::Error);
        let of_examples = |one: &&&crate::content::Diagnostic| one.path.contains("postbox");
        assert_eq!(errors.iter().filter(of_examples).count(), 0, "{errors:?}");
    }
}
