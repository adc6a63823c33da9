//! M104: RFC numbers in prose are spelled alike, so that a reader finds them by one search.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::Change;
use crate::content::code::Code;
use crate::content::load::Page;

/// A data item of IMAP, not a document.
const NOT_A_DOCUMENT: &str = "822";

pub(super) fn look(page: &Page, out: &mut Vec<Change>) {
    let prose = page.prose();
    let mut in_code = false;
    for (event, range) in Parser::new(prose).into_offset_iter() {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "all other events hold no words of their own"
        )]
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(_) if !in_code => {
                let text = prose.get(range.clone()).unwrap_or_default();
                words(text, page.prose.start + range.start, out);
            }
            _ => {}
        }
    }
}

fn words(text: &str, start: usize, out: &mut Vec<Change>) {
    let lower = text.to_ascii_lowercase();
    for (at, _) in lower.match_indices("rfc") {
        let before = text.get(..at).unwrap_or_default().chars().next_back();
        let inside = |letter: char| letter.is_alphanumeric() || "/-._:".contains(letter);
        if before.is_some_and(inside) {
            continue;
        }
        let rest = text.get(at + 3..).unwrap_or_default();
        let gap = rest.len() - rest.trim_start_matches([' ', '-']).len();
        let digits: String = rest
            .chars()
            .skip(gap)
            .take_while(char::is_ascii_digit)
            .collect();
        let after = rest
            .get(gap + digits.len()..)
            .unwrap_or_default()
            .chars()
            .next();
        let is_number = (2..=5).contains(&digits.len());
        let ends = after.is_none_or(|letter| !letter.is_alphanumeric());
        if gap > 1 || !is_number || !ends || digits == NOT_A_DOCUMENT {
            continue;
        }
        let range = at..at + 3 + gap + digits.len();
        let with = format!("RFC {digits}");
        let found = text.get(range.clone()).unwrap_or_default();
        if found != with {
            out.push(Change {
                message: format!("\"{found}\" is written \"{with}\""),
                at: start + range.start,
                range: start + range.start..start + range.end,
                with,
                code: Code::M104,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        words(text, 0, &mut found);
        let with: Vec<&str> = found.iter().map(|change| change.with.as_str()).collect();
        assert_eq!(with, expected, "{text}");
    }

    #[test]
    fn numbers_are_spelled_alike() {
        check("see RFC2177 and rfc-5465.", &["RFC 2177", "RFC 5465"]);
        check("RFC 2177, draft-rfc2177, /rfc/2177, RFC822, rfcs", &[]);
        check("RFC822.SIZE and RFCs 1 to 3", &[]);
    }
}
