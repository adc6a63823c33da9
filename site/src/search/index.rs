//! The index: fields, how documents enter it, and its making.

use std::collections::BTreeSet;

use tantivy::schema::{
    FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{IndexReader, ReloadPolicy, TantivyDocument};

use super::analysis::{Analysis, PLAIN, STEM, WIRE, spec};
use super::dictionary::Dictionary;
use super::document::{DocKind, Document, documents};
use super::facet::Table;
use super::query::Query;
use super::suggest::Names;
use super::synonyms::Synonyms;
use super::tuning::{Part, Weights};
use crate::catalog::Catalog;

/// Memory of the one index writer, in bytes; the library's floor.
const WRITER_BYTES: usize = 15_000_000;

/// What a glossary entry gains when a query asks what something is.
const EXPLAINS: f32 = 2.0;

/// The index could not be made or read.
#[derive(Debug, thiserror::Error)]
#[error("the search index failed")]
pub struct IndexError(#[from] tantivy::TantivyError);

/// Fields of the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) number: Field,
    pub(super) key: Field,
    pub(super) title: Field,
    pub(super) title_whole: Field,
    pub(super) head_whole: Field,
    pub(super) stem_whole: Field,
    pub(super) stem_head: Field,
    pub(super) tokens: Field,
    pub(super) specs: Field,
    pub(super) joined: Field,
    pub(super) title_stem: Field,
    pub(super) summary: Field,
    pub(super) body: Field,
}

impl Fields {
    fn declare() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let text = |analyzer: &str| {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default()
                    .set_tokenizer(analyzer)
                    .set_index_option(IndexRecordOption::WithFreqsAndPositions),
            )
        };
        let fields = Self {
            number: schema.add_u64_field("number", FAST),
            key: schema.add_text_field("key", STRING),
            title: schema.add_text_field("title", text(PLAIN)),
            title_whole: schema.add_text_field("title_whole", STRING),
            head_whole: schema.add_text_field("head_whole", STRING),
            stem_whole: schema.add_text_field("stem_whole", STRING),
            stem_head: schema.add_text_field("stem_head", STRING),
            tokens: schema.add_text_field("tokens", text(WIRE)),
            specs: schema.add_text_field("specs", STRING),
            joined: schema.add_text_field("joined", STRING),
            title_stem: schema.add_text_field("title_stem", text(STEM)),
            summary: schema.add_text_field("summary", text(STEM)),
            body: schema.add_text_field("body", text(STEM)),
        };
        (schema.build(), fields)
    }

    fn entry(&self, number: usize, document: &Document, analysis: &Analysis) -> TantivyDocument {
        let mut entry = TantivyDocument::default();
        entry.add_u64(self.number, number as u64);
        entry.add_text(self.key, document.key.to_lowercase());
        let names = || std::iter::once(&document.title).chain(&document.names);
        for name in names() {
            entry.add_text(self.title, name);
            entry.add_text(self.title_stem, name);
            entry.add_text(self.title_whole, analysis.whole(name));
            entry.add_text(self.stem_whole, analysis.stem(name).join(" "));
        }
        entry.add_text(self.head_whole, analysis.whole(&document.title));
        entry.add_text(self.stem_head, analysis.stem(&document.title).join(" "));
        for name in names().chain(&document.tokens) {
            entry.add_text(self.joined, analysis.joined(name));
        }
        let protocol = document.key.split_once('/').map(|(protocol, _)| protocol);
        for token in &document.tokens {
            entry.add_text(self.tokens, token);
            entry.add_text(self.title, token);
            let full = protocol.map(|protocol| format!("{protocol} {token}"));
            for name in std::iter::once(token).chain(&full) {
                entry.add_text(self.title_whole, name.to_lowercase());
                entry.add_text(self.head_whole, name.to_lowercase());
            }
            if let Some(full) = full {
                entry.add_text(self.title, &full);
                entry.add_text(self.joined, analysis.joined(&full));
            }
        }
        for name in document.specs.iter().chain(&document.names) {
            if let Some(spec) = spec(name) {
                entry.add_text(self.specs, spec);
            }
        }
        entry.add_text(self.summary, &document.summary);
        entry.add_text(self.body, &document.body);
        entry
    }
}

/// The search over one catalog, in memory.
pub struct Index {
    pub(super) documents: Vec<Document>,
    pub(super) synonyms: Synonyms,
    pub(super) analysis: Analysis,
    pub(super) dictionary: Dictionary,
    pub(super) fields: Fields,
    pub(super) reader: IndexReader,
    pub(super) facets: Table,
    pub(super) names: Names,
    pub(super) without: Option<Part>,
    /// Wire tokens in lower case, alone and behind their protocol: `idle`, `imap idle`.
    pub(super) tokens: BTreeSet<String>,
}

impl Index {
    /// Indexes a whole catalog with one thread.
    ///
    /// # Errors
    /// When the library cannot make the index.
    pub fn build(catalog: &Catalog) -> Result<Self, IndexError> {
        Self::build_without(catalog, None)
    }

    /// The same with one part of the ranking left out, to see what it is worth.
    ///
    /// # Errors
    /// When the library cannot make the index.
    pub fn build_without(catalog: &Catalog, part: Option<Part>) -> Result<Self, IndexError> {
        let (schema, fields) = Fields::declare();
        let analysis = Analysis::new(part != Some(Part::Folding));
        let index = tantivy::Index::create_in_ram(schema);
        for (name, analyzer) in analysis.named() {
            index.tokenizers().register(name, analyzer);
        }
        let mut writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let documents = documents(catalog);
        let mut dictionary = Dictionary::default();
        let mut facets = Table::default();
        let mut tokens = BTreeSet::new();
        for (number, document) in documents.iter().enumerate() {
            writer.add_document(fields.entry(number, document, &analysis))?;
            learn(&mut dictionary, document, &analysis);
            facets.add(document);
            for token in &document.tokens {
                let protocol = document.key.split('/').next().unwrap_or_default();
                tokens.insert(format!("{protocol} {token}").to_lowercase());
                tokens.insert(token.to_lowercase());
            }
        }
        writer.commit()?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        reader.reload()?;
        let synonyms = catalog.synonyms.clone();
        Ok(Self {
            names: Names::of(&documents, &analysis),
            documents,
            synonyms,
            analysis,
            dictionary,
            fields,
            reader,
            facets,
            without: part,
            tokens,
        })
    }

    pub(super) fn weights(&self) -> Weights {
        if self.without == Some(Part::Boosts) {
            Weights::EVEN
        } else {
            Weights::FULL
        }
    }

    /// The final score: what the words found are worth, weighed by the type of the page and by
    /// how many products support it, and what a page gains that is called what was typed. A
    /// question about the meaning of something lifts the glossary.
    pub(super) fn score(
        &self,
        document: &Document,
        query: &Query,
        found: f32,
        called: Option<&f32>,
    ) -> f32 {
        let called = called.copied().unwrap_or_default();
        if self.without == Some(Part::Boosts) {
            return found + called;
        }
        let explains = query.asks_meaning && document.kind == DocKind::Term;
        let asked = if explains { EXPLAINS } else { 1.0 };
        (found * document.kind.prior() * document.standing + called) * asked
    }

    /// Number of pages indexed.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether the catalog has no pages.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }
}

fn learn(dictionary: &mut Dictionary, document: &Document, analysis: &Analysis) {
    let names = std::iter::once(&document.title)
        .chain(&document.names)
        .chain(&document.tokens);
    for name in names {
        for term in analysis.plain(name) {
            dictionary.add(term, true);
        }
    }
    for text in [&document.summary, &document.body] {
        for term in analysis.plain(text) {
            dictionary.add(term, false);
        }
    }
}
