//! `check --fix`: puts right what needs no judgement, and says what it did.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::diagnostic::Diagnostic;
use super::load::{Page, Parsed, take_apart};
use super::rules;
use super::schema::Kind;
use super::source::SourceFile;
use super::{Code, tidy};
use crate::model::{AddressesFile, LinkCheck, LinksFile};
use crate::reference::Reference;

/// Rounds after which a file is left as it is; every change settles in two.
const ROUNDS_MAX: usize = 8;

/// A file that was put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// Path below the content folder.
    pub path: String,
    /// The new text.
    pub text: String,
    /// What was changed, with the places in the old text.
    pub done: Vec<Diagnostic>,
}

/// Puts right what can be; files that are in order are not among the answer.
///
/// # Errors
/// When the files that the program carries cannot be read.
pub fn fix(files: Vec<SourceFile>) -> anyhow::Result<Vec<Fixed>> {
    let (Parsed { pages, .. }, _) = take_apart(files);
    let mut all: Vec<Fixed> = pages.iter().filter_map(tidied).collect();
    let known = rules::addresses(&pages, &Reference::load()?);
    let used = rules::used_links(&pages);
    for page in &pages {
        let lock = match page.kind {
            Kind::Addresses => addresses(page, &known),
            Kind::Links => links_lock(page, &used),
            Kind::Product
            | Kind::Claims
            | Kind::Measured
            | Kind::Protocol
            | Kind::Extension
            | Kind::Term
            | Kind::Feature
            | Kind::Comparison
            | Kind::Survey
            | Kind::Manual
            | Kind::Synonyms
            | Kind::Evaluation
            | Kind::Redirects => None,
        };
        all.extend(lock);
    }
    Ok(all)
}

/// Every address of the web that the content leads to.
pub fn links(files: Vec<SourceFile>) -> BTreeSet<String> {
    rules::used_links(&take_apart(files).0.pages)
}

fn tidied(page: &Page) -> Option<Fixed> {
    let mut done = Vec::new();
    let mut text = page.file.text.clone();
    for _ in 0..ROUNDS_MAX {
        let file = SourceFile::new(page.file.path.clone(), text.clone());
        let (Parsed { pages, .. }, _) = take_apart(vec![file]);
        let now = pages.first()?;
        let (next, made) = tidy::apply(&text, tidy::changes(now));
        if made.is_empty() {
            break;
        }
        let at = |change: tidy::Change| {
            Diagnostic::at(&now.file, change.at, change.code, change.message)
        };
        done.extend(made.into_iter().map(at));
        text = next;
    }
    let path = page.file.path.clone();
    (text != page.file.text).then_some(Fixed { path, text, done })
}

fn addresses(page: &Page, known: &BTreeSet<String>) -> Option<Fixed> {
    let file: AddressesFile = serde_json::from_value(page.document.value.clone()).ok()?;
    let missing: Vec<&String> = known.difference(&file.address).collect();
    let done = missing.into_iter().map(|address| {
        let message = format!("\"{address}\" is recorded as published");
        page.flaw("/address", Code::X103, message)
    });
    let done: Vec<Diagnostic> = done.collect();
    let all: Vec<&String> = known.union(&file.address).collect();
    let mut text = String::from(
        "# Every address that was ever published; `check --fix` adds new ones. None is taken out:\n\
         # an address without a page has its new place in redirects.toml.\naddress = [\n",
    );
    for address in all {
        writeln!(text, "  \"{address}\",").unwrap_or_default();
    }
    text.push_str("]\n");
    let path = page.file.path.clone();
    (text != page.file.text).then_some(Fixed { path, text, done })
}

fn links_lock(page: &Page, used: &BTreeSet<String>) -> Option<Fixed> {
    let file: LinksFile = serde_json::from_value(page.document.value.clone()).ok()?;
    let unused = file.link.iter().enumerate();
    let unused = unused.filter(|(_, link)| !used.contains(&link.url));
    let done: Vec<Diagnostic> = unused
        .map(|(at, link)| {
            let message = format!("\"{}\" is taken out", link.url);
            page.flaw(&format!("/link/{at}/url"), Code::L102, message)
        })
        .collect();
    let kept = file
        .link
        .into_iter()
        .filter(|link| used.contains(&link.url));
    let text = links_text(kept.collect());
    let path = page.file.path.clone();
    (text != page.file.text).then_some(Fixed { path, text, done })
}

/// A `links.lock.toml` with these entries.
pub fn links_text(mut links: Vec<LinkCheck>) -> String {
    links.sort_by(|one, other| one.url.cmp(&other.url));
    links.dedup_by(|one, other| one.url == other.url);
    let mut text = String::from(
        "# What became of links that lead elsewhere; written by `links --record`. Only `archive` is\n\
         # set by hand.\n",
    );
    for link in links {
        let LinkCheck {
            url,
            checked,
            status,
            dead_since,
            archive,
        } = link;
        write!(
            text,
            "\n[[link]]\nurl = {url:?}\nchecked = \"{checked}\"\nstatus = {status:?}\n"
        )
        .unwrap_or_default();
        if let Some(since) = dead_since {
            writeln!(text, "dead_since = \"{since}\"").unwrap_or_default();
        }
        if let Some(archive) = archive {
            writeln!(text, "archive = {archive:?}").unwrap_or_default();
        }
    }
    text
}
