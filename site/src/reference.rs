//! Pages of the manual that are made from the project's own schemas, not written by hand.

mod rfc;
mod wit;
mod wit_words;

pub use rfc::{RfcEntry, RfcSupport};
pub use wit::{Function, Interface, Member, Package, TypeItem, World, WorldItem};
pub use wit_words::Piece;

/// Addresses of the generated pages below `/manual/`, which no chapter may take.
pub const GENERATED: [&str; 2] = ["wit", "rfc-status"];

/// The generated part of the manual.
#[derive(Debug, Default)]
pub struct Reference {
    /// WIT packages, the newest version first.
    pub packages: Vec<Package>,
    /// RFCs in order of number.
    pub rfcs: Vec<RfcEntry>,
}

impl Reference {
    /// Reads the schemas that are built into the program.
    ///
    /// # Errors
    /// When a WIT package or the list of RFCs is not well formed.
    pub fn load() -> anyhow::Result<Self> {
        Ok(Self {
            packages: wit::packages()?,
            rfcs: rfc::list()?,
        })
    }
}
