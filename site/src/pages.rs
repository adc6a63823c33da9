//! The pages: one file a handler, each with its own template.

pub mod api;
pub mod badge;
pub mod compare;
pub mod configuration;
pub mod data;
pub mod evidence;
pub mod extension;
pub mod feature;
pub mod features;
pub mod feed;
pub mod glossary;
pub mod home;
pub mod machine;
pub mod manual;
pub mod matrix;
pub mod method;
pub mod not_found;
pub mod product;
pub mod products;
pub mod protocol;
pub mod protocols;
pub mod rfc_status;
pub mod search;
pub mod shortcut;
pub mod static_note;
pub mod survey;
pub mod surveys;
pub mod wit;

mod bar;
mod book;
mod frame;
mod links;
mod mark;
mod support;
mod table;

pub use bar::{Bar, Part};
pub use book::{Stop, stops};
pub use frame::{Frame, PageError, Site};
pub use mark::{EvidenceMark, Mark};
pub(crate) use table::cell_json;
