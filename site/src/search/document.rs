//! What the search knows of each page.

use std::collections::BTreeSet;

use super::facet::Facet;
use crate::catalog::{
    Catalog, ChapterEntry, ComparisonEntry, ExtensionEntry, FeatureEntry, ProductEntry,
    ProtocolEntry, SurveyEntry, TermEntry,
};
use crate::date::Date;
use crate::model::{Product, Protocol};
use crate::reference::{ConfigTable, Interface, RfcEntry};

/// Type of a page, in the order of its tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocKind {
    /// A product page.
    Product,
    /// An extension page.
    Extension,
    /// A protocol page.
    Protocol,
    /// A feature.
    Feature,
    /// A curated comparison.
    Comparison,
    /// A survey.
    Survey,
    /// A term of the glossary.
    Term,
    /// A page of the manual.
    Manual,
}

impl DocKind {
    /// All kinds in order.
    pub const ALL: [Self; 8] = [
        Self::Product,
        Self::Extension,
        Self::Protocol,
        Self::Feature,
        Self::Comparison,
        Self::Survey,
        Self::Term,
        Self::Manual,
    ];

    /// The word used in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Extension => "extension",
            Self::Protocol => "protocol",
            Self::Feature => "feature",
            Self::Comparison => "comparison",
            Self::Survey => "survey",
            Self::Term => "term",
            Self::Manual => "manual",
        }
    }

    /// The word shown, in the plural.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Product => "Products",
            Self::Extension => "Extensions",
            Self::Protocol => "Protocols",
            Self::Feature => "Features",
            Self::Comparison => "Comparisons",
            Self::Survey => "Surveys",
            Self::Term => "Glossary",
            Self::Manual => "Manual",
        }
    }

    /// The kind with this word.
    pub fn parse(word: &str) -> Option<Self> {
        let singular = word.strip_suffix('s').unwrap_or(word);
        Self::ALL
            .into_iter()
            .find(|kind| kind.id().eq_ignore_ascii_case(singular))
    }

    /// Weight of the kind itself, beside the match.
    pub(super) fn prior(self) -> f32 {
        match self {
            Self::Product | Self::Extension => 1.15,
            Self::Protocol => 1.25,
            Self::Comparison => 1.1,
            Self::Manual => 1.0,
            Self::Feature => 0.8,
            Self::Survey => 0.65,
            Self::Term => 0.6,
        }
    }
}

/// One searchable page.
#[derive(Debug, Clone)]
pub struct Document {
    /// Type of the page.
    pub kind: DocKind,
    /// Slug, id or `protocol/slug`.
    pub key: String,
    /// Address of the page.
    pub url: String,
    /// Name shown.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// Further names.
    pub names: Vec<String>,
    /// Wire tokens.
    pub tokens: Vec<String>,
    /// `rfc2177` and the like.
    pub specs: Vec<String>,
    /// All other words.
    pub body: String,
    /// Words to filter by, as `field:value`.
    pub marks: BTreeSet<String>,
    /// Facets with value and words.
    pub facets: Vec<(Facet, String, String)>,
    /// Year of the first release, of the RFC, of the survey.
    pub year: Option<i64>,
    /// A little more than 1 for what many products support.
    pub standing: f32,
}

impl Document {
    /// The values of one facet.
    pub(super) fn values(&self, facet: Facet) -> impl Iterator<Item = &str> {
        let values = self.facets.iter().filter(move |(of, _, _)| *of == facet);
        values.map(|(_, value, _)| value.as_str())
    }
}

/// Documents of the whole catalog, in a fixed order.
pub(super) fn documents(catalog: &Catalog) -> Vec<Document> {
    let mut all = Vec::new();
    all.extend(
        catalog
            .products
            .values()
            .map(|entry| product(entry, catalog)),
    );
    all.extend(
        catalog
            .extensions
            .values()
            .map(|entry| extension(entry, catalog)),
    );
    all.extend(
        catalog
            .protocols
            .values()
            .map(|entry| protocol(entry, catalog)),
    );
    all.extend(catalog.features.values().map(feature));
    all.extend(
        catalog
            .comparisons
            .values()
            .map(|entry| comparison(entry, catalog)),
    );
    all.extend(catalog.surveys.values().map(|entry| survey(entry, catalog)));
    all.extend(catalog.terms.values().map(term));
    all.extend(catalog.manual.iter().map(chapter));
    let newest = catalog.reference.packages.first();
    all.extend(
        newest
            .into_iter()
            .flat_map(|package| package.interfaces.iter().map(interface)),
    );
    all.extend(catalog.reference.configuration.iter().map(config_table));
    all.push(rfc_status(&catalog.reference.rfcs));
    all
}

fn mark(field: &str, value: &str) -> String {
    format!("{field}:{}", value.to_lowercase())
}

/// A protocol as a facet.
fn of_protocol(catalog: &Catalog, id: &str) -> Option<(Facet, String, String)> {
    let protocol = catalog.protocols.get(id)?;
    let words = protocol.facts.title.clone();
    Some((Facet::Protocol, id.to_owned(), words))
}

fn product_facets(facts: &Product, catalog: &Catalog) -> Vec<(Facet, String, String)> {
    let (licence, words) = if facts.is_open_source() {
        ("open", "Open source")
    } else {
        ("proprietary", "Proprietary")
    };
    let one = |facet, id: String, words: &str| (facet, id, words.to_owned());
    let protocols = facts.protocols.iter();
    let mut facets: Vec<_> = protocols
        .filter_map(|id| of_protocol(catalog, id))
        .collect();
    let roles = facts.roles.iter();
    facets.extend(roles.map(|role| one(Facet::Role, role.id(), role.words())));
    facets.push(one(Facet::Licence, licence.to_owned(), words));
    facets.push(one(Facet::Status, facts.status.id(), facts.status.words()));
    facets
}

fn product(entry: &ProductEntry, catalog: &Catalog) -> Document {
    let facts = &entry.facts;
    let mut marks = BTreeSet::from([
        mark("type", "product"),
        mark("status", &facts.status.id()),
        mark("licence", &facts.licence),
        mark(
            "licence",
            if facts.is_open_source() {
                "open"
            } else {
                "proprietary"
            },
        ),
    ]);
    marks.extend(facts.roles.iter().map(|role| mark("role", &role.id())));
    marks.extend(facts.protocols.iter().map(|id| mark("protocol", id)));
    for (id, cell) in entry
        .all_cells()
        .filter(|(_, cell)| cell.state.is_supported())
    {
        marks.insert(mark("supports", id));
        if let Some(extension) = catalog.extensions.get(id) {
            marks.insert(mark("supports", &extension.facts.slug));
            let tokens = &extension.facts.tokens;
            marks.extend(tokens.iter().map(|token| mark("supports", &token.text)));
            debug_assert!(!cell.judged.is_empty(), "support comes from a claim");
        }
    }
    let mut names = facts.aliases.clone();
    names.extend(facts.formerly.iter().map(|former| former.name.clone()));
    let mut body: Vec<&str> = vec![facts.kind.words(), facts.status.words(), &facts.licence];
    body.push(if facts.is_open_source() {
        "open source"
    } else {
        "commercial"
    });
    body.extend(facts.roles.iter().map(|role| role.words()));
    body.extend(facts.protocols.iter().filter_map(|id| {
        catalog
            .protocols
            .get(id)
            .map(|protocol| protocol.facts.title.as_str())
    }));
    body.extend(facts.vendor.as_deref());
    for list in [
        &facts.language,
        &facts.platforms,
        &facts.extended_by,
        &facts.storage,
    ] {
        body.extend(list.iter().map(String::as_str));
    }
    body.extend(facts.event.iter().map(|event| event.title.as_str()));
    body.push(&entry.prose.plain);
    Document {
        standing: 1.0,
        year: facts.first_release.as_ref().map(Date::year),
        facets: product_facets(facts, catalog),
        kind: DocKind::Product,
        key: facts.slug.clone(),
        url: format!("/products/{}", facts.slug),
        title: facts.title.clone(),
        summary: facts.summary.clone(),
        names,
        tokens: Vec::new(),
        specs: Vec::new(),
        body: body.join("\n"),
        marks,
    }
}

/// From 1 to 1.05 by how many products support an extension, so that among equals the common one
/// comes first.
fn standing(catalog: &Catalog, id: &str) -> f32 {
    let supported = |entry: &&ProductEntry| entry.cell(id).state.is_supported();
    let count = catalog.products.values().filter(supported).count();
    let count = f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    1.0 + 0.05 * count / (count + 15.0)
}

fn extension(entry: &ExtensionEntry, catalog: &Catalog) -> Document {
    let facts = &entry.facts;
    let mut marks = BTreeSet::from([
        mark("type", "extension"),
        mark("protocol", &facts.protocol),
        mark("status", facts.status.words()),
    ]);
    marks.extend(facts.tokens.iter().map(|token| mark("token", &token.text)));
    marks.extend(
        facts
            .specs
            .iter()
            .map(|spec| mark("rfc", &spec.rfc.to_string())),
    );
    let body = format!(
        "{}\n{}\n{}",
        facts.protocol, facts.category, entry.prose.plain
    );
    let tokens: Vec<String> = facts
        .tokens
        .iter()
        .map(|token| token.text.clone())
        .collect();
    let names = facts.aliases.clone();
    Document {
        standing: standing(catalog, &facts.id()),
        year: facts.year,
        facets: of_protocol(catalog, &facts.protocol)
            .into_iter()
            .chain([(
                Facet::Standing,
                facts.status.words().to_lowercase().replace(' ', "-"),
                facts.status.words().to_owned(),
            )])
            .collect(),
        kind: DocKind::Extension,
        key: facts.id(),
        url: format!("/extensions/{}", facts.id()),
        title: facts.title.clone(),
        summary: facts.summary.clone(),
        names,
        tokens,
        specs: facts
            .specs
            .iter()
            .map(|spec| format!("rfc{}", spec.rfc))
            .collect(),
        body,
        marks,
    }
}

/// Whether a port is rather that of this protocol than of another: `port 587` means submission,
/// though SMTP is spoken there.
fn owns_port(facts: &Protocol, port: u16, catalog: &Catalog) -> bool {
    let others = catalog.protocols.values().map(|entry| &entry.facts);
    let mut others = others.filter(|other| other.ports.iter().any(|one| one.port == port));
    others.all(|other| other.ports.len() >= facts.ports.len())
}

fn protocol(entry: &ProtocolEntry, catalog: &Catalog) -> Document {
    let facts = &entry.facts;
    let mut marks = BTreeSet::from([mark("type", "protocol"), mark("protocol", &facts.id)]);
    marks.extend(
        facts
            .specs
            .iter()
            .map(|spec| mark("rfc", &spec.rfc.to_string())),
    );
    let ports: Vec<String> = facts
        .ports
        .iter()
        .map(|port| format!("port {}", port.port))
        .collect();
    let mut names = facts.aliases.clone();
    names.push(facts.full_name.clone());
    let own = facts.ports.iter().map(|port| port.port);
    let own = own.filter(|port| owns_port(facts, *port, catalog));
    names.extend(own.map(|port| format!("port {port}")));
    names.sort();
    names.dedup();
    Document {
        standing: 1.0,
        year: None,
        facets: vec![(Facet::Protocol, facts.id.clone(), facts.title.clone())],
        kind: DocKind::Protocol,
        key: facts.id.clone(),
        url: format!("/protocols/{}", facts.id),
        title: facts.title.clone(),
        summary: facts.summary.clone(),
        names,
        tokens: Vec::new(),
        specs: facts
            .specs
            .iter()
            .map(|spec| format!("rfc{}", spec.rfc))
            .collect(),
        body: format!("{}\n{}", ports.join("\n"), entry.prose.plain),
        marks,
    }
}

fn feature(entry: &FeatureEntry) -> Document {
    let facts = &entry.facts;
    let values = facts.values.join("\n");
    Document {
        standing: 1.0,
        year: None,
        facets: Vec::new(),
        kind: DocKind::Feature,
        key: facts.slug.clone(),
        url: format!("/features/{}", facts.slug),
        title: facts.title.clone(),
        summary: facts.summary.clone(),
        names: facts.aliases.clone(),
        tokens: Vec::new(),
        specs: Vec::new(),
        body: format!("{}\n{values}\n{}", facts.group.words(), entry.prose.plain),
        marks: BTreeSet::from([mark("type", "feature")]),
    }
}

fn comparison(entry: &ComparisonEntry, catalog: &Catalog) -> Document {
    let facts = &entry.facts;
    let products = facts.products.iter();
    let titles = products.filter_map(|slug| Some(catalog.products.get(slug)?.facts.title.as_str()));
    let titles: Vec<&str> = titles.collect();
    Document {
        standing: 1.0,
        year: None,
        facets: Vec::new(),
        kind: DocKind::Comparison,
        key: facts.slug.clone(),
        url: format!("/compare/{}", facts.slug),
        title: facts.title.clone(),
        summary: facts.summary.clone(),
        names: facts.aliases.clone(),
        tokens: Vec::new(),
        specs: Vec::new(),
        body: format!(
            "{}\n{}\n{}",
            facts.question,
            titles.join("\n"),
            entry.prose.plain
        ),
        marks: BTreeSet::from([mark("type", "comparison")]),
    }
}

fn survey(entry: &SurveyEntry, catalog: &Catalog) -> Document {
    let facts = &entry.facts;
    let labels: Vec<&str> = facts
        .share
        .iter()
        .map(|share| share.label.as_str())
        .collect();
    let mut names = facts.aliases.clone();
    names.push(format!("{} survey {}", facts.protocol, facts.date.year()));
    Document {
        standing: 1.0,
        year: Some(facts.date.year()),
        facets: of_protocol(catalog, &facts.protocol).into_iter().collect(),
        kind: DocKind::Survey,
        key: facts.slug.clone(),
        url: format!("/surveys/{}", facts.slug),
        title: facts.title.clone(),
        summary: facts.summary.clone(),
        names,
        tokens: Vec::new(),
        specs: Vec::new(),
        body: format!(
            "market share\n{}\n{}\n{}\n{}",
            facts.author,
            facts.population,
            labels.join("\n"),
            entry.prose.plain
        ),
        marks: BTreeSet::from([mark("type", "survey"), mark("protocol", &facts.protocol)]),
    }
}

fn term(entry: &TermEntry) -> Document {
    let facts = &entry.facts;
    let mut names = facts.aliases.clone();
    names.extend(facts.expansion.clone());
    Document {
        standing: 1.0,
        year: None,
        facets: Vec::new(),
        kind: DocKind::Term,
        key: facts.slug.clone(),
        url: format!("/glossary/{}", facts.slug),
        title: facts.term.clone(),
        summary: facts.short.clone(),
        names,
        tokens: Vec::new(),
        specs: Vec::new(),
        body: entry.prose.plain.clone(),
        marks: BTreeSet::from([mark("type", "term")]),
    }
}

fn chapter(entry: &ChapterEntry) -> Document {
    let facts = &entry.facts;
    Document {
        standing: 1.0,
        year: None,
        facets: Vec::new(),
        kind: DocKind::Manual,
        key: facts.url(),
        url: facts.url(),
        title: facts.title.clone(),
        summary: facts.summary.clone(),
        names: facts.aliases.clone(),
        tokens: Vec::new(),
        specs: Vec::new(),
        body: format!("{}\n{}", facts.section.words(), entry.prose.plain),
        marks: BTreeSet::from([mark("type", "manual")]),
    }
}

/// An interface of plugins. Names that nothing else has are names of the page; the others, such as
/// `get` and `size`, are words of the body.
fn interface(interface: &Interface) -> Document {
    let types = interface.types.iter().map(|item| (&item.name, &item.docs));
    let functions = interface
        .functions
        .iter()
        .map(|item| (&item.name, &item.docs));
    let items = types.chain(functions);
    let body: String = items
        .map(|(name, docs)| format!("{name}\n{}\n", docs.plain))
        .collect();
    let names = interface.functions.iter().map(|item| &item.name);
    let names = names.filter(|name| name.contains('-'));
    let url = format!("/manual/wit#{}", interface.anchor);
    let docs = interface.docs.plain.trim();
    Document {
        standing: 1.0,
        year: None,
        facets: Vec::new(),
        kind: DocKind::Manual,
        key: url.clone(),
        url,
        title: format!("Plugin interface {}", interface.name),
        summary: docs.split("\n").next().unwrap_or_default().to_owned(),
        names: names.cloned().collect(),
        tokens: Vec::new(),
        specs: Vec::new(),
        body,
        marks: BTreeSet::from([mark("type", "manual")]),
    }
}

/// A table of the configuration; its keys are names of it.
fn config_table(table: &ConfigTable) -> Document {
    let url = format!("/manual/configuration#{}", table.anchor);
    let body = table
        .keys
        .iter()
        .map(|key| format!("{}\n{}\n", key.name, key.docs.plain));
    let names = table.keys.iter().map(|key| &key.name);
    let names = names.filter(|name| name.contains('_'));
    let title = if table.title.is_empty() {
        "Configuration reference".to_owned()
    } else {
        format!("Configuration {}", table.title)
    };
    Document {
        kind: DocKind::Manual,
        key: url.clone(),
        url,
        title,
        summary: table
            .docs
            .plain
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
        names: names.cloned().collect(),
        tokens: Vec::new(),
        specs: Vec::new(),
        body: body.collect(),
        marks: BTreeSet::from([mark("type", "manual")]),
        facets: Vec::new(),
        year: None,
        standing: 1.0,
    }
}

fn rfc_status(rfcs: &[RfcEntry]) -> Document {
    let lines = rfcs
        .iter()
        .map(|entry| format!("{} {}\n", entry.number, entry.title));
    Document {
        standing: 1.0,
        year: None,
        facets: Vec::new(),
        kind: DocKind::Manual,
        key: "/manual/rfc-status".to_owned(),
        url: "/manual/rfc-status".to_owned(),
        title: "RFC status".to_owned(),
        summary: crate::pages::rfc_status::SUMMARY.to_owned(),
        names: vec!["which RFCs Waxseal implements".to_owned()],
        tokens: Vec::new(),
        specs: Vec::new(),
        body: lines.collect(),
        marks: BTreeSet::from([mark("type", "manual")]),
    }
}
