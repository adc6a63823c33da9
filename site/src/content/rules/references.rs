//! R101 to R103: every name leads somewhere.

use std::collections::BTreeSet;

use super::{Code, Diagnostic, Kind, Page, of_kind};
use crate::content::nearest::hint;

pub(super) fn check(pages: &[Page], out: &mut Vec<Diagnostic>) {
    let ids = |kind| {
        of_kind(pages, kind)
            .map(|page| page.id.as_str())
            .collect::<BTreeSet<_>>()
    };
    let products = ids(Kind::Product);
    let protocols = ids(Kind::Protocol);
    let extensions = ids(Kind::Extension);
    for page in pages {
        let mut look = |pointer: &str, known: &BTreeSet<&str>, code: Code, what: &str| {
            for (at, name) in page.texts(pointer) {
                if !known.contains(name) {
                    let near = hint(name, known.iter().copied());
                    out.push(page.flaw(&at, code, format!("unknown {what} \"{name}\"{near}")));
                }
            }
        };
        match page.kind {
            Kind::Product => {
                for pointer in ["/fork_of", "/succeeded_by", "/bundles"] {
                    look(pointer, &products, Code::R101, "product");
                }
                look("/protocols", &protocols, Code::R103, "protocol");
            }
            Kind::Claims => {
                for claim in page.tables("/claim") {
                    let pointer = format!("{claim}/extension");
                    look(&pointer, &extensions, Code::R102, "extension");
                }
                if !products.contains(page.id.as_str()) {
                    let near = hint(&page.id, products.iter().copied());
                    let message = format!("claims about unknown product \"{}\"{near}", page.id);
                    out.push(Diagnostic::at(&page.file, 0, Code::R101, message));
                }
            }
            Kind::Protocol => look("/related", &protocols, Code::R103, "protocol"),
            Kind::Extension => {
                look("/protocol", &protocols, Code::R103, "protocol");
                for pointer in ["/requires", "/implied_by", "/related", "/replaced_by"] {
                    look(pointer, &extensions, Code::R102, "extension");
                }
            }
            Kind::Synonyms => {}
        }
    }
}
