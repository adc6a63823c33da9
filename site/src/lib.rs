//! The catalog of mail software: content files in, web pages out.
//!
//! Content is Markdown with TOML front matter plus one claims file a product. It is read once,
//! checked as a whole (every mistake with file, line and column), resolved into one [`Catalog`]
//! and then only served: no page handler opens a file, knows the time or draws a random number,
//! so two runs over the same content give the same bytes. Pages need no script and carry no
//! inline style. Data enters through [`content`] and leaves through [`serve`]. The catalog never
//! talks to the mail engine and never fetches anything from a network.

pub mod agreement;
pub mod announce;
pub mod catalog;
pub mod choose;
pub mod content;
pub mod csv;
pub mod date;
pub mod dump;
pub mod export;
pub mod gaps;
pub mod health;
pub mod markdown;
pub mod model;
pub mod pages;
pub mod reference;
pub mod resolve;
pub mod search;
pub mod serve;
pub mod stub;
pub mod version;

pub use catalog::Catalog;

#[cfg(test)]
mod fixture;
