//! Changing message octets on their way to the disk and back, and giving them to someone else to keep.

use crate::ReadAt;
use crate::spool::{SpoolError, SpoolWriter};
use async_trait::async_trait;
use std::sync::Arc;

/// What a codec wants kept beside what it wrote, key and value; in its order.
pub type Attributes = Vec<(String, String)>;

/// Codecs and holders, each asked by its name. Whether plugins stand behind them is not the caller's
/// business.
///
/// Every call reads its octets from a [`ReadAt`] and gives octets out into a [`SpoolWriter`], so that a
/// blob never lies in memory whole. A call that fails has done nothing that may be relied on: what is
/// in its sink is to be thrown away.
#[async_trait]
pub trait BlobCodecs: Send + Sync {
    /// What stands behind a name; `None` where nothing does.
    fn role(&self, name: &str) -> Option<BlobRole>;

    /// Whether new octets of this account, or of none, go through `codec` at all. What it does not take
    /// part in is read without it, too.
    fn is_for(&self, _codec: &str, _account: Option<&str>) -> bool {
        true
    }

    /// Encodes `octets` into `sink`: the octets as they shall rest, and what `decode` needs besides.
    /// `meta.attributes` is empty.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn encode(
        &self,
        codec: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<(Attributes, Arc<dyn ReadAt>), BlobError>;

    /// The reverse: exactly `meta.octets` octets. Whether they are the same as before is for the
    /// caller to compare.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn decode(
        &self,
        codec: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<Arc<dyn ReadAt>, BlobError>;

    /// Gives `octets` to a holder; answers the key under which it has them, 1 to 512 octets. When this
    /// returns `Ok`, they are safe.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn put(
        &self,
        holder: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
    ) -> Result<String, BlobError>;

    /// Fetches what lies under a key: exactly `held.octets` octets.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn get(
        &self,
        holder: &str,
        held: Held,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<Arc<dyn ReadAt>, BlobError>;

    /// Makes a holder forget a key; no harm where it does not know it.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn delete(&self, holder: &str, key: &str) -> Result<(), BlobError>;
}

/// What stands behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobRole {
    /// It encodes and decodes.
    Codec,
    /// It keeps blobs.
    Holder,
}

/// One blob, as it is described to a codec or holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobMeta {
    /// The address of the account it belongs to; `None` for a message on its way, and where blobs are
    /// shared.
    pub account: Option<String>,
    /// A name that no other blob has.
    pub id: String,
    /// Octets before this encoding.
    pub octets: u64,
    /// At `decode` what `encode` answered.
    pub attributes: Attributes,
}

/// What a holder has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The key that `put` answered.
    pub key: String,
    /// How many octets lie under it.
    pub octets: u64,
}

/// Why a codec or holder did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// Nothing of this name runs, or it has another role.
    #[error("the storage plugin {0} is not running")]
    Missing(String),
    /// It failed, or broke a rule.
    #[error("the storage plugin {name} failed: {reason}")]
    Failed {
        /// Which one.
        name: String,
        /// Why, for the log.
        reason: String,
    },
    /// What it gave out could not be taken: no space is left.
    #[error("no space is left for what the storage plugin {0} writes")]
    Full(String),
}

impl BlobError {
    /// A sink that could not take what `name` wrote.
    #[must_use]
    pub fn sink(name: &str, error: &SpoolError) -> Self {
        match error {
            SpoolError::Full => Self::Full(name.to_owned()),
            SpoolError::Io(source) => Self::Failed {
                name: name.to_owned(),
                reason: format!("its octets could not be spooled: {source}"),
            },
        }
    }
}
