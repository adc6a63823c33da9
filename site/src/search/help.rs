//! What to offer when a query finds nothing, or nothing that passes the filters.

use tantivy::{Searcher, Term as IndexTerm};

use super::document::DocKind;
use super::facet::{Chosen, Facet};
use super::index::{Index, IndexError};
use super::query::{FilterField, Query};
use super::run::{Matches, Request};

/// What else to try.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Help {
    /// The query with its misspelt words put right.
    pub meant: Option<String>,
    /// Results without one filter.
    pub without: Vec<Without>,
}

/// A filter and what its removal would show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Without {
    /// The filter.
    pub filter: Taken,
    /// Results without it.
    pub count: usize,
}

/// A filter that can be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The type of page.
    Kind(DocKind),
    /// A choice of a facet.
    Choice(Facet, String),
    /// A filter in the query's text.
    Typed(FilterField, String),
}

/// The query with each unknown word replaced by the nearest known one; `None` when nothing is
/// near.
pub(super) fn meant(index: &Index, text: &str, query: &Query) -> Option<String> {
    let mut changed = false;
    let words = text.split_whitespace().map(|word| {
        let plain = index.analysis.plain(word);
        let searched = query.terms.iter().any(|term| term.text == word);
        match plain.as_slice() {
            [typed] if searched && !index.dictionary.contains(typed) => {
                let near = index
                    .dictionary
                    .like(typed)
                    .first()
                    .map(|near| (*near).to_owned());
                changed |= near.is_some();
                near.unwrap_or_else(|| word.to_owned())
            }
            _ => word.to_owned(),
        }
    });
    let meant: Vec<String> = words.collect();
    changed.then(|| meant.join(" "))
}

/// The place of the wanted word that the fewest pages have.
pub(super) fn rarest(
    index: &Index,
    searcher: &Searcher,
    query: &Query,
) -> Result<Option<usize>, IndexError> {
    let mut rarest: Option<(u64, usize)> = None;
    for (at, term) in query.terms.iter().enumerate().rev() {
        if term.negated {
            continue;
        }
        let fields = index.fields;
        let mut pages = 0;
        for stem in index.analysis.stem(&term.text) {
            for field in [fields.body, fields.summary, fields.title_stem] {
                pages += searcher.doc_freq(&IndexTerm::from_field_text(field, &stem))?;
            }
        }
        if rarest.is_none_or(|(fewest, _)| pages < fewest) {
            rarest = Some((pages, at));
        }
    }
    Ok(rarest.map(|(_, at)| at))
}

/// For each choice made, how many pages all the others leave.
pub(super) fn without_each_choice(
    index: &Index,
    request: &Request,
    matches: &Matches,
) -> Vec<Without> {
    let left = |kind: Option<DocKind>, chosen: &[Chosen]| {
        let mut count = index.facets.count(chosen);
        let passing = matches.scored.iter().filter(|one| {
            let document = index.documents.get(one.number);
            let right_type = document.is_some_and(|page| kind.is_none_or(|kind| page.kind == kind));
            count.take(one.number, right_type) && right_type
        });
        passing.count()
    };
    let mut found = Vec::new();
    if let Some(kind) = request.kind {
        found.push(Without {
            filter: Taken::Kind(kind),
            count: left(None, &request.chosen),
        });
    }
    for (at, (facet, value)) in request.chosen.iter().enumerate() {
        let mut fewer = request.chosen.clone();
        fewer.remove(at);
        found.push(Without {
            filter: Taken::Choice(*facet, value.clone()),
            count: left(request.kind, &fewer),
        });
    }
    found.retain(|without| without.count > 0);
    found
}
