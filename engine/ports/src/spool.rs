//! Where message octets wait until they are committed or thrown away.

use crate::ReadAt;
use std::sync::Arc;

/// Gives out places for octets of unknown number: small ones stay in memory, larger ones go to a file
/// that vanishes with the last reader. Nothing here is durable.
pub trait Spool: Send + Sync {
    /// A new, empty place.
    fn start(&self) -> Box<dyn SpoolWriter>;
}

/// One place being filled.
pub trait SpoolWriter: Send {
    /// Appends octets.
    ///
    /// # Errors
    /// [`SpoolError`]; the place is then unusable.
    fn write(&mut self, octets: &[u8]) -> Result<(), SpoolError>;

    /// Ends the writing.
    ///
    /// # Errors
    /// [`SpoolError`].
    fn finish(self: Box<Self>) -> Result<Arc<dyn ReadAt>, SpoolError>;
}

/// Why octets could not be spooled.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// No space is left, or the reserve is reached: 452 4.3.1.
    #[error("no space is left for incoming messages")]
    Full,
    /// The medium failed: 451 4.3.0.
    #[error("the spool could not be written")]
    Io(#[source] std::io::Error),
}
