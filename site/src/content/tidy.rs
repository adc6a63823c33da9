//! What can be put right without thinking: layout, order of keys and lists, forms of dates, the
//! spelling of RFC numbers. The check names it, and `check --fix` does it.

mod dates;
mod keys;
mod layout;
mod lists;
mod spelling;

use std::ops::Range;

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::load::Page;

/// Part of a file with what should stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Bytes of the file.
    pub range: Range<usize>,
    /// What takes their place.
    pub with: String,
    /// The byte to point at.
    pub at: usize,
    /// The rule that asks for it.
    pub code: Code,
    /// What is out of order.
    pub message: String,
}

/// Everything that can be put right in one file. Nothing here changes what the file says.
pub fn changes(page: &Page) -> Vec<Change> {
    let mut changes = Vec::new();
    layout::look(page, &mut changes);
    if !page.document.is_broken {
        dates::look(page, &mut changes);
        lists::look(page, &mut changes);
        keys::look(page, &mut changes);
    }
    spelling::look(page, &mut changes);
    changes
}

/// Names what could be put right, but for dates, which the schema names already.
pub(super) fn check(page: &Page, out: &mut Vec<Diagnostic>) {
    for change in changes(page) {
        if change.code != Code::S107 {
            let Change {
                at, code, message, ..
            } = change;
            out.push(Diagnostic::at(&page.file, at, code, message));
        }
    }
}

/// The text with the changes made, and those made; where two overlap, the earlier one is made.
pub(super) fn apply(text: &str, mut changes: Vec<Change>) -> (String, Vec<Change>) {
    changes.sort_by_key(|change| (change.range.start, change.range.end));
    let mut done: Vec<Change> = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for change in changes {
        if change.range.start < at {
            continue;
        }
        out.push_str(text.get(at..change.range.start).unwrap_or_default());
        out.push_str(&change.with);
        at = change.range.end;
        done.push(change);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, done)
}
