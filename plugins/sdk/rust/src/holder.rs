//! Keeping blobs instead of the server.

use crate::Error;
pub use crate::bindings::waxseal::plugin::types::BlobMeta;
pub use crate::blob::{Reader, Writer};

/// A plugin that keeps the blobs. One value serves one call; limits and failures as those of
/// [`Storage`](crate::storage::Storage).
pub trait Holder: Sized + 'static {
    /// Reads the configuration. Called when the plugin is loaded too, where an error refuses the
    /// configuration and its text is shown to the administrator.
    ///
    /// # Errors
    /// When the configuration is not right.
    fn configure() -> Result<Self, Error>;

    /// Keeps the blob; answers the key under which [`Holder::get`] finds it, 1 to 512 octets. When
    /// it answers, the blob must be safe.
    ///
    /// # Errors
    /// Fail the operation.
    fn put(&mut self, meta: &BlobMeta, input: &mut Reader) -> Result<String, Error>;

    /// Writes the blob of a key.
    ///
    /// # Errors
    /// Fail the operation.
    fn get(&mut self, key: &str, output: &mut Writer) -> Result<(), Error>;

    /// Forgets a key; no harm where it is unknown.
    ///
    /// # Errors
    /// Fail the operation.
    fn delete(&mut self, key: &str) -> Result<(), Error>;
}
