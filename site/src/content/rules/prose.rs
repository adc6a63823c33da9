//! M101 to M103 and R104: the words after the front matter.

use std::collections::BTreeSet;

use super::{Code, Diagnostic, Kind, Page};
use crate::content::nearest::hint;
use crate::markdown::render;

/// Pages that exist whatever the content is.
const FIXED: [&str; 5] = ["/", "/products", "/protocols", "/search", "/about/method"];

pub(super) fn check(pages: &[Page], out: &mut Vec<Diagnostic>) {
    let mut known: BTreeSet<String> = FIXED.iter().map(|&page| page.to_owned()).collect();
    for page in pages {
        match page.kind {
            Kind::Product => {
                known.insert(format!("/products/{}", page.id));
                known.insert(format!("/products/{}/evidence", page.id));
            }
            Kind::Protocol => {
                known.insert(format!("/protocols/{}", page.id));
                known.insert(format!("/matrix/{}", page.id));
            }
            Kind::Extension => {
                known.insert(format!("/extensions/{}", page.id));
            }
            Kind::Claims | Kind::Measured | Kind::Synonyms => {}
        }
    }
    for page in pages {
        let markdown = page.file.text.get(page.prose.clone()).unwrap_or_default();
        let rendered = render(markdown);
        let start = page.prose.start;
        for (offset, code, message) in rendered.flaws {
            out.push(Diagnostic::at(&page.file, start + offset, code, message));
        }
        for (offset, link) in rendered.links {
            let path = link.split(['#', '?']).next().unwrap_or_default();
            if !known.contains(path) {
                let near = hint(path, known.iter().map(String::as_str));
                let message = format!("\"{path}\" leads nowhere{near}");
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
