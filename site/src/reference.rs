//! Pages of the manual that are made from the project's own schemas, not written by hand.

mod configuration;
mod rfc;
mod wit;
mod wit_words;

pub use configuration::{ConfigKey, ConfigTable, SCHEMA as CONFIG_SCHEMA};
pub use rfc::{RfcEntry, RfcSupport};
pub use wit::{Function, Interface, Member, Package, TypeItem, World, WorldItem};
pub use wit_words::Piece;

/// Addresses of the generated pages below `/manual/`, which no chapter may take.
pub const GENERATED: [&str; 3] = ["configuration", "wit", "rfc-status"];

/// The generated part of the manual.
#[derive(Debug, Default)]
pub struct Reference {
    /// WIT packages, the newest version first.
    pub packages: Vec<Package>,
    /// RFCs in order of number.
    pub rfcs: Vec<RfcEntry>,
    /// Tables of the server's configuration.
    pub configuration: Vec<ConfigTable>,
}

impl Reference {
    /// Reads the schemas that are built into the program.
    ///
    /// # Errors
    /// When a WIT package, the list of RFCs or the schema of the configuration is not well formed.
    pub fn load() -> anyhow::Result<Self> {
        Ok(Self {
            packages: wit::packages()?,
            rfcs: rfc::list()?,
            configuration: configuration::tables()?,
        })
    }
}
