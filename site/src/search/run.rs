//! One search from request to results, including what to say when nothing is found.

use tantivy::collector::TopDocs;
use tantivy::{DocAddress, Score, Searcher};

use super::card::{Card, card};
use super::document::{DocKind, Document};
use super::highlight::{Found, Piece, mark, snippet};
use super::index::{Index, IndexError};
use super::plan::{Tolerance, plan};
use super::query::{Filter, Query};

/// Results on one page.
pub(super) const PAGE_HITS: usize = 20;
/// With fewer hits than this, typing errors are forgiven.
const FEW_HITS: usize = 3;

/// What a reader asks for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The words as typed.
    pub text: String,
    /// Only this type of page.
    pub kind: Option<DocKind>,
    /// Page of results, from 1.
    pub page: usize,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Type of page.
    pub kind: DocKind,
    /// Slug, id or `protocol/slug`.
    pub key: String,
    /// Address.
    pub url: String,
    /// Title with the found words marked.
    pub title: Vec<Piece>,
    /// Wire tokens.
    pub tokens: Vec<String>,
    /// Text with the found words marked.
    pub snippet: Vec<Piece>,
    /// The score, for tests of the ranking.
    pub score: f32,
}

/// What was done to find something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Typing errors were forgiven.
    Forgiven,
    /// A word was left out.
    Dropped(String),
    /// The type filter was left out.
    AnyType,
}

/// The answer to one request.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// The results of this page.
    pub hits: Vec<Hit>,
    /// Results in all.
    pub total: usize,
    /// Results of each type, without the type filter.
    pub counts: Vec<(DocKind, usize)>,
    /// What was done to find them.
    pub notes: Vec<Note>,
    /// The answer card.
    pub card: Option<Card>,
    /// Page shown, from 1.
    pub page: usize,
    /// Pages in all.
    pub pages: usize,
}

struct Matches {
    scored: Vec<(f32, usize)>,
    found: Found,
}

impl Index {
    /// Answers a request; only a broken index is an error.
    ///
    /// # Errors
    /// When the library cannot read its own index.
    pub fn search(&self, request: &Request) -> Result<Results, IndexError> {
        let query = Query::parse(&request.text);
        let searcher = self.reader.searcher();
        let mut notes = Vec::new();
        let mut matches = self.matches(&searcher, &query, Tolerance::Exact)?;
        if matches.scored.len() < FEW_HITS && !query.terms.is_empty() {
            let fuzzy = self.matches(&searcher, &query, Tolerance::Fuzzy)?;
            if fuzzy.scored.len() > matches.scored.len() {
                if matches.scored.is_empty() {
                    notes.push(Note::Forgiven);
                }
                matches = fuzzy;
            }
        }
        if matches.scored.is_empty() && query.terms.len() > 1 {
            matches = self.without_one(&searcher, &query, &mut notes)?;
        }
        Ok(self.page(request, &query, matches, notes))
    }

    /// The best results with one word left out, trying the last word first.
    fn without_one(
        &self,
        searcher: &Searcher,
        query: &Query,
        notes: &mut Vec<Note>,
    ) -> Result<Matches, IndexError> {
        let unknown = |text: &str| {
            !self
                .analysis
                .plain(text)
                .iter()
                .all(|term| self.dictionary.contains(term))
        };
        let mut order: Vec<usize> = (0..query.terms.len()).rev().collect();
        order.sort_by_key(|&at| !unknown(&query.terms[at].text));
        for at in order {
            let mut fewer = query.clone();
            let dropped = fewer.terms.remove(at);
            let matches = self.matches(searcher, &fewer, Tolerance::Fuzzy)?;
            if !matches.scored.is_empty() {
                notes.push(Note::Dropped(dropped.text));
                return Ok(matches);
            }
        }
        Ok(Matches {
            scored: Vec::new(),
            found: Found::default(),
        })
    }

    fn matches(
        &self,
        searcher: &Searcher,
        query: &Query,
        tolerance: Tolerance,
    ) -> Result<Matches, IndexError> {
        let passes =
            |document: &Document| query.filters.iter().all(|filter| document.passes(filter));
        if query.terms.iter().all(|term| term.negated) {
            let negated = |document: &Document| {
                query
                    .terms
                    .iter()
                    .any(|term| document.title.eq_ignore_ascii_case(&term.text))
            };
            let listed = !query.filters.is_empty();
            let scored = self
                .documents
                .iter()
                .enumerate()
                .filter(|(_, document)| listed && passes(document) && !negated(document));
            let scored = scored.map(|(number, _)| (1.0, number)).collect();
            return Ok(Matches {
                scored,
                found: Found::default(),
            });
        }
        let plan = plan(self, query, tolerance);
        let everything = TopDocs::with_limit(self.documents.len().max(1)).order_by_score();
        let top: Vec<(Score, DocAddress)> = searcher.search(&plan.query, &everything)?;
        let mut scored = Vec::with_capacity(top.len());
        for (score, address) in top {
            let number = searcher
                .segment_reader(address.segment_ord)
                .fast_fields()
                .u64("number")?
                .first(address.doc_id);
            let Some(number) = number.and_then(|number| usize::try_from(number).ok()) else {
                continue;
            };
            if let Some(document) = self.documents.get(number).filter(|d| passes(d)) {
                scored.push((score * document.kind.prior(), number));
            }
        }
        let key = |number: usize| self.documents.get(number).map(|document| &document.key);
        scored.sort_by(|one, other| {
            other
                .0
                .total_cmp(&one.0)
                .then_with(|| key(one.1).cmp(&key(other.1)))
        });
        Ok(Matches {
            scored,
            found: plan.found,
        })
    }

    fn page(
        &self,
        request: &Request,
        query: &Query,
        matches: Matches,
        mut notes: Vec<Note>,
    ) -> Results {
        let documents: Vec<(f32, &Document)> = matches
            .scored
            .iter()
            .filter_map(|(score, number)| Some((*score, self.documents.get(*number)?)))
            .collect();
        let counts = DocKind::ALL
            .into_iter()
            .map(|kind| {
                (
                    kind,
                    documents.iter().filter(|(_, d)| d.kind == kind).count(),
                )
            })
            .collect();
        let mut shown: Vec<_> = documents
            .iter()
            .filter(|(_, document)| request.kind.is_none_or(|kind| document.kind == kind))
            .collect();
        if shown.is_empty() && !documents.is_empty() {
            notes.push(Note::AnyType);
            shown = documents.iter().collect();
        }
        let total = shown.len();
        let pages = total.div_ceil(PAGE_HITS).max(1);
        let page = request.page.clamp(1, pages);
        let best = documents.first().map(|(_, document)| *document);
        let hits = shown
            .into_iter()
            .skip((page - 1) * PAGE_HITS)
            .take(PAGE_HITS)
            .map(|(score, document)| self.hit(document, *score, &matches.found))
            .collect();
        let card = card(self, query, best);
        Results {
            hits,
            total,
            counts,
            notes,
            card,
            page,
            pages,
        }
    }

    fn hit(&self, document: &Document, score: f32, found: &Found) -> Hit {
        Hit {
            kind: document.kind,
            key: document.key.clone(),
            url: document.url.clone(),
            title: mark(&self.analysis, found, &document.title),
            tokens: document.tokens.clone(),
            snippet: snippet(&self.analysis, found, &document.summary, &document.body),
            score,
        }
    }
}

impl Document {
    fn passes(&self, filter: &Filter) -> bool {
        let word = filter.field.word();
        let mark = match filter.field {
            super::FilterField::Type => DocKind::parse(&filter.value)
                .map_or_else(String::new, |kind| format!("type:{}", kind.id())),
            super::FilterField::Protocol
            | super::FilterField::Role
            | super::FilterField::Licence
            | super::FilterField::Status
            | super::FilterField::Supports
            | super::FilterField::Token
            | super::FilterField::Rfc => format!("{word}:{}", filter.value),
        };
        self.marks.contains(&mark)
    }
}
