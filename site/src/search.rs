//! Search over the catalog: built in memory at start, never fed raw user syntax.

mod analysis;
mod card;
mod dictionary;
mod document;
mod highlight;
mod index;
mod plan;
mod query;
mod run;
mod synonyms;

pub use card::{Card, CardLink};
pub use document::{DocKind, Document};
pub use highlight::Piece;
pub use index::{Index, IndexError};
pub use query::{Filter, FilterField, Query, Term};
pub use run::{Hit, Note, Request, Results};
pub use synonyms::{Group, Synonyms};

#[cfg(test)]
mod tests;
