//! The checked content in memory: what every page reads.

use std::collections::BTreeMap;

use crate::date::Date;
use crate::markdown::{Rendered, render};
use crate::model::{
    Chapter, Claim, Comparison, Extension, Feature, LinkCheck, Measurement, Product, Protocol,
    Redirect, Status, Survey, Term, measured_claims,
};
use crate::reference::Reference;
use crate::resolve::{Cell, resolve};
use crate::search::{Evaluation, Synonyms};

/// A product with its prose and its resolved cells.
#[derive(Debug)]
pub struct ProductEntry {
    /// Front matter.
    pub facts: Product,
    /// Prose.
    pub prose: Rendered,
    /// Cells by extension id; an absent extension is unknown.
    pub cells: BTreeMap<String, Cell>,
    /// Cells by feature; an absent feature is unknown.
    pub features: BTreeMap<String, Cell>,
    /// What was measured, a stock server first.
    pub measured: Vec<Measurement>,
}

impl ProductEntry {
    /// The cell of an extension, or of a feature by its slug.
    pub fn cell(&self, subject: &str) -> &Cell {
        static UNKNOWN: Cell = Cell::UNKNOWN;
        let cells = if subject.contains('/') {
            &self.cells
        } else {
            &self.features
        };
        cells.get(subject).unwrap_or(&UNKNOWN)
    }

    /// All cells, those of extensions first.
    pub fn all_cells(&self) -> impl Iterator<Item = (&String, &Cell)> {
        self.cells.iter().chain(&self.features)
    }

    /// The newest date at which any of its claims was confirmed.
    pub fn confirmed(&self) -> Option<&Date> {
        let all = self.all_cells().flat_map(|(_, cell)| &cell.judged);
        all.map(|judged| &judged.claim.date).max()
    }
}

/// The front matter of a page with its prose.
#[derive(Debug)]
pub struct Entry<T> {
    /// Front matter.
    pub facts: T,
    /// Prose.
    pub prose: Rendered,
}

/// A protocol.
pub type ProtocolEntry = Entry<Protocol>;
/// An extension.
pub type ExtensionEntry = Entry<Extension>;
/// A term of the glossary.
pub type TermEntry = Entry<Term>;
/// A feature.
pub type FeatureEntry = Entry<Feature>;
/// A curated comparison.
pub type ComparisonEntry = Entry<Comparison>;
/// A survey.
pub type SurveyEntry = Entry<Survey>;
/// A chapter of the manual.
pub type ChapterEntry = Entry<Chapter>;

impl<T> Entry<T> {
    /// Renders the prose of a page.
    fn new(facts: T, prose: impl Fn(&T) -> &str) -> Self {
        let prose = render(prose(&facts));
        Self { facts, prose }
    }
}

/// Pages of one kind by their names.
fn shelf<T>(
    pages: Vec<T>,
    name: impl Fn(&T) -> String,
    prose: impl Fn(&T) -> &str,
) -> BTreeMap<String, Entry<T>> {
    let named = pages
        .into_iter()
        .map(|facts| (name(&facts), Entry::new(facts, &prose)));
    named.collect()
}

/// What the loader hands over.
#[derive(Default)]
pub struct Parts {
    /// Products.
    pub products: Vec<Product>,
    /// Claims by product.
    pub claims: Vec<(String, Vec<Claim>)>,
    /// Measured files by product.
    pub measured: BTreeMap<String, Vec<Measurement>>,
    /// Transcripts by their path below the content folder.
    pub transcripts: BTreeMap<String, String>,
    /// Protocols.
    pub protocols: Vec<Protocol>,
    /// Extensions.
    pub extensions: Vec<Extension>,
    /// Terms of the glossary.
    pub terms: Vec<Term>,
    /// Features.
    pub features: Vec<Feature>,
    /// Curated comparisons.
    pub comparisons: Vec<Comparison>,
    /// Surveys.
    pub surveys: Vec<Survey>,
    /// Chapters of the manual.
    pub manual: Vec<Chapter>,
    /// The generated part of the manual.
    pub reference: Reference,
    /// Synonyms of the search.
    pub synonyms: Synonyms,
    /// Addresses that moved.
    pub redirects: Vec<Redirect>,
    /// What became of links that lead elsewhere.
    pub links: Vec<LinkCheck>,
    /// Queries that tell how well the search ranks.
    pub evaluation: Evaluation,
    /// Digest of all files.
    pub hash: blake3::Hasher,
}

/// The whole catalog. All maps are ordered, so pages come out alike each time.
#[derive(Debug)]
pub struct Catalog {
    /// Products by slug.
    pub products: BTreeMap<String, ProductEntry>,
    /// Protocols by id.
    pub protocols: BTreeMap<String, ProtocolEntry>,
    /// Extensions by `protocol/slug`.
    pub extensions: BTreeMap<String, ExtensionEntry>,
    /// Terms of the glossary by slug.
    pub terms: BTreeMap<String, TermEntry>,
    /// Features by slug.
    pub features: BTreeMap<String, FeatureEntry>,
    /// Curated comparisons by slug.
    pub comparisons: BTreeMap<String, ComparisonEntry>,
    /// Surveys by slug.
    pub surveys: BTreeMap<String, SurveyEntry>,
    /// Chapters of the manual, in reading order.
    pub manual: Vec<ChapterEntry>,
    /// Transcripts of the prober by their path below the content folder.
    pub transcripts: BTreeMap<String, String>,
    /// The generated part of the manual.
    pub reference: Reference,
    /// Synonyms of the search.
    pub synonyms: Synonyms,
    /// New addresses by the old ones.
    pub redirects: BTreeMap<String, String>,
    /// What became of links that lead elsewhere, by address.
    pub links: BTreeMap<String, LinkCheck>,
    /// Queries that tell how well the search ranks.
    pub evaluation: Evaluation,
    /// The newest date in the content; ages on pages are counted from it, not from today.
    pub content_date: Date,
    /// Digest of all content files, in hex.
    pub content_hash: String,
}

impl Catalog {
    /// Resolves all claims and renders all prose.
    pub fn build(parts: Parts) -> Self {
        let Parts {
            products,
            mut claims,
            mut measured,
            transcripts,
            protocols,
            extensions,
            terms,
            features,
            comparisons,
            surveys,
            mut manual,
            reference,
            synonyms,
            redirects,
            links,
            evaluation,
            hash,
        } = parts;
        add_measured(&mut measured, &mut claims);
        manual.sort_by_key(|chapter| (chapter.section, chapter.order));
        let content_date = content_date(&products, &claims);
        let mut by_product = by_product(claims);
        let product = |facts: Product| {
            let changes = facts.status != Status::Discontinued;
            let claims = by_product.remove(&facts.slug).unwrap_or_default();
            let cells = claims
                .into_iter()
                .map(|(id, claims)| (id, resolve(claims, &content_date, changes)));
            let (cells, features) = cells.partition(|(id, _)| id.contains('/'));
            let prose = render(&facts.prose);
            let measured = measured.remove(&facts.slug).unwrap_or_default();
            (
                facts.slug.clone(),
                ProductEntry {
                    facts,
                    prose,
                    cells,
                    features,
                    measured,
                },
            )
        };
        Self {
            products: products.into_iter().map(product).collect(),
            protocols: shelf(protocols, |one| one.id.clone(), |one| &one.prose),
            extensions: shelf(extensions, Extension::id, |one| &one.prose),
            terms: shelf(terms, |one| one.slug.clone(), |one| &one.prose),
            features: shelf(features, |one| one.slug.clone(), |one| &one.prose),
            comparisons: shelf(comparisons, |one| one.slug.clone(), |one| &one.prose),
            surveys: shelf(surveys, |one| one.slug.clone(), |one| &one.prose),
            manual: manual
                .into_iter()
                .map(|facts| Entry::new(facts, |one| &one.prose))
                .collect(),
            transcripts,
            reference,
            synonyms,
            redirects: moved(redirects),
            links: by_address(links),
            evaluation,
            content_date,
            content_hash: hash.finalize().to_hex().as_str()[..16].to_owned(),
        }
    }

    /// The extensions of a protocol, in order of title.
    pub fn extensions_of(&self, protocol: &str) -> Vec<&ExtensionEntry> {
        let mut found: Vec<_> = self
            .extensions
            .values()
            .filter(|entry| entry.facts.protocol == protocol)
            .collect();
        found.sort_by_key(|entry| entry.facts.name().to_lowercase());
        found
    }

    /// All features, by group and title.
    pub fn features_in_order(&self) -> Vec<&FeatureEntry> {
        let mut found: Vec<_> = self.features.values().collect();
        found.sort_by_key(|entry| (entry.facts.group, entry.facts.title.to_lowercase()));
        found
    }

    /// Products that say they speak a protocol or have claims about it, in order of title.
    pub fn products_of(&self, protocol: &str) -> Vec<&ProductEntry> {
        let start = format!("{protocol}/");
        let mut found: Vec<_> = self
            .products
            .values()
            .filter(|entry| {
                entry.facts.protocols.iter().any(|id| id == protocol)
                    || entry.cells.keys().any(|id| id.starts_with(&start))
            })
            .collect();
        found.sort_by_key(|entry| entry.facts.title.to_lowercase());
        found
    }

    /// The extension that a server announces by a wire token, in any case.
    pub fn by_token(&self, protocol: &str, token: &str) -> Option<&str> {
        let found = self.extensions.iter().find(|(_, entry)| {
            let tokens = &entry.facts.tokens;
            entry.facts.protocol == protocol
                && tokens
                    .iter()
                    .any(|one| one.text.eq_ignore_ascii_case(token))
        });
        found.map(|(id, _)| id.as_str())
    }

    /// Number of claims.
    pub fn claim_count(&self) -> usize {
        let cells = self.products.values().flat_map(ProductEntry::all_cells);
        cells.map(|(_, cell)| cell.judged.len()).sum()
    }
}

fn moved(redirects: Vec<Redirect>) -> BTreeMap<String, String> {
    redirects
        .into_iter()
        .map(|one| (one.from, one.to))
        .collect()
}

fn by_address(links: Vec<LinkCheck>) -> BTreeMap<String, LinkCheck> {
    let links = links.into_iter().map(|one| (one.url.clone(), one));
    links.collect()
}

/// Claims by product and by what they are about.
fn by_product(claims: Vec<(String, Vec<Claim>)>) -> BTreeMap<String, BTreeMap<String, Vec<Claim>>> {
    let mut by_product: BTreeMap<String, BTreeMap<String, Vec<Claim>>> = BTreeMap::new();
    for (product, claims) in claims {
        let cells = by_product.entry(product).or_default();
        for claim in claims {
            let subject = claim.subject().to_owned();
            cells.entry(subject).or_default().push(claim);
        }
    }
    by_product
}

/// Puts measurements in order, stock servers first, and what they claim beside what is written.
fn add_measured(
    measured: &mut BTreeMap<String, Vec<Measurement>>,
    claims: &mut Vec<(String, Vec<Claim>)>,
) {
    for (product, measurements) in measured {
        measurements.sort_by_key(|one| (one.facts.profile, one.path.clone()));
        claims.push((product.clone(), measured_claims(measurements)));
    }
}

fn content_date(products: &[Product], claims: &[(String, Vec<Claim>)]) -> Date {
    let reviewed = products.iter().map(|product| &product.reviewed);
    let claimed = claims
        .iter()
        .flat_map(|(_, claims)| claims)
        .map(|claim| &claim.date);
    let newest: Option<Date> = reviewed.chain(claimed).max().cloned();
    newest.unwrap_or_else(Date::epoch)
}
