//! Search over the catalog: built in memory at start, never fed raw user syntax.

mod analysis;
mod card;
mod collect;
mod dictionary;
mod document;
mod evaluate;
mod explain;
mod facet;
mod help;
mod highlight;
mod index;
mod plan;
mod query;
mod report;
mod run;
mod suggest;
mod synonyms;
mod tuning;

pub use card::{Card, CardLink};
pub use document::{DocKind, Document};
pub use evaluate::{Asked, Class, Evaluation, Figures, Outcome, Set, evaluate};
pub use explain::Reason;
pub use facet::{Choice, Chosen, Facet, Group as FacetGroup};
pub use help::{Help, Taken, Without};
pub use highlight::Piece;
pub use index::{Index, IndexError};
pub use query::{Filter, FilterField, Query, Term};
pub use report::report;
pub use run::{Hit, Note, Request, Results};
pub use suggest::{SUGGESTIONS_MAX, Suggestion};
pub use synonyms::{Group, Synonyms};
pub use tuning::Part;

#[cfg(test)]
mod tests;
