//! M101 to M103 and R104: the words after the front matter.

use std::collections::{BTreeMap, BTreeSet};

use super::{Code, Diagnostic, Kind, Page};
use crate::content::nearest::hint;
use crate::markdown::Rendered;
use crate::model::chapter_url;
use crate::reference::Reference;

/// Pages that exist whatever the content is.
const FIXED: [&str; 14] = [
    "/data",
    "/surveys",
    "/glossary",
    "/features",
    "/compare",
    "/matrix/features",
    "/",
    "/products",
    "/protocols",
    "/search",
    "/about/method",
    "/manual",
    "/manual/configuration",
    "/manual/rfc-status",
];

/// Ids on each known page that a link may lead to. Only those of prose and of generated pages are listed, so
/// anchors elsewhere are not judged.
pub(super) type Known = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(
    pages: &[Page],
    rendered: &[Rendered],
    known: &Known,
    out: &mut Vec<Diagnostic>,
) {
    for (page, rendered) in pages.iter().zip(rendered) {
        let start = page.prose.start;
        for (offset, code, message) in &rendered.flaws {
            let message = message.clone();
            out.push(Diagnostic::at(&page.file, start + offset, *code, message));
        }
        for (offset, link) in &rendered.links {
            if let Some(message) = dangles(link, &addresses(page), known) {
                out.push(Diagnostic::at(
                    &page.file,
                    start + offset,
                    Code::R104,
                    message,
                ));
            }
        }
    }
}

pub(super) fn known(pages: &[Page], rendered: &[Rendered], reference: &Reference) -> Known {
    let rfcs = reference
        .rfcs
        .iter()
        .map(|entry| format!("rfc{}", entry.number));
    let rfcs: BTreeSet<String> = rfcs.collect();
    let mut known: Known = FIXED.map(|page| (page.to_owned(), BTreeSet::new())).into();
    for (page, rendered) in pages.iter().zip(rendered) {
        let ids = rendered.headings.iter().map(|heading| heading.id.clone());
        let ids: BTreeSet<String> = ids.collect();
        for address in addresses(page) {
            known.insert(address, ids.clone());
        }
    }
    known.insert("/manual/rfc-status".to_owned(), rfcs);
    let tables = reference.configuration.iter();
    let anchors = tables.flat_map(|table| table.anchors().map(str::to_owned));
    known.insert("/manual/configuration".to_owned(), anchors.collect());
    for (at, package) in reference.packages.iter().enumerate() {
        let anchors: BTreeSet<String> = package.anchors().map(str::to_owned).collect();
        if at == 0 {
            known.insert("/manual/wit".to_owned(), anchors.clone());
        }
        known.insert(package.url(), anchors);
    }
    known
}

/// The pages made from a file, the one with its prose first.
fn addresses(page: &Page) -> Vec<String> {
    let id = &page.id;
    match page.kind {
        Kind::Product => vec![
            format!("/products/{id}"),
            format!("/products/{id}/evidence"),
        ],
        Kind::Protocol => vec![format!("/protocols/{id}"), format!("/matrix/{id}")],
        Kind::Extension => vec![format!("/extensions/{id}")],
        Kind::Term => vec![format!("/glossary/{id}")],
        Kind::Feature => vec![format!("/features/{id}")],
        Kind::Comparison => vec![format!("/compare/{id}")],
        Kind::Survey => vec![format!("/surveys/{id}")],
        Kind::Manual => vec![chapter_url(id)],
        Kind::Claims
        | Kind::Measured
        | Kind::Synonyms
        | Kind::Evaluation
        | Kind::Redirects
        | Kind::Addresses
        | Kind::Links => Vec::new(),
    }
}

/// What is wrong with a link, if it leads nowhere.
fn dangles(link: &str, own: &[String], known: &Known) -> Option<String> {
    let (address, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = address.split('?').next().unwrap_or_default();
    let path = if path.is_empty() { own.first()? } else { path };
    let Some(ids) = known.get(path) else {
        let near = hint(path, known.keys().map(String::as_str));
        return Some(format!("\"{path}\" leads nowhere{near}"));
    };
    let judged = anchor.starts_with("text-") || path.starts_with("/manual");
    if anchor.is_empty() || !judged || ids.contains(anchor) {
        return None;
    }
    let prose = format!("text-{anchor}");
    let near = match ids.get(&prose) {
        Some(id) => format!(" (did you mean \"{id}\"?)"),
        None => hint(anchor, ids.iter().map(String::as_str)),
    };
    Some(format!("\"{anchor}\" is no place on \"{path}\"{near}"))
}
