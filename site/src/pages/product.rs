//! `/products/{slug}`: one product.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::mark::detail;
use super::survey::percent;
use super::{Bar, Frame, Mark, Site};
use crate::catalog::{Catalog, ProductEntry};
use crate::model::{Event, Product, Surety};
use crate::resolve::State;

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage<'a> {
    frame: Frame,
    product: &'a Product,
    prose: &'a str,
    facts: Vec<(&'static str, String)>,
    bundles: Vec<(String, String)>,
    succeeded_by: Option<(String, String)>,
    fork_of: Option<(String, String)>,
    blocks: Vec<Block>,
    silent: Vec<(String, String)>,
    events: &'a [Event],
    unverified_page: bool,
    claims: usize,
    confirmed: String,
    appears: Vec<(String, String, String)>,
    diff: Option<String>,
}

/// What the product does in one protocol.
struct Block {
    id: String,
    title: String,
    bar: Bar,
    groups: Vec<Group>,
}

struct Group {
    title: String,
    badges: Vec<Badge>,
}

struct Badge {
    url: String,
    is_token: bool,
    name: String,
    title: String,
    mark: Mark,
    detail: String,
}

/// Shows one product.
///
/// # Errors
/// When there is no such product or the template fails.
pub async fn page(
    Shared(site): Shared<Arc<Site>>,
    Path(slug): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let catalog = &site.catalog;
    let entry = catalog.products.get(&slug).ok_or(PageError::NotFound)?;
    let facts = &entry.facts;
    let link = |slug: &String| {
        let other = catalog.products.get(slug)?;
        Some((format!("/products/{slug}"), other.facts.title.clone()))
    };
    let mut blocks = blocks(catalog, entry);
    blocks.extend(features(catalog, entry));
    let silent = facts
        .protocols
        .iter()
        .filter(|id| blocks.iter().all(|block| block.id != **id))
        .filter_map(|id| {
            let title = catalog.protocols.get(id)?.facts.title.clone();
            Some((format!("/protocols/{id}"), title))
        })
        .collect();
    show(&ProductPage {
        frame: site.frame("products").at(format!("/products/{slug}")),
        product: facts,
        prose: &entry.prose.html,
        facts: table(facts),
        bundles: facts.bundles.iter().filter_map(link).collect(),
        succeeded_by: facts.succeeded_by.as_ref().and_then(link),
        fork_of: facts.fork_of.as_ref().and_then(link),
        blocks,
        silent,
        events: &facts.event,
        unverified_page: facts.surety == Surety::Memory,
        claims: entry.all_cells().map(|(_, cell)| cell.judged.len()).sum(),
        appears: appears(catalog, &slug),
        diff: super::diff::address(entry),
        confirmed: entry.confirmed().unwrap_or(&facts.reviewed).to_string(),
    })
}

/// Comparisons and surveys with the product: address, title, and its share where there is one.
fn appears(catalog: &Catalog, slug: &String) -> Vec<(String, String, String)> {
    let comparisons = catalog.comparisons.values().map(|entry| &entry.facts);
    let comparisons = comparisons.filter(|facts| facts.products.contains(slug));
    let comparisons = comparisons.map(|facts| {
        let url = format!("/compare/{}", facts.slug);
        (url, facts.title.clone(), facts.question.clone())
    });
    let mut surveys: Vec<_> = catalog.surveys.values().map(|entry| &entry.facts).collect();
    surveys.sort_by(|one, other| one.date.cmp(&other.date));
    let surveys = surveys.into_iter().filter_map(|facts| {
        let lines = facts
            .share
            .iter()
            .filter(|share| share.product.as_ref() == Some(slug));
        let shares: Vec<f64> = lines.map(|share| share.percent).collect();
        let title = format!("{}: {}", facts.date, facts.title);
        let share = percent(shares.iter().sum());
        (!shares.is_empty()).then(|| (format!("/surveys/{}", facts.slug), title, share))
    });
    comparisons.chain(surveys).collect()
}

fn table(facts: &Product) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    rows.extend(facts.vendor.clone().map(|vendor| ("Made by", vendor)));
    rows.push(("Kind", facts.kind.words().to_owned()));
    let roles: Vec<_> = facts.roles.iter().map(|role| role.words()).collect();
    rows.push(("Roles", roles.join(", ")));
    rows.push(("Licence", facts.licence.clone()));
    rows.extend(
        facts
            .first_release
            .as_ref()
            .map(|date| ("First release", date.to_string())),
    );
    rows.extend(
        facts
            .version
            .iter()
            .find(|release| release.date.is_some())
            .map(|release| {
                let date = release
                    .date
                    .as_ref()
                    .map_or_else(String::new, |date| format!(", {date}"));
                ("Latest known", format!("{}{date}", release.id))
            }),
    );
    for (title, list) in [
        ("Language", &facts.language),
        ("Platforms", &facts.platforms),
        ("Keeps mail in", &facts.storage),
        ("Extended by", &facts.extended_by),
        ("Also known as", &facts.aliases),
    ] {
        if !list.is_empty() {
            rows.push((title, list.join(", ")));
        }
    }
    for former in &facts.formerly {
        let until = former
            .until
            .as_ref()
            .map_or_else(String::new, |date| format!(", until {date}"));
        rows.push(("Formerly", format!("{}{until}", former.name)));
    }
    rows
}

fn blocks(catalog: &Catalog, entry: &ProductEntry) -> Vec<Block> {
    let mut blocks = Vec::new();
    for protocol in catalog.protocols.values() {
        let id = &protocol.facts.id;
        let extensions = catalog.extensions_of(id);
        let mut groups: BTreeMap<&str, Vec<Badge>> = BTreeMap::new();
        let mut counts = [0_usize; 5];
        for extension in &extensions {
            let cell = entry.cell(&extension.facts.id());
            counts[place(cell.state, cell.is_unverified())] += 1;
            if cell.state == State::Unknown {
                continue;
            }
            groups
                .entry(&extension.facts.category)
                .or_default()
                .push(Badge {
                    url: format!("/extensions/{}", extension.facts.id()),
                    is_token: true,
                    name: extension.facts.name().to_owned(),
                    title: extension.facts.title.clone(),
                    mark: Mark::of(cell),
                    detail: cell.shown().map(detail).unwrap_or_default(),
                });
        }
        if groups.is_empty() {
            continue;
        }
        let title = protocol.facts.title.clone();
        blocks.push(Block {
            id: id.clone(),
            bar: bar(
                format!("{} extensions of {title}", extensions.len()),
                counts,
            ),
            title,
            groups: groups
                .into_iter()
                .map(|(title, badges)| Group {
                    title: title.replace('-', " "),
                    badges,
                })
                .collect(),
        });
    }
    blocks.sort_by_key(|block| {
        std::cmp::Reverse(
            block
                .groups
                .iter()
                .map(|group| group.badges.len())
                .sum::<usize>(),
        )
    });
    blocks
}

/// What the product has beyond extensions.
fn features(catalog: &Catalog, entry: &ProductEntry) -> Option<Block> {
    let mut groups: Vec<Group> = Vec::new();
    let mut counts = [0_usize; 5];
    let all = catalog.features_in_order();
    let total = all.len();
    for feature in all {
        let facts = &feature.facts;
        let cell = entry.cell(&facts.slug);
        counts[place(cell.state, cell.is_unverified())] += 1;
        if cell.state == State::Unknown {
            continue;
        }
        let badge = Badge {
            url: format!("/features/{}", facts.slug),
            is_token: false,
            name: facts.title.clone(),
            title: facts.summary.clone(),
            mark: Mark::of(cell),
            detail: cell.shown().map(detail).unwrap_or_default(),
        };
        let group = facts.group.words();
        match groups.last_mut().filter(|known| known.title == group) {
            Some(known) => known.badges.push(badge),
            None => groups.push(Group {
                title: group.to_owned(),
                badges: vec![badge],
            }),
        }
    }
    (!groups.is_empty()).then(|| Block {
        id: "features".to_owned(),
        title: "Features".to_owned(),
        bar: bar(format!("{total} features"), counts),
        groups,
    })
}

/// A bar of the cells of one block, as counted by [`place`].
fn bar(title: String, [yes, noted, disputed, no, unknown]: [usize; 5]) -> Bar {
    Bar::new(
        title,
        &[
            ("supported", yes, "q1"),
            ("supported by an unverified note", noted, "q4"),
            ("disputed", disputed, "q3"),
            ("not supported", no, "q6"),
            ("unknown", unknown, "q5"),
        ],
    )
}

fn place(state: State, unverified: bool) -> usize {
    match state {
        State::Yes | State::AddOn | State::Partial if !unverified => 0,
        State::Yes | State::AddOn | State::Partial => 1,
        State::Disputed => 2,
        State::No | State::Removed | State::NotApplicable => 3,
        State::Planned | State::Unknown => 4,
    }
}
