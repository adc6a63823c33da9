//! R101 to R106: every name leads somewhere.

use std::collections::BTreeSet;

use super::{Code, Diagnostic, Kind, Page, of_kind};
use crate::content::nearest::hint;

/// A pointer to names, what they name, and how that is called.
type Reference = (&'static str, Target);

#[derive(Clone, Copy)]
enum Target {
    Product,
    Protocol,
    Extension,
    Term,
    Feature,
    Row,
}

impl Target {
    const ALL: [Self; 6] = [
        Self::Product,
        Self::Protocol,
        Self::Extension,
        Self::Term,
        Self::Feature,
        Self::Row,
    ];

    fn code(self) -> Code {
        match self {
            Self::Product => Code::R101,
            Self::Extension => Code::R102,
            Self::Protocol => Code::R103,
            Self::Term => Code::R105,
            Self::Feature | Self::Row => Code::R106,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Protocol => "protocol",
            Self::Extension => "extension",
            Self::Term => "term",
            Self::Feature => "feature",
            Self::Row => "row",
        }
    }

    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Product => &[Kind::Product],
            Self::Protocol => &[Kind::Protocol],
            Self::Extension => &[Kind::Extension],
            Self::Term => &[Kind::Term],
            Self::Feature => &[Kind::Feature],
            Self::Row => &[Kind::Extension, Kind::Feature],
        }
    }
}

/// The names in a file of this kind; those below a list of tables stand after it.
fn references(
    kind: Kind,
) -> (
    &'static [Reference],
    Option<&'static str>,
    &'static [Reference],
) {
    const NONE: &[Reference] = &[];
    match kind {
        Kind::Product => (
            &[
                ("/fork_of", Target::Product),
                ("/succeeded_by", Target::Product),
                ("/bundles", Target::Product),
                ("/protocols", Target::Protocol),
            ],
            None,
            NONE,
        ),
        Kind::Claims => (
            NONE,
            Some("/claim"),
            &[
                ("/extension", Target::Extension),
                ("/feature", Target::Feature),
            ],
        ),
        Kind::Measured => (NONE, Some("/check"), &[("/extension", Target::Extension)]),
        Kind::Protocol => (&[("/related", Target::Protocol)], None, NONE),
        Kind::Extension => (
            &[
                ("/protocol", Target::Protocol),
                ("/requires", Target::Extension),
                ("/implied_by", Target::Extension),
                ("/related", Target::Extension),
                ("/replaced_by", Target::Extension),
            ],
            None,
            NONE,
        ),
        Kind::Term => (
            &[
                ("/see", Target::Term),
                ("/extensions", Target::Extension),
                ("/protocols", Target::Protocol),
            ],
            None,
            NONE,
        ),
        Kind::Feature => (
            &[
                ("/extensions", Target::Extension),
                ("/protocols", Target::Protocol),
            ],
            None,
            NONE,
        ),
        Kind::Comparison => (
            &[("/products", Target::Product), ("/rows", Target::Row)],
            None,
            NONE,
        ),
        Kind::Survey => (
            &[("/protocol", Target::Protocol)],
            Some("/share"),
            &[("/product", Target::Product)],
        ),
        Kind::Manual
        | Kind::Synonyms
        | Kind::Evaluation
        | Kind::Redirects
        | Kind::Addresses
        | Kind::Links => (NONE, None, NONE),
    }
}

pub(super) fn check(pages: &[Page], out: &mut Vec<Diagnostic>) {
    let names = Names::of(pages);
    for page in pages {
        let (own, list, below) = references(page.kind);
        for (pointer, target) in own {
            look(&names, page, pointer, *target, out);
        }
        for table in list.map(|list| page.tables(list)).unwrap_or_default() {
            for (pointer, target) in below {
                look(&names, page, &format!("{table}{pointer}"), *target, out);
            }
        }
        if matches!(page.kind, Kind::Claims | Kind::Measured) {
            let product = page.id.split('/').next().unwrap_or_default();
            let known = names.of_target(Target::Product);
            if !known.contains(product) {
                let near = hint(product, known.iter().copied());
                let message = format!("claims about unknown product \"{product}\"{near}");
                out.push(Diagnostic::at(&page.file, 0, Code::R101, message));
            }
        }
    }
}

/// The names of all pages, by what they can be named as.
struct Names<'a>([BTreeSet<&'a str>; 6]);

impl<'a> Names<'a> {
    fn of(pages: &'a [Page]) -> Self {
        Self(Target::ALL.map(|target| {
            let kinds = target.kinds().iter();
            let named = kinds.flat_map(|kind| of_kind(pages, *kind));
            named.map(|page| page.id.as_str()).collect()
        }))
    }

    fn of_target(&self, target: Target) -> &BTreeSet<&'a str> {
        let Self([product, protocol, extension, term, feature, row]) = self;
        match target {
            Target::Product => product,
            Target::Protocol => protocol,
            Target::Extension => extension,
            Target::Term => term,
            Target::Feature => feature,
            Target::Row => row,
        }
    }
}

fn look(names: &Names<'_>, page: &Page, pointer: &str, target: Target, out: &mut Vec<Diagnostic>) {
    let known = names.of_target(target);
    for (at, name) in page.texts(pointer) {
        if !known.contains(name) {
            let near = hint(name, known.iter().copied());
            let message = format!("unknown {} \"{name}\"{near}", target.word());
            out.push(page.flaw(&at, target.code(), message));
        }
    }
}
