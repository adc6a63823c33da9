//! The nouns of the catalog, as the content files spell them.

mod claim;
mod comparison;
mod extension;
mod feature;
mod link;
mod manual;
mod measured;
mod product;
mod protocol;
mod redirect;
mod survey;
mod term;
mod words;

pub use claim::{Claim, ClaimsFile, Enabled, Evidence, Support, anchor};
pub use comparison::Comparison;
pub use extension::{Extension, ExtensionStatus, Match, Spec, Token};
pub use feature::{AppliesTo, Feature, FeatureGroup, ValueType};
pub use link::{LinkCheck, LinksFile};
pub use manual::{Chapter, Section, chapter_url};
pub use measured::{Check, CheckResult, MeasuredFile, Measurement, Profile, measured_claims};
pub use product::{Event, EventKind, FormerName, Kind, Product, Release, Role, Status, Surety};
pub use protocol::{Milestone, Port, Protocol};
pub use redirect::{AddressesFile, Redirect, RedirectsFile};
pub use survey::{Correction, Fieldwork, Share, Survey};
pub use term::Term;
