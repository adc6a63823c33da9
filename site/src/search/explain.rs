//! Why a page stands where it stands: what each word of the query is worth in each place.

use tantivy::query::{EnableScoring, Query as LibraryQuery};
use tantivy::{DocAddress, DocSet as _, Searcher};

use super::index::IndexError;

/// A part of the plan: a word in a place.
pub(super) struct Leaf {
    /// The word, as looked up.
    pub(super) word: String,
    /// Where it is looked up.
    pub(super) place: &'static str,
    /// The query.
    pub(super) query: Box<dyn LibraryQuery>,
}

/// What one word in one place adds.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The word.
    pub word: String,
    /// The place.
    pub place: &'static str,
    /// Its score there.
    pub score: f32,
}

/// The leaves that match a page, best first.
pub(super) fn reasons(
    searcher: &Searcher,
    leaves: &[Leaf],
    page: DocAddress,
) -> Result<Vec<Reason>, IndexError> {
    let mut found = Vec::new();
    let reader = searcher.segment_reader(page.segment_ord);
    for leaf in leaves {
        let scoring = EnableScoring::enabled_from_searcher(searcher);
        let weight = leaf.query.weight(scoring)?;
        let mut scorer = weight.scorer(reader, 1.0)?;
        let there = scorer.doc() <= page.doc_id && scorer.seek(page.doc_id) == page.doc_id;
        if there {
            found.push(Reason {
                word: leaf.word.clone(),
                place: leaf.place,
                score: scorer.score(),
            });
        }
    }
    found.sort_by(|one, other| {
        other
            .score
            .total_cmp(&one.score)
            .then_with(|| (&one.word, one.place).cmp(&(&other.word, other.place)))
    });
    found.dedup();
    Ok(found)
}
