//! G101: what the author of a stub still has to find out.

use super::{Code, Diagnostic, Kind, Page};

/// The mark that a stub leaves where something is missing.
const MARK: &str = "TODO";

/// Names every mark; chapters of the manual may speak of such marks.
pub(super) fn check(pages: &[Page], out: &mut Vec<Diagnostic>) {
    for page in pages.iter().filter(|page| page.kind != Kind::Manual) {
        let text = &page.file.text;
        for (offset, _) in text.match_indices(MARK) {
            let rest = text.get(offset..).unwrap_or_default();
            let line = rest.lines().next().unwrap_or_default();
            let wanted = line.trim_start_matches(MARK).trim_start_matches([':', ' ']);
            let end = wanted.find(['"', '<']).unwrap_or(wanted.len());
            let wanted = wanted.get(..end).unwrap_or_default().trim();
            let message = if wanted.is_empty() {
                "still open".to_owned()
            } else {
                format!("still open: {wanted}")
            };
            out.push(Diagnostic::at(&page.file, offset, Code::G101, message));
        }
    }
}
