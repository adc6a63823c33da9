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
            Kind::Claims | Kind::Measured => {
                let list = if page.kind == Kind::Claims {
                    "/claim"
                } else {
                    "/check"
                };
                for claim in page.tables(list) {
                    let pointer = format!("{claim}/extension");
                    look(&pointer, &extensions, Code::R102, "extension");
                }
                let product = page.id.split('/').next().unwrap_or_default();
                if !products.contains(product) {
                    let near = hint(product, products.iter().copied());
                    let message = format!("claims about unknown product \"{product}\"{near}");
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
            Kind::Manual | Kind::Synonyms => {}
        }
    }
}
