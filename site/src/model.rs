//! The nouns of the catalog, as the content files spell them.

mod claim;
mod extension;
mod manual;
mod measured;
mod product;
mod protocol;
mod words;

pub use claim::{Claim, ClaimsFile, Enabled, Evidence, Support};
pub use extension::{Extension, ExtensionStatus, Match, Spec, Token};
pub use manual::{Chapter, Section, chapter_url};
pub use measured::{Check, CheckResult, MeasuredFile};
pub use product::{Event, EventKind, FormerName, Kind, Product, Release, Role, Status, Surety};
pub use protocol::{Milestone, Port, Protocol};
