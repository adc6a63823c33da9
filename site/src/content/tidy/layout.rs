//! F101: blanks at ends of lines, and the end of the file.

use super::Change;
use crate::content::code::Code;
use crate::content::load::Page;

pub(super) fn look(page: &Page, out: &mut Vec<Change>) {
    let text = &page.file.text;
    let mut start = 0;
    let mut fenced = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        let kept = bare.trim_end_matches([' ', '\t']);
        let in_prose = page.prose.contains(&start);
        if in_prose && bare.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        // Two blanks after words break a line in Markdown, and blanks in code are the author's.
        let blanks = bare.len() - kept.len();
        let meant = in_prose && (fenced || !kept.is_empty() && blanks > 1);
        let end = start + bare.len();
        let range = start + kept.len()..end;
        if blanks > 0 && !meant && !within_text(page, &range) {
            out.push(Change {
                at: range.start,
                range,
                with: String::new(),
                code: Code::F101,
                message: "blanks at the end of the line".to_owned(),
            });
        }
        start += line.len();
    }
    let kept = text.trim_end_matches('\n').len();
    if kept > 0 && text.len() != kept + 1 {
        out.push(Change {
            at: kept,
            range: kept..text.len(),
            with: "\n".to_owned(),
            code: Code::F101,
            message: "the file ends with exactly one line feed".to_owned(),
        });
    }
}

/// Whether a place lies in a text of several lines, where blanks belong to the text.
fn within_text(page: &Page, range: &std::ops::Range<usize>) -> bool {
    let mut spans = page.document.text_ranges();
    spans.any(|span| span.start < range.start && range.end < span.end)
}
