//! From the terms of a query to a query of the library, with its weights.

use tantivy::Term as IndexTerm;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, PhraseQuery,
    Query as LibraryQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::analysis::spec;
use super::highlight::Found;
use super::index::Index;
use super::query::{Query, Term};

type Boxed = Box<dyn LibraryQuery>;

/// What a second field adds to the best one.
const TIE: f32 = 0.1;
/// Weight of a synonym beside the word typed.
const SYNONYM: f32 = 0.6;
/// Longest run of words looked up as one synonym.
const SYNONYM_WORDS_MAX: usize = 4;

/// How forgiving a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tolerance {
    /// Words as typed, the last one perhaps unfinished.
    Exact,
    /// Typing errors too.
    Fuzzy,
}

/// A query of the library and the words to mark in its results.
pub(super) struct Plan {
    pub(super) query: Boxed,
    pub(super) found: Found,
}

struct Planner<'a> {
    index: &'a Index,
    tolerance: Tolerance,
    found: Found,
}

/// Plans `query`; without any positive term nothing matches.
pub(super) fn plan(index: &Index, query: &Query, tolerance: Tolerance) -> Plan {
    let mut planner = Planner {
        index,
        tolerance,
        found: Found::default(),
    };
    let query = planner.whole(query);
    Plan {
        query,
        found: planner.found,
    }
}

impl Planner<'_> {
    fn whole(&mut self, query: &Query) -> Boxed {
        let wanted: Vec<&Term> = query.terms.iter().filter(|term| !term.negated).collect();
        let mut clauses: Vec<(Occur, Boxed)> = Vec::new();
        let mut at = 0;
        while at < wanted.len() {
            let (clause, used) = self.span(&wanted[at..]);
            clauses.push((Occur::Should, clause));
            at += used;
        }
        if clauses.is_empty() {
            return Box::new(EmptyQuery);
        }
        let needed = match clauses.len() {
            _ if query.versus.is_some() => 1,
            few @ 0..=3 => few,
            many => many * 3 / 4,
        };
        let spans: Boxed = Box::new(BooleanQuery::with_minimum_required_clauses(clauses, needed));
        let typed: Vec<&str> = wanted.iter().map(|term| term.text.as_str()).collect();
        let typed = typed.join(" ");
        let fields = self.index.fields;
        let joined = constant(
            exact(fields.joined, &self.index.analysis.joined(&typed)),
            25.0,
        );
        let either = DisjunctionMaxQuery::with_tie_breaker(vec![spans, joined], TIE);
        let mut all: Vec<(Occur, Boxed)> = vec![(Occur::Must, Box::new(either))];
        let whole = self.index.analysis.whole(&typed);
        all.push((
            Occur::Should,
            constant(exact(fields.title_whole, &whole), 30.0),
        ));
        all.push((
            Occur::Should,
            constant(exact(fields.key, &typed.to_lowercase()), 50.0),
        ));
        for term in query.terms.iter().filter(|term| term.negated) {
            all.push((Occur::MustNot, self.word(&term.text)));
        }
        Box::new(BooleanQuery::new(all))
    }

    /// One clause for the longest run of words that has synonyms, or for one word.
    fn span(&mut self, terms: &[&Term]) -> (Boxed, usize) {
        let Some(first) = terms.first() else {
            return (Box::new(EmptyQuery), 1);
        };
        if first.phrase {
            return (self.phrase(&first.text), 1);
        }
        let longest = terms
            .iter()
            .take(SYNONYM_WORDS_MAX)
            .take_while(|term| !term.phrase)
            .count();
        for length in (1..=longest).rev() {
            let words: Vec<&str> = terms[..length]
                .iter()
                .map(|term| term.text.as_str())
                .collect();
            let meanings = self.index.synonyms.of(&words.join(" ").to_lowercase());
            if meanings.is_empty() {
                continue;
            }
            let last = length == terms.len();
            let mut ways = vec![self.words(&words, last)];
            for meaning in meanings {
                let meant: Vec<&str> = meaning.split(' ').collect();
                ways.push(Box::new(BoostQuery::new(
                    self.words(&meant, false),
                    SYNONYM,
                )));
            }
            return (
                Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, TIE)),
                length,
            );
        }
        (self.words(&[&first.text], terms.len() == 1), 1)
    }

    /// All of several words; the last may be unfinished.
    fn words(&mut self, words: &[&str], unfinished: bool) -> Boxed {
        let mut clauses: Vec<Boxed> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let mut ways = vec![self.word(word)];
            if unfinished && at + 1 == words.len() {
                ways.extend(self.beginnings(word));
            }
            if self.tolerance == Tolerance::Fuzzy {
                ways.extend(self.misspellings(word));
            }
            clauses.push(Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, TIE)));
        }
        match clauses.pop() {
            Some(only) if clauses.is_empty() => only,
            Some(last) => {
                clauses.push(last);
                Box::new(BooleanQuery::intersection(clauses))
            }
            None => Box::new(EmptyQuery),
        }
    }

    /// A word as typed, in every field.
    fn word(&mut self, word: &str) -> Boxed {
        let index = self.index;
        let fields = index.fields;
        self.found.add(&index.analysis, word);
        let lower = word.to_lowercase();
        let joined = index.analysis.joined(word);
        let mut ways: Vec<Boxed> = vec![
            constant(exact(fields.key, &lower), 12.0),
            boost(all(fields.title, &index.analysis.plain(word)), 8.0),
            constant(all(fields.tokens, &index.analysis.wire(word)), 40.0),
            constant(exact(fields.joined, &joined), 14.0),
            boost(all(fields.title_stem, &index.analysis.stem(word)), 4.0),
            boost(all(fields.summary, &index.analysis.stem(word)), 3.0),
            boost(all(fields.body, &index.analysis.stem(word)), 1.0),
        ];
        if let Some(spec) = spec(word) {
            ways.push(constant(exact(fields.specs, &spec), 40.0));
        }
        Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, TIE))
    }

    fn phrase(&mut self, text: &str) -> Boxed {
        let index = self.index;
        self.found.add(&index.analysis, text);
        let fields = index.fields;
        let ways = vec![
            boost(phrase(fields.title, &index.analysis.plain(text)), 8.0),
            constant(all(fields.tokens, &index.analysis.wire(text)), 40.0),
            boost(phrase(fields.summary, &index.analysis.stem(text)), 3.0),
            boost(phrase(fields.body, &index.analysis.stem(text)), 1.0),
        ];
        Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, TIE))
    }

    fn beginnings(&mut self, word: &str) -> Vec<Boxed> {
        let plain = self.index.analysis.plain(word);
        let [start] = plain.as_slice() else {
            return Vec::new();
        };
        if start.chars().count() < 3 {
            return Vec::new();
        }
        let terms = self.index.dictionary.beginning_with(start);
        self.guesses(&terms, 2.0)
    }

    fn misspellings(&mut self, word: &str) -> Vec<Boxed> {
        let plain = self.index.analysis.plain(word);
        let [typed] = plain.as_slice() else {
            return Vec::new();
        };
        let terms = self.index.dictionary.like(typed);
        self.guesses(&terms, 1.5)
    }

    /// Real terms in place of what was typed: a fixed low weight each, names above prose.
    fn guesses(&mut self, terms: &[&str], weight: f32) -> Vec<Boxed> {
        let index = self.index;
        let fields = index.fields;
        let mut ways = Vec::new();
        for (rank, term) in terms.iter().enumerate() {
            self.found.add(&index.analysis, term);
            let weight = weight - 0.01 * f32::from(u8::try_from(rank).unwrap_or(u8::MAX));
            ways.push(constant(exact(fields.key, term), weight + 4.0));
            ways.push(constant(exact(fields.title_whole, term), weight + 2.0));
            ways.push(constant(exact(fields.title, term), weight));
            ways.push(constant(
                all(fields.body, &index.analysis.stem(term)),
                weight * 0.2,
            ));
            ways.push(constant(
                all(fields.summary, &index.analysis.stem(term)),
                weight * 0.3,
            ));
        }
        ways
    }
}

fn exact(field: Field, text: &str) -> Boxed {
    let term = IndexTerm::from_field_text(field, text);
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

fn all(field: Field, terms: &[String]) -> Boxed {
    match terms {
        [] => Box::new(EmptyQuery),
        [one] => exact(field, one),
        many => {
            let clauses = many.iter().map(|term| exact(field, term)).collect();
            Box::new(BooleanQuery::intersection(clauses))
        }
    }
}

fn phrase(field: Field, terms: &[String]) -> Boxed {
    if terms.len() < 2 {
        return all(field, terms);
    }
    let terms = terms
        .iter()
        .map(|term| IndexTerm::from_field_text(field, term))
        .collect();
    Box::new(PhraseQuery::new(terms))
}

fn boost(query: Boxed, factor: f32) -> Boxed {
    Box::new(BoostQuery::new(query, factor))
}

fn constant(query: Boxed, score: f32) -> Boxed {
    Box::new(ConstScoreQuery::new(query, score))
}
