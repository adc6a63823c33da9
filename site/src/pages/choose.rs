//! `/choose`: a server for a set of needs, with every exclusion explained.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, count, show};
use super::search::percent;
use super::{Frame, Site};
use crate::catalog::Catalog;
use crate::choose::{Candidate, NEEDS_MAX, Need, Standing, candidates};
use crate::model::Role;
use crate::search::DocKind;

/// Products shown in each list before the rest is folded away.
const SHOWN: usize = 12;

/// What is often asked for: a heading with extensions and features.
const OFTEN: [(&str, &[&str]); 4] = [
    (
        "Reading mail",
        &[
            "imap/idle",
            "imap/condstore",
            "imap/qresync",
            "imap/special-use",
            "sieve/vacation",
            "full-text-search",
            "shared-mailboxes",
            "quotas",
        ],
    ),
    (
        "Taking and sending mail",
        &[
            "smtp/smtputf8",
            "smtp/dsn",
            "smtp/chunking",
            "dkim-signing",
            "dane-outgoing",
            "greylisting",
            "milter-support",
            "rate-limits",
        ],
    ),
    (
        "Users and domains",
        &[
            "virtual-hosting",
            "ldap-lookups",
            "second-factor",
            "oauth-login",
            "delegated-administration",
        ],
    ),
    (
        "Running it",
        &[
            "automatic-certificates",
            "clustering",
            "mailbox-replication",
            "container-images",
            "web-administration",
            "monitoring",
            "backup",
        ],
    ),
];

#[derive(Template)]
#[template(path = "choose.html")]
struct ChoosePage {
    frame: Frame,
    roles: Vec<Tick>,
    protocols: Vec<Tick>,
    often: Vec<(&'static str, Vec<Tick>)>,
    also: String,
    licence: &'static str,
    platforms: Vec<Tick>,
    alive: &'static str,
    strict: bool,
    misunderstood: Vec<(String, String)>,
    needs: Vec<String>,
    fits: Vec<Row>,
    open: Vec<Row>,
    more: Vec<Row>,
    claimed: Vec<Row>,
    against: Vec<Row>,
    summary: String,
}

struct Tick {
    value: String,
    words: String,
    chosen: bool,
}

struct Row {
    url: String,
    title: String,
    summary: String,
    met: usize,
    /// What is met only nearly, open or against, in words with an address where there is one.
    remarks: Vec<(String, String, Option<String>)>,
}

/// What the address asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct View {
    roles: Vec<Role>,
    protocols: Vec<String>,
    subjects: Vec<String>,
    misunderstood: Vec<String>,
    open: Option<bool>,
    platform: Option<String>,
    alive: Option<bool>,
    strict: bool,
}

impl View {
    fn read(site: &Site, pairs: &[(String, String)]) -> Self {
        let catalog = &site.catalog;
        let mut view = Self::default();
        for (name, value) in pairs.iter().filter(|(_, value)| !value.trim().is_empty()) {
            match name.as_str() {
                "role" => view
                    .roles
                    .extend(Role::ALL.iter().filter(|role| role.id() == *value)),
                "protocol" if catalog.protocols.contains_key(value) => {
                    view.protocols.push(value.clone());
                }
                "must" | "also" => value
                    .split(',')
                    .for_each(|part| view.must(site, part.trim())),
                "licence" if value == "open" => view.open = Some(true),
                "licence" if value == "proprietary" => view.open = Some(false),
                "platform" if platforms(catalog).contains_key(value) => {
                    view.platform = Some(value.clone());
                }
                "status" if value == "active" => view.alive = Some(true),
                "status" if value == "maintained" => view.alive = Some(false),
                "unknown" => view.strict = value == "no",
                _ => {}
            }
        }
        view.roles.sort();
        view.roles.dedup();
        for list in [
            &mut view.protocols,
            &mut view.subjects,
            &mut view.misunderstood,
        ] {
            list.sort();
            list.dedup();
            list.truncate(NEEDS_MAX);
        }
        view
    }

    /// An extension, feature or protocol by id, wire token or name.
    fn must(&mut self, site: &Site, text: &str) {
        let catalog = &site.catalog;
        if catalog.extensions.contains_key(text) || catalog.features.contains_key(text) {
            self.subjects.push(text.to_owned());
            return;
        }
        let named = site.index.suggest(text).into_iter().find(|one| {
            let whole = |name: &str| name.eq_ignore_ascii_case(text);
            let exact = whole(&one.title) || one.name.as_deref().is_some_and(whole);
            let kinds = [DocKind::Extension, DocKind::Feature, DocKind::Protocol];
            exact && kinds.contains(&one.kind)
        });
        match named {
            Some(one) if one.kind == DocKind::Protocol => {
                let id = one.url.trim_start_matches("/protocols/");
                self.protocols.push(id.to_owned());
            }
            Some(one) => {
                let id = one
                    .url
                    .trim_start_matches("/extensions/")
                    .trim_start_matches("/features/");
                self.subjects.push(id.to_owned());
            }
            None if !text.is_empty() => self.misunderstood.push(text.chars().take(80).collect()),
            None => {}
        }
    }

    fn needs(&self) -> Vec<Need> {
        let roles = self.roles.iter().map(|role| Need::Role(*role));
        let protocols = self.protocols.iter().map(|id| Need::Protocol(id.clone()));
        let subjects = self.subjects.iter().map(|id| Need::Subject(id.clone()));
        let facts = [
            self.open.map(Need::Open),
            self.platform.clone().map(Need::Platform),
            self.alive.map(Need::Alive),
        ];
        let all = roles.chain(protocols).chain(subjects);
        all.chain(facts.into_iter().flatten())
            .take(NEEDS_MAX)
            .collect()
    }

    /// The one address of the view.
    fn address(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.roles.iter().map(|role| format!("role={}", role.id())));
        parts.extend(self.protocols.iter().map(|id| format!("protocol={id}")));
        if !self.subjects.is_empty() {
            parts.push(format!("must={}", percent(&self.subjects.join(","))));
        }
        parts.extend(
            self.open
                .map(|open| format!("licence={}", if open { "open" } else { "proprietary" })),
        );
        parts.extend(
            self.platform
                .iter()
                .map(|one| format!("platform={}", percent(one))),
        );
        parts.extend(
            self.alive
                .map(|alive| format!("status={}", if alive { "active" } else { "maintained" })),
        );
        if self.strict {
            parts.push("unknown=no".to_owned());
        }
        match parts.as_slice() {
            [] => "/choose".to_owned(),
            parts => format!("/choose?{}", parts.join("&")),
        }
    }
}

/// Systems that at least two products name, with their number.
fn platforms(catalog: &Catalog) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in catalog.products.values() {
        for platform in &entry.facts.platforms {
            *counts.entry(platform.clone()).or_insert(0) += 1;
        }
    }
    counts.retain(|_, count| *count > 1);
    counts
}

/// Shows the questions and what fits the answers.
///
/// # Errors
/// When the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let view = View::read(&site, &pairs);
    let needs = view.needs();
    let words: Vec<String> = needs.iter().map(|need| need.words(catalog)).collect();
    let (mut fits, mut open, mut claimed, mut against) = (vec![], vec![], vec![], vec![]);
    for candidate in candidates(catalog, &needs) {
        let by_claim = |one: &Standing| matches!(one, Standing::Claimed(..));
        let list = match candidate.is_possible() {
            true if candidate.open() == 0 => &mut fits,
            true => &mut open,
            false if candidate.standings.iter().any(by_claim) => &mut claimed,
            false => &mut against,
        };
        list.push(row(&candidate, &words));
    }
    let summary = format!(
        "{} fit, {} could not be ruled out, {} are ruled out.",
        count(fits.len(), "product"),
        open.len(),
        claimed.len() + against.len(),
    );
    let more = open.split_off(open.len().min(SHOWN));
    show(&ChoosePage {
        frame: site.frame("choose").at(view.address()),
        roles: roles(&view),
        protocols: protocols(catalog, &view),
        often: often(catalog, &view),
        also: also(&view),
        licence: view
            .open
            .map_or("", |open| if open { "open" } else { "proprietary" }),
        platforms: platform_choices(catalog, &view),
        alive: view.alive.map_or(
            "",
            |strictly| if strictly { "active" } else { "maintained" },
        ),
        strict: view.strict,
        misunderstood: view
            .misunderstood
            .iter()
            .map(|text| (format!("/search?q={}", percent(text)), text.clone()))
            .collect(),
        needs: words,
        summary,
        fits,
        open,
        more,
        claimed,
        against,
    })
}

fn row(candidate: &Candidate<'_>, words: &[String]) -> Row {
    let facts = &candidate.entry.facts;
    let evidence = |anchor: &String| format!("/products/{}/evidence#{anchor}", facts.slug);
    let remarks = candidate
        .standings
        .iter()
        .zip(words)
        .filter_map(|(standing, need)| {
            let (text, url) = match standing {
                Standing::Met => return None,
                Standing::Nearly(text) | Standing::Open(text) | Standing::Against(text) => {
                    (text, None)
                }
                Standing::Claimed(text, anchor) => (text, Some(evidence(anchor))),
            };
            Some((need.clone(), text.clone(), url))
        });
    Row {
        url: format!("/products/{}", facts.slug),
        title: facts.title.clone(),
        summary: facts.summary.clone(),
        met: candidate.met(),
        remarks: remarks.collect(),
    }
}

fn roles(view: &View) -> Vec<Tick> {
    let ticks = Role::ALL.iter().map(|role| Tick {
        value: role.id(),
        words: role.words().to_owned(),
        chosen: view.roles.contains(role),
    });
    ticks.collect()
}

fn protocols(catalog: &Catalog, view: &View) -> Vec<Tick> {
    let spoken = catalog.protocols.values();
    let spoken = spoken.filter(|entry| !catalog.products_of(&entry.facts.id).is_empty());
    let ticks = spoken.map(|entry| Tick {
        value: entry.facts.id.clone(),
        words: entry.facts.title.clone(),
        chosen: view.protocols.contains(&entry.facts.id),
    });
    ticks.collect()
}

fn often(catalog: &Catalog, view: &View) -> Vec<(&'static str, Vec<Tick>)> {
    let groups = OFTEN.iter().map(|(title, ids)| {
        let known = ids.iter().filter(|id| {
            catalog.extensions.contains_key(**id) || catalog.features.contains_key(**id)
        });
        let ticks = known.map(|id| Tick {
            value: (*id).to_owned(),
            words: Need::Subject((*id).to_owned()).words(catalog),
            chosen: view.subjects.iter().any(|chosen| chosen == id),
        });
        (*title, ticks.collect())
    });
    groups.collect()
}

/// The chosen extensions and features that have no box of their own.
fn also(view: &View) -> String {
    let boxed = |id: &&String| OFTEN.iter().any(|(_, ids)| ids.contains(&id.as_str()));
    let rest = view.subjects.iter().filter(|id| !boxed(id));
    let rest: Vec<&str> = rest
        .chain(&view.misunderstood)
        .map(String::as_str)
        .collect();
    rest.join(", ")
}

fn platform_choices(catalog: &Catalog, view: &View) -> Vec<Tick> {
    let platforms = platforms(catalog).into_keys();
    let ticks = platforms.map(|platform| Tick {
        chosen: view.platform.as_ref() == Some(&platform),
        words: platform.clone(),
        value: platform,
    });
    ticks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::real_site;

    fn view(query: &str) -> View {
        let uri: axum::http::Uri = format!("/choose?{query}").parse().unwrap();
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).unwrap();
        View::read(&real_site(), &pairs)
    }

    #[test]
    fn an_address_reads_back_as_its_view() {
        let query = "role=imap&role=imap&must=idle,LITERAL%2B,imap/condstore&must=Greylisting\
                     &protocol=sieve&licence=open&platform=Linux&status=active&unknown=no&x=y";
        let first = view(query);
        assert_eq!(
            first.subjects,
            [
                "greylisting",
                "imap/condstore",
                "imap/idle",
                "imap/literal-plus"
            ]
        );
        let address = first.address();
        let again = view(address.trim_start_matches("/choose?"));
        assert_eq!(again, first);
        assert_eq!(
            view("must=no%20such%20thing").misunderstood,
            ["no such thing"]
        );
        assert_eq!(view("").address(), "/choose");
    }

    #[test]
    fn what_is_often_asked_for_exists() {
        let site = real_site();
        let shown: usize = often(&site.catalog, &View::default())
            .iter()
            .map(|(_, t)| t.len())
            .sum();
        let all: usize = OFTEN.iter().map(|(_, ids)| ids.len()).sum();
        assert_eq!(shown, all);
    }
}
