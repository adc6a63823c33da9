//! Transforming blobs on their way to and from the disk.

use crate::Error;
pub use crate::bindings::waxseal::plugin::types::BlobMeta;
pub use crate::blob::{Reader, Writer};

/// What `encode` leaves beside the blob for `decode`: at most 32, 4 KiB in all.
pub type Attributes = Vec<(String, String)>;

impl BlobMeta {
    /// The value of an attribute that `encode` left.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&str> {
        let mut pairs = self.attributes.iter();
        let pair = pairs.find(|(known, _)| known == key);
        pair.map(|(_, value)| value.as_str())
    }
}

/// The error of a `decode` that cannot do with the attributes: `what` goes on after "the attributes".
/// Its code is `bad-attributes`.
#[must_use]
pub fn bad_attributes(what: &str) -> Error {
    Error::new("bad-attributes", format!("the attributes {what}"))
}

/// A storage plugin. One value serves one blob; CPU time is 5 s and 5 s more for each 10 MB. A
/// failure always fails the operation: nothing is stored or read half.
///
/// ```
/// use std::io::Read;
/// use waxseal_plugin_sdk::storage::{Attributes, BlobMeta, Reader, Storage, Writer};
/// use waxseal_plugin_sdk::{Error, storage, testing};
///
/// struct Upside;
///
/// fn turn(input: &mut Reader, output: &mut Writer) {
///     loop {
///         let octets = input.next_octets(64 * 1024);
///         if octets.is_empty() {
///             return;
///         }
///         output.put(&octets.iter().map(|octet| !octet).collect::<Vec<_>>());
///     }
/// }
///
/// impl Storage for Upside {
///     fn configure() -> Result<Self, Error> {
///         Ok(Self)
///     }
///     fn encode(
///         &mut self,
///         _meta: &BlobMeta,
///         input: &mut Reader,
///         output: &mut Writer,
///     ) -> Result<Attributes, Error> {
///         turn(input, output);
///         Ok(Vec::new())
///     }
///     fn decode(
///         &mut self,
///         _meta: &BlobMeta,
///         input: &mut Reader,
///         output: &mut Writer,
///     ) -> Result<(), Error> {
///         turn(input, output);
///         Ok(())
///     }
/// }
///
/// storage!(Upside);
///
/// let server = testing::Server::start();
/// let stored = server.encode::<Upside>(Some("alice@example.test"), b"abc")?;
/// assert_eq!(stored.octets, [!b'a', !b'b', !b'c']);
/// assert_eq!(server.decode::<Upside>(&stored)?, b"abc");
/// # Ok::<(), Error>(())
/// ```
pub trait Storage: Sized + 'static {
    /// Reads the configuration. Called when the plugin is loaded too, where an error refuses the
    /// configuration and its text is shown to the administrator.
    ///
    /// # Errors
    /// When the configuration is not right.
    fn configure() -> Result<Self, Error>;

    /// Writes what shall rest on the disk.
    ///
    /// # Errors
    /// Fail the operation.
    fn encode(
        &mut self,
        meta: &BlobMeta,
        input: &mut Reader,
        output: &mut Writer,
    ) -> Result<Attributes, Error>;

    /// Writes the blob again: exactly `meta.size` octets, the same as before.
    ///
    /// # Errors
    /// Fail the operation.
    fn decode(
        &mut self,
        meta: &BlobMeta,
        input: &mut Reader,
        output: &mut Writer,
    ) -> Result<(), Error>;
}
