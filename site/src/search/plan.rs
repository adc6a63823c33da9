//! From the terms of a query to a query of the library, with its weights.

use tantivy::Term as IndexTerm;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, PhraseQuery,
    Query as LibraryQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::analysis::spec;
use super::explain::Leaf;
use super::highlight::Found;
use super::index::Index;
use super::query::{Query, Term, is_soft_word};
use super::tuning::{Part, Weights};

type Boxed = Box<dyn LibraryQuery>;

/// What a second field adds to the best one.
const TIE: f32 = 0.1;
/// Weight of a synonym beside the word typed.
const SYNONYM: f32 = 0.6;
/// Weight of a word that may have been meant beside the word typed.
const MEANT: f32 = 0.2;
/// Words that may have been meant which are looked up in every field.
const MEANT_MAX: usize = 3;
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
    /// Pages whose whole name the query is: what they gain whatever their type.
    pub(super) whole: Boxed,
    pub(super) found: Found,
    pub(super) leaves: Vec<Leaf>,
}

struct Planner<'a> {
    index: &'a Index,
    tolerance: Tolerance,
    weights: Weights,
    found: Found,
    leaves: Vec<Leaf>,
}

/// Plans `query`; without any positive term nothing matches.
pub(super) fn plan(index: &Index, query: &Query, tolerance: Tolerance) -> Plan {
    let mut planner = Planner {
        index,
        tolerance,
        weights: index.weights(),
        found: Found::default(),
        leaves: Vec::new(),
    };
    let (query, whole) = planner.whole(query);
    Plan {
        query,
        whole,
        found: planner.found,
        leaves: planner.leaves,
    }
}

impl Planner<'_> {
    fn whole(&mut self, query: &Query) -> (Boxed, Boxed) {
        let wanted: Vec<&Term> = query.terms.iter().filter(|term| !term.negated).collect();
        let Some(spans) = self.spans(query, &wanted) else {
            return (Box::new(EmptyQuery), Box::new(EmptyQuery));
        };
        let typed: Vec<&str> = wanted.iter().map(|term| term.text.as_str()).collect();
        let mut texts = vec![typed.join(" ")];
        if query.whole != texts[0] {
            texts.push(query.whole.clone());
        }
        let mut either = vec![spans];
        let mut wholes: Vec<Boxed> = Vec::new();
        for text in &texts {
            let joined = exact(self.index.fields.joined, &self.index.analysis.joined(text));
            let joined = constant(joined, self.weights.whole_joined);
            either.push(self.leaf(text, "whole name, joined", joined));
            wholes.push(self.whole_names(text));
        }
        let either = DisjunctionMaxQuery::with_tie_breaker(either, TIE);
        let mut all: Vec<(Occur, Boxed)> = vec![(Occur::Must, Box::new(either))];
        for term in query.terms.iter().filter(|term| term.negated) {
            all.push((Occur::MustNot, self.word(&term.text)));
        }
        let wholes = DisjunctionMaxQuery::with_tie_breaker(wholes, TIE);
        (Box::new(BooleanQuery::new(all)), Box::new(wholes))
    }

    /// Pages that are called `text`, as it stands or folded. A wire token is taken as it stands,
    /// since `LITERAL+` is not a literal.
    fn whole_names(&mut self, text: &str) -> Boxed {
        let index = self.index;
        let fields = index.fields;
        let weights = self.weights;
        let raw = text.to_lowercase();
        let (folded, stems, key) = if index.tokens.contains(&raw) {
            (raw.clone(), String::new(), String::new())
        } else {
            let stems = index.analysis.stem(text).join(" ");
            (index.analysis.whole(text), stems, raw.clone())
        };
        let names = |field: Field| -> Boxed {
            let ways = vec![exact(field, &folded), exact(field, &raw)];
            Box::new(BooleanQuery::union(ways))
        };
        let ways = [
            (
                "stems of a whole name",
                exact(fields.stem_whole, &stems),
                weights.whole_stem,
            ),
            (
                "stems of the title",
                exact(fields.stem_head, &stems),
                weights.stem_head,
            ),
            ("whole name", names(fields.title_whole), weights.whole_title),
            ("whole title", names(fields.head_whole), weights.whole_head),
            ("whole key", exact(fields.key, &key), weights.whole_key),
        ];
        let ways = ways.map(|(place, query, weight)| {
            (
                Occur::Should,
                self.leaf(text, place, constant(query, weight)),
            )
        });
        Box::new(BooleanQuery::new(ways.into()))
    }

    /// The words in their runs: all of up to three, three quarters of more; soft words only help.
    fn spans(&mut self, query: &Query, wanted: &[&Term]) -> Option<Boxed> {
        let mut firm: Vec<(Occur, Boxed)> = Vec::new();
        let mut soft: Vec<(Occur, Boxed)> = Vec::new();
        let mut at = 0;
        while let Some(first) = wanted.get(at) {
            let (clause, used) = self.span(&wanted[at..]);
            let list = if used == 1 && !first.phrase && is_soft_word(&first.text) {
                &mut soft
            } else {
                &mut firm
            };
            list.push((Occur::Should, clause));
            at += used;
        }
        if firm.is_empty() {
            std::mem::swap(&mut firm, &mut soft);
        }
        let needed = match firm.len() {
            0 => return None,
            _ if query.versus.is_some() => 1,
            few @ 1..=3 => few,
            many => many * 3 / 4,
        };
        let firm: Boxed = Box::new(BooleanQuery::with_minimum_required_clauses(firm, needed));
        if soft.is_empty() {
            return Some(firm);
        }
        soft.push((Occur::Must, firm));
        Some(Box::new(BooleanQuery::new(soft)))
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
            if meanings.is_empty() || self.index.without == Some(Part::Synonyms) {
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

    /// Remembers a part of the plan for the explanation of the results.
    fn leaf(&mut self, word: &str, place: &'static str, query: Boxed) -> Boxed {
        self.leaves.push(Leaf {
            word: word.to_owned(),
            place,
            query: query.box_clone(),
        });
        query
    }

    /// A word as typed, in every field.
    fn word(&mut self, word: &str) -> Boxed {
        let Index {
            analysis, fields, ..
        } = self.index;
        let weights = self.weights;
        self.found.add(analysis, word);
        let lower = word.to_lowercase();
        let stems = analysis.stem(word);
        let key = exact(fields.key, &lower);
        let title = all(fields.title, &analysis.plain(word));
        let token = all(fields.tokens, &analysis.wire(word));
        let joined = exact(fields.joined, &analysis.joined(word));
        let mut ways: Vec<(&'static str, Boxed)> = vec![
            ("key", constant(key, weights.key)),
            ("name", boost(title, weights.title)),
            ("wire token", constant(token, weights.token)),
            ("name, joined", constant(joined, weights.joined)),
            (
                "stem in a name",
                boost(all(fields.title_stem, &stems), weights.title_stem),
            ),
            (
                "summary",
                boost(all(fields.summary, &stems), weights.summary),
            ),
            ("text", boost(all(fields.body, &stems), weights.body)),
        ];
        if let Some((name, value)) = lower.split_once('=').filter(|(_, value)| !value.is_empty()) {
            let start = exact(fields.tokens, &format!("{name}="));
            ways.push(("token before =", constant(start, weights.token_start)));
            let value = exact(fields.tokens, value);
            ways.push(("token after =", constant(value, weights.token)));
        }
        if let Some(spec) = spec(word) {
            let spec = constant(exact(fields.specs, &spec), weights.spec);
            ways.push(("number of the specification", spec));
        }
        let ways = ways
            .into_iter()
            .map(|(place, query)| self.leaf(word, place, query));
        let ways = ways.collect();
        Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, TIE))
    }

    fn phrase(&mut self, text: &str) -> Boxed {
        let index = self.index;
        self.found.add(&index.analysis, text);
        let fields = index.fields;
        let weights = self.weights;
        let stems = index.analysis.stem(text);
        let title = phrase(fields.title, &index.analysis.plain(text));
        let token = all(fields.tokens, &index.analysis.wire(text));
        let summary = phrase(fields.summary, &stems);
        let ways = [
            ("phrase in a name", boost(title, weights.title)),
            ("wire token", constant(token, weights.token)),
            ("phrase in the summary", boost(summary, weights.summary)),
            (
                "phrase in the text",
                boost(phrase(fields.body, &stems), weights.body),
            ),
        ];
        let ways = ways.map(|(place, query)| self.leaf(text, place, query));
        Box::new(DisjunctionMaxQuery::with_tie_breaker(ways.into(), TIE))
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
        self.guesses(&terms, 2.0, "beginning of a word")
    }

    fn misspellings(&mut self, word: &str) -> Vec<Boxed> {
        if self.index.without == Some(Part::Fuzzy) {
            return Vec::new();
        }
        let plain = self.index.analysis.plain(word);
        let [typed] = plain.as_slice() else {
            return Vec::new();
        };
        let terms = self.index.dictionary.like(typed);
        let nearest = terms.iter().take(MEANT_MAX);
        let meant: Vec<Boxed> = nearest.map(|term| boost(self.word(term), MEANT)).collect();
        let mut ways = self.guesses(&terms, 1.5, "typing error forgiven");
        ways.extend(meant);
        ways
    }

    /// Real terms in place of what was typed: a fixed low weight each, names above prose.
    fn guesses(&mut self, terms: &[&str], weight: f32, place: &'static str) -> Vec<Boxed> {
        let index = self.index;
        let fields = index.fields;
        let mut ways = Vec::new();
        for (rank, term) in terms.iter().enumerate() {
            self.found.add(&index.analysis, term);
            let weight = weight - 0.01 * f32::from(u8::try_from(rank).unwrap_or(u8::MAX));
            let stems = index.analysis.stem(term);
            let queries = [
                constant(exact(fields.key, term), weight + 4.0),
                constant(exact(fields.title_whole, term), weight + 2.0),
                constant(exact(fields.title, term), weight),
                constant(all(fields.body, &stems), weight * 0.2),
                constant(all(fields.summary, &stems), weight * 0.3),
            ];
            ways.extend(queries.map(|query| self.leaf(term, place, query)));
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
