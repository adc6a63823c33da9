//! X101 to X103: an address that was published once goes on leading somewhere.

use std::collections::BTreeSet;

use super::prose::Known;
use super::{Code, Diagnostic, Kind, Page, of_kind};
use crate::content::nearest::hint;

pub(super) fn check(pages: &[Page], known: &Known, out: &mut Vec<Diagnostic>) {
    let mut moved: BTreeSet<&str> = BTreeSet::new();
    for page in of_kind(pages, Kind::Redirects) {
        for table in page.tables("/redirect") {
            let at = format!("{table}/from");
            let Some(from) = page.text(&at) else { continue };
            if !moved.insert(from) {
                let message = format!("\"{from}\" is redirected twice");
                out.push(page.flaw(&at, Code::U101, message));
            }
            if known.contains_key(from) {
                let message = format!("\"{from}\" is a page; a redirect would never be seen");
                out.push(page.flaw(&at, Code::X102, message));
            }
        }
    }
    for page in of_kind(pages, Kind::Redirects) {
        for table in page.tables("/redirect") {
            let at = format!("{table}/to");
            let Some(to) = page.text(&at) else { continue };
            let message = if moved.contains(to) {
                format!("\"{to}\" is redirected itself; name where it leads in the end")
            } else if known.contains_key(to) {
                continue;
            } else {
                let near = hint(to, known.keys().map(String::as_str));
                format!("\"{to}\" leads nowhere{near}")
            };
            out.push(page.flaw(&at, Code::X102, message));
        }
    }
    for page in of_kind(pages, Kind::Addresses) {
        recorded(page, known, &moved, out);
    }
}

fn recorded(page: &Page, known: &Known, moved: &BTreeSet<&str>, out: &mut Vec<Diagnostic>) {
    let recorded = page.texts("/address");
    for (at, address) in &recorded {
        if known.contains_key(*address) || moved.contains(address) {
            continue;
        }
        let near = hint(address, known.keys().map(String::as_str));
        let message = format!("\"{address}\" was published and leads nowhere now{near}");
        out.push(page.flaw(at, Code::X101, message));
    }
    let recorded: BTreeSet<&str> = recorded.iter().map(|(_, address)| *address).collect();
    for address in known.keys().filter(|one| !recorded.contains(one.as_str())) {
        let message = format!("\"{address}\" is not recorded yet");
        out.push(page.flaw("/address", Code::X103, message));
    }
}
