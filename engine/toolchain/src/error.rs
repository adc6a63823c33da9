//! Why a plugin could not be built.

use std::path::PathBuf;

/// What stands between sources and a component.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// A program of the toolchain cannot be started.
    #[error("{program} cannot be run: {source}")]
    Program {
        /// Which program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// No toolchain can build this; the text says what to install.
    #[error("{0}")]
    Missing(String),
    /// A file could not be written.
    #[error("{path} could not be written: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The core module does not hold what a component is made of.
    #[error("the module cannot be made a component: {0}")]
    Encode(String),
    /// The component asks for what no server offers.
    #[error(
        "it imports {}, which no server offers: use the functions of waxseal:plugin instead of \
         those of the system (files, sockets, environment, standard output)", .0.join(", ")
    )]
    Imports(Vec<String>),
}
