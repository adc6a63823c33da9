//! One search from request to results, including what to say when nothing is found.

use std::collections::BTreeMap;

use tantivy::{DocAddress, Searcher};

use super::card::{Card, card};
use super::collect::{All, Match};
use super::document::{DocKind, Document};
use super::explain::{Leaf, Reason, reasons};
use super::facet::{Chosen, Group};
use super::help::{self, Help};
use super::highlight::{Found, Piece, mark, snippet};
use super::index::{Index, IndexError};
use super::plan::{Tolerance, plan};
use super::query::{Filter, FilterField, Query, Term};

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
    /// Only pages with these values.
    pub chosen: Vec<Chosen>,
    /// Page of results, from 1.
    pub page: usize,
    /// Whether each result tells its reasons.
    pub explain: bool,
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
    /// What the score is made of, when asked for.
    pub reasons: Vec<Reason>,
}

/// What was done to find something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Typing errors were forgiven.
    Forgiven,
    /// A word was left out.
    Dropped(String),
    /// Type and facets were left out.
    Unfiltered,
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
    /// What the results can be narrowed by.
    pub facets: Vec<Group>,
    /// What was done to find them.
    pub notes: Vec<Note>,
    /// The answer card.
    pub card: Option<Card>,
    /// What else to try, when little or nothing was found.
    pub help: Help,
    /// Page shown, from 1.
    pub page: usize,
    /// Pages in all.
    pub pages: usize,
}

/// Pages that match the words and typed filters, best first.
#[derive(Default)]
pub(super) struct Matches {
    pub(super) scored: Vec<Scored>,
    found: Found,
    leaves: Vec<Leaf>,
}

/// A page with its final score.
#[derive(Clone, Copy)]
pub(super) struct Scored {
    score: f32,
    pub(super) number: usize,
    address: Option<DocAddress>,
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
        let mut help = Help::default();
        if matches.scored.is_empty() {
            help.without = self.without_each_filter(&searcher, &query)?;
            matches = self.with_fewer_words(&searcher, &query, &mut notes)?;
        }
        if matches.scored.is_empty() || !notes.is_empty() {
            help.meant = help::meant(self, &request.text, &query);
        }
        let mut results = self.page(&searcher, request, &query, (matches, notes))?;
        results.help.meant = help.meant;
        results.help.without.extend(help.without);
        Ok(results)
    }

    /// The best results with the rarest words left out one after another.
    fn with_fewer_words(
        &self,
        searcher: &Searcher,
        query: &Query,
        notes: &mut Vec<Note>,
    ) -> Result<Matches, IndexError> {
        let mut fewer = query.clone();
        if let [only] = fewer.terms.as_slice() {
            let parts = self.analysis.plain(&only.text);
            let term = |text: String| Term {
                text,
                ..only.clone()
            };
            fewer.terms = parts.into_iter().map(term).collect();
        }
        while fewer.terms.iter().filter(|term| !term.negated).count() > 1 {
            let Some(rarest) = help::rarest(self, searcher, &fewer)? else {
                break;
            };
            notes.push(Note::Dropped(fewer.terms.remove(rarest).text));
            let matches = self.matches(searcher, &fewer, Tolerance::Fuzzy)?;
            if !matches.scored.is_empty() {
                return Ok(matches);
            }
        }
        notes.clear();
        Ok(Matches::default())
    }

    /// How many pages each typed filter keeps away.
    fn without_each_filter(
        &self,
        searcher: &Searcher,
        query: &Query,
    ) -> Result<Vec<help::Without>, IndexError> {
        let mut found = Vec::new();
        for at in 0..query.filters.len() {
            let mut fewer = query.clone();
            let Filter { field, value } = fewer.filters.remove(at);
            let count = self
                .matches(searcher, &fewer, Tolerance::Exact)?
                .scored
                .len();
            if count > 0 {
                found.push(help::Without {
                    filter: help::Taken::Typed(field, value),
                    count,
                });
            }
        }
        Ok(found)
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
            return Ok(self.listed(query, passes));
        }
        let plan = plan(self, query, tolerance);
        let all: Vec<Match> = searcher.search(&plan.query, &All)?;
        let called = searcher.search(&plan.whole, &All)?.into_iter();
        let called: BTreeMap<usize, f32> = called.map(|one| (one.number, one.score)).collect();
        let scored = all.into_iter().filter_map(|one| {
            let document = self.documents.get(one.number).filter(|d| passes(d))?;
            Some(Scored {
                score: self.score(document, query, one.score, called.get(&one.number)),
                number: one.number,
                address: Some(one.address),
            })
        });
        let mut scored: Vec<Scored> = scored.collect();
        let key = |number: usize| self.documents.get(number).map(|document| &document.key);
        scored.sort_by(|one, other| {
            other
                .score
                .total_cmp(&one.score)
                .then_with(|| key(one.number).cmp(&key(other.number)))
        });
        Ok(Matches {
            scored,
            found: plan.found,
            leaves: plan.leaves,
        })
    }

    /// All pages that pass the filters, for a query without a word to look for.
    fn listed(&self, query: &Query, passes: impl Fn(&Document) -> bool) -> Matches {
        let negated = |document: &Document| {
            let mut terms = query.terms.iter();
            terms.any(|term| document.title.eq_ignore_ascii_case(&term.text))
        };
        let listed = !query.filters.is_empty();
        let pages = self.documents.iter().enumerate();
        let pages = pages.filter(|(_, document)| listed && passes(document) && !negated(document));
        let scored = pages.map(|(number, _)| Scored {
            score: 1.0,
            number,
            address: None,
        });
        Matches {
            scored: scored.collect(),
            ..Matches::default()
        }
    }

    fn page(
        &self,
        searcher: &Searcher,
        request: &Request,
        query: &Query,
        (matches, mut notes): (Matches, Vec<Note>),
    ) -> Result<Results, IndexError> {
        let mut count = self.facets.count(&request.chosen);
        let mut counts = DocKind::ALL.map(|kind| (kind, 0));
        let mut shown: Vec<Scored> = Vec::new();
        for one in &matches.scored {
            let Some(document) = self.documents.get(one.number) else {
                continue;
            };
            let right_type = request.kind.is_none_or(|kind| document.kind == kind);
            if count.take(one.number, right_type) {
                let of = counts.iter_mut().find(|(kind, _)| *kind == document.kind);
                if let Some((_, number)) = of {
                    *number += 1;
                }
                if right_type {
                    shown.push(*one);
                }
            }
        }
        let mut help = Help::default();
        if shown.is_empty() && !matches.scored.is_empty() {
            help.without = help::without_each_choice(self, request, &matches);
            notes.push(Note::Unfiltered);
            shown.clone_from(&matches.scored);
        }
        let total = shown.len();
        let pages = total.div_ceil(PAGE_HITS).max(1);
        let page = request.page.clamp(1, pages);
        let best = matches.scored.first();
        let best = best.and_then(|one| self.documents.get(one.number));
        let here = shown.into_iter().skip((page - 1) * PAGE_HITS);
        let mut hits = Vec::new();
        for one in here.take(PAGE_HITS) {
            hits.extend(self.hit(searcher, request, one, &matches)?);
        }
        Ok(Results {
            hits,
            total,
            counts: counts.into(),
            facets: count.groups(),
            notes,
            card: card(self, query, best),
            help,
            page,
            pages,
        })
    }

    fn hit(
        &self,
        searcher: &Searcher,
        request: &Request,
        one: Scored,
        matches: &Matches,
    ) -> Result<Option<Hit>, IndexError> {
        let Some(document) = self.documents.get(one.number) else {
            return Ok(None);
        };
        let reasons = match one.address.filter(|_| request.explain) {
            Some(address) => reasons(searcher, &matches.leaves, address)?,
            None => Vec::new(),
        };
        let found = &matches.found;
        Ok(Some(Hit {
            kind: document.kind,
            key: document.key.clone(),
            url: document.url.clone(),
            title: mark(&self.analysis, found, &document.title),
            tokens: document.tokens.clone(),
            snippet: snippet(&self.analysis, found, &document.summary, &document.body),
            score: one.score,
            reasons,
        }))
    }
}

impl Document {
    fn passes(&self, filter: &Filter) -> bool {
        let word = filter.field.word();
        let mark = match filter.field {
            FilterField::Type => DocKind::parse(&filter.value)
                .map_or_else(String::new, |kind| format!("type:{}", kind.id())),
            FilterField::Since => {
                let first: Option<i64> = filter.value.parse().ok();
                return self
                    .year
                    .zip(first)
                    .is_some_and(|(year, first)| year >= first);
            }
            FilterField::Protocol
            | FilterField::Role
            | FilterField::Licence
            | FilterField::Status
            | FilterField::Supports
            | FilterField::Token
            | FilterField::Rfc => format!("{word}:{}", filter.value),
        };
        self.marks.contains(&mark)
    }
}
