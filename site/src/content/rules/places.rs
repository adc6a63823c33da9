//! S108: what a file is called is what it holds.

use super::{Code, Diagnostic, Kind, Page};

pub(super) fn check(pages: &[Page], out: &mut Vec<Diagnostic>) {
    for page in pages {
        let names: &[(&str, &str)] = match page.kind {
            Kind::Product => &[("/slug", &page.id)],
            Kind::Protocol => &[("/id", &page.id)],
            Kind::Term | Kind::Feature | Kind::Comparison | Kind::Survey => &[("/slug", &page.id)],
            Kind::Extension => match page.id.split_once('/') {
                Some((protocol, slug)) => &[("/protocol", protocol), ("/slug", slug)],
                None => &[],
            },
            Kind::Claims
            | Kind::Measured
            | Kind::Manual
            | Kind::Synonyms
            | Kind::Evaluation
            | Kind::Redirects
            | Kind::Addresses
            | Kind::Links => &[],
        };
        for (pointer, wanted) in names {
            if let Some(text) = page.text(pointer).filter(|text| text != wanted) {
                let message = format!("\"{text}\" stands in the place of \"{wanted}\"");
                out.push(page.flaw(pointer, Code::S108, message));
            }
        }
    }
}
