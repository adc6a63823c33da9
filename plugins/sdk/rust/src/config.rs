//! What the administrator wrote under `[plugin.config]`.
//!
//! [`Document`] and [`Table`] read it with mistakes that an administrator understands: a key that is
//! not known is named together with the nearest one that is.
//!
//! ```
//! # use waxseal_plugin_sdk::{config, testing::Server};
//! # let server = Server::start();
//! # server.config(r#"{"wait":"5m","subjects":["viagra"]}"#);
//! let document = config::document()?;
//! let table = document.table(&["wait", "subjects", "points"])?;
//! assert_eq!(table.duration("wait")?.map(|wait| wait.as_secs()), Some(300));
//! assert_eq!(table.texts("subjects")?, ["viagra"]);
//! assert_eq!(table.number("points", 0.0..=10.0)?.unwrap_or(2.5), 2.5);
//! # server.config(r#"{"wiat":"5m"}"#);
//! # let document = config::document()?;
//! let mistake = document.table(&["wait"]).err().map(|mistake| mistake.to_string());
//! assert_eq!(
//!     mistake.as_deref(),
//!     Some(r#"[plugin.config]: there is no key "wiat"; did you mean "wait"?"#)
//! );
//! # Ok::<(), waxseal_plugin_sdk::Error>(())
//! ```

mod nearest;
mod table;
mod units;

use crate::Error;
use crate::host::config;
pub use table::Table;
pub use units::{duration, octets};

/// A value at the top: text as it is, anything else as JSON.
#[must_use]
pub fn get(key: &str) -> Option<String> {
    config::get(key)
}

/// The whole table as JSON.
#[must_use]
pub fn json() -> String {
    config::raw_json()
}

/// The whole table, to be read with [`Document::table`].
///
/// # Errors
/// Never with what a server gives.
pub fn document() -> Result<Document, Mistake> {
    Document::parse(&config::raw_json())
}

/// A configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Document(serde_json::Value);

impl Document {
    /// Reads JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(json: &str) -> Result<Self, Mistake> {
        let value = serde_json::from_str(json).map_err(|error| Mistake(error.to_string()))?;
        Ok(Self(value))
    }

    /// The table at the top, whose keys must be among `known`.
    ///
    /// # Errors
    /// When one is not.
    pub fn table(&self, known: &[&str]) -> Result<Table<'_>, Mistake> {
        Table::new("[plugin.config]", &self.0, known)
    }
}

/// What is wrong with a configuration, for the administrator. As an [`Error`] its code is
/// `bad-config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake(pub String);

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mistake {}

impl From<Mistake> for Error {
    fn from(mistake: Mistake) -> Self {
        Self::new("bad-config", mistake.0)
    }
}

impl From<Mistake> for String {
    fn from(mistake: Mistake) -> Self {
        mistake.0
    }
}
