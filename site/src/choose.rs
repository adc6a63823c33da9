//! Which products meet a set of needs, and why each of the others does not.
//!
//! A need is met, ruled out or open. Only a claim or a fact rules out; where nothing is known the
//! product stays, apart from those that surely fit.

use crate::catalog::{Catalog, ProductEntry};
use crate::model::{Role, Status, Surety};
use crate::resolve::{Cell, State};

/// Needs looked at, at most.
pub const NEEDS_MAX: usize = 24;

/// Something a product must be or have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// A role.
    Role(Role),
    /// A protocol, by id.
    Protocol(String),
    /// An extension or feature, by its name in claims.
    Subject(String),
    /// Open source, or not.
    Open(bool),
    /// A system it runs on.
    Platform(String),
    /// Still maintained; `true` when new versions must come.
    Alive(bool),
}

/// How a product stands to a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Met.
    Met,
    /// Met in part, or with an add-on, or by an unverified note: the words say which.
    Nearly(String),
    /// Nothing is known, or what is known disagrees.
    Open(String),
    /// Not met, by a fact of the product.
    Against(String),
    /// Not met, by a claim; the words and the fragment of its place on the evidence page.
    Claimed(String, String),
}

impl Need {
    /// The need in words.
    pub fn words(&self, catalog: &Catalog) -> String {
        match self {
            Self::Role(role) => role.words().to_owned(),
            Self::Protocol(id) => match catalog.protocols.get(id) {
                Some(entry) => format!("speaks {}", entry.facts.title),
                None => id.clone(),
            },
            Self::Subject(id) => subject_words(catalog, id),
            Self::Open(true) => "open source".to_owned(),
            Self::Open(false) => "proprietary".to_owned(),
            Self::Platform(platform) => format!("runs on {platform}"),
            Self::Alive(true) => "new versions come".to_owned(),
            Self::Alive(false) => "maintained".to_owned(),
        }
    }

    /// How a product stands to it.
    pub fn of(&self, entry: &ProductEntry) -> Standing {
        let facts = &entry.facts;
        match self {
            Self::Role(role) if facts.roles.contains(role) => Standing::Met,
            Self::Role(_) => {
                let roles: Vec<&str> = facts.roles.iter().map(|role| role.words()).collect();
                Standing::Against(format!("its work is {}", roles.join(", ")))
            }
            Self::Protocol(id) => protocol(entry, id),
            Self::Subject(id) => subject(entry.cell(id), id),
            Self::Open(open) if facts.is_open_source() == *open => Standing::Met,
            Self::Open(_) => Standing::Against(format!("its licence is {}", facts.licence)),
            Self::Platform(wanted) => platform(entry, wanted),
            Self::Alive(strictly) => {
                let alive = match facts.status {
                    Status::Active => true,
                    Status::Maintenance => !strictly,
                    Status::Dormant | Status::Discontinued => false,
                };
                if alive {
                    Standing::Met
                } else {
                    Standing::Against(facts.status.words().to_lowercase())
                }
            }
        }
    }
}

fn subject_words(catalog: &Catalog, id: &str) -> String {
    if let Some(entry) = catalog.extensions.get(id) {
        let protocol = catalog.protocols.get(&entry.facts.protocol);
        let protocol = protocol.map_or("", |protocol| protocol.facts.title.as_str());
        return format!("{protocol} {}", entry.facts.name());
    }
    let feature = catalog.features.get(id);
    feature.map_or_else(|| id.to_owned(), |entry| entry.facts.title.clone())
}

fn protocol(entry: &ProductEntry, id: &str) -> Standing {
    let start = format!("{id}/");
    let supported =
        |(key, cell): (&String, &Cell)| key.starts_with(&start) && cell.state.is_supported();
    if entry.facts.protocols.iter().any(|spoken| spoken == id) || entry.cells.iter().any(supported)
    {
        Standing::Met
    } else if entry.facts.surety == Surety::Memory || entry.facts.protocols.is_empty() {
        Standing::Open("its protocols were not looked up".to_owned())
    } else {
        Standing::Against("not among the protocols it speaks".to_owned())
    }
}

/// Unix systems, which a product "for Unix" runs on.
const UNIX: [&str; 7] = [
    "linux", "bsd", "freebsd", "openbsd", "netbsd", "macos", "solaris",
];

fn platform(entry: &ProductEntry, wanted: &str) -> Standing {
    let wanted = wanted.to_lowercase();
    let platforms = &entry.facts.platforms;
    let runs = |platform: &String| {
        let platform = platform.to_lowercase();
        platform == wanted
            || (platform == "unix" && UNIX.contains(&wanted.as_str()))
            || platform
                .split(|letter: char| !letter.is_alphanumeric())
                .any(|word| word == wanted)
    };
    match platforms.as_slice() {
        [] => Standing::Open("its systems were not looked up".to_owned()),
        all if all.iter().any(runs) => Standing::Met,
        all => Standing::Against(format!("runs on {}", all.join(", "))),
    }
}

fn subject(cell: &Cell, id: &str) -> Standing {
    let shown = cell.shown();
    let note = shown.and_then(|judged| judged.claim.note.clone());
    let with_note = |words: &str| match &note {
        Some(note) => format!("{words}: {note}"),
        None => words.to_owned(),
    };
    let enabled = shown.and_then(|judged| judged.claim.enabled);
    match cell.state {
        State::Yes if cell.is_unverified() => Standing::Nearly("by an unverified note".to_owned()),
        State::Yes => match enabled {
            Some(enabled) if enabled != crate::model::Enabled::Default => {
                Standing::Nearly(enabled.words().to_owned())
            }
            Some(_) | None => Standing::Met,
        },
        State::AddOn => Standing::Nearly(with_note("with an add-on")),
        State::Partial => Standing::Nearly(with_note("in part")),
        State::Unknown => Standing::Open("nobody has said".to_owned()),
        State::Disputed => Standing::Open("checked sources disagree".to_owned()),
        State::No | State::Planned | State::Removed | State::NotApplicable
            if cell.is_unverified() =>
        {
            Standing::Open(format!(
                "an unverified note says {}",
                cell.state.word().to_lowercase()
            ))
        }
        State::No | State::Planned | State::Removed | State::NotApplicable => {
            let words = with_note(&cell.state.word().to_lowercase());
            Standing::Claimed(words, crate::model::anchor(id))
        }
    }
}

/// A product beside the needs.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The product.
    pub entry: &'a ProductEntry,
    /// Its standing to each need, in their order.
    pub standings: Vec<Standing>,
}

impl Candidate<'_> {
    /// Whether nothing is ruled out.
    pub fn is_possible(&self) -> bool {
        let out = |one: &Standing| matches!(one, Standing::Against(_) | Standing::Claimed(..));
        !self.standings.iter().any(out)
    }

    /// Needs about which nothing is known.
    pub fn open(&self) -> usize {
        self.count(|one| matches!(one, Standing::Open(_)))
    }

    /// Needs that are met, if only nearly.
    pub fn met(&self) -> usize {
        self.count(|one| matches!(one, Standing::Met | Standing::Nearly(_)))
    }

    fn nearly(&self) -> usize {
        self.count(|one| matches!(one, Standing::Nearly(_)))
    }

    fn count(&self, wanted: impl Fn(&Standing) -> bool) -> usize {
        self.standings.iter().filter(|one| wanted(one)).count()
    }
}

/// All products by how well they meet the needs: fewest open questions first, then fewest
/// reservations, then most claims. How widely a product is used plays no part.
pub fn candidates<'a>(catalog: &'a Catalog, needs: &[Need]) -> Vec<Candidate<'a>> {
    let all = catalog.products.values().map(|entry| Candidate {
        entry,
        standings: needs.iter().map(|need| need.of(entry)).collect(),
    });
    let mut all: Vec<Candidate<'_>> = all.collect();
    all.sort_by_cached_key(|one| {
        let claims = one.entry.all_cells().count();
        let title = one.entry.facts.title.to_lowercase();
        (one.open(), one.nearly(), std::cmp::Reverse(claims), title)
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::real_site;

    #[test]
    fn unknown_is_never_a_no() {
        let site = real_site();
        for id in ["imap/idle", "clustering", "imap/qresync", "dkim-signing"] {
            let needs = [Need::Subject(id.to_owned())];
            for candidate in candidates(&site.catalog, &needs) {
                let state = candidate.entry.cell(id).state;
                let possible = candidate.is_possible();
                assert!(
                    possible || state != State::Unknown,
                    "{}",
                    candidate.entry.facts.slug
                );
                assert_eq!(
                    possible && candidate.open() == 0,
                    state.is_supported(),
                    "{id}"
                );
            }
        }
    }

    #[test]
    fn a_claim_that_rules_out_can_be_looked_up() {
        let site = real_site();
        let needs = [
            Need::Role(Role::Imap),
            Need::Subject("imap/annotate".into()),
        ];
        let all = candidates(&site.catalog, &needs);
        let dovecot = all
            .iter()
            .find(|one| one.entry.facts.slug == "dovecot")
            .unwrap();
        let Standing::Claimed(words, anchor) = &dovecot.standings[1] else {
            panic!("{:?}", dovecot.standings);
        };
        assert!(words.starts_with("no"), "{words}");
        assert_eq!(anchor, "imap-annotate");
    }

    #[test]
    fn systems_are_matched_by_word() {
        let site = real_site();
        let postfix = &site.catalog.products["postfix"];
        assert_eq!(Need::Platform("Linux".into()).of(postfix), Standing::Met);
        let exchange = &site.catalog.products["exchange"];
        assert!(matches!(
            Need::Platform("Linux".into()).of(exchange),
            Standing::Against(_)
        ));
    }
}
