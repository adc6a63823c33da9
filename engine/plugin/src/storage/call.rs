//! One question to a storage plugin and its answer, in no version's types.

use crate::config::Limits;
use crate::stage::Stage;
use waxseal_ports::blob_codec::{Attributes, BlobMeta};

/// Octets of the key of a holder.
const KEY_BYTES_MAX: usize = 512;

/// What is asked. The octets come and go beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StorageCall {
    Encode(BlobMeta),
    Decode(BlobMeta),
    Put(BlobMeta),
    /// By its key.
    Get(String),
    /// By its key.
    Delete(String),
}

impl StorageCall {
    pub(crate) const fn stage(&self) -> Stage {
        match self {
            Self::Encode(_) => Stage::Encode,
            Self::Decode(_) => Stage::Decode,
            Self::Put(_) => Stage::Put,
            Self::Get(_) => Stage::Get,
            Self::Delete(_) => Stage::Delete,
        }
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StorageAnswer {
    /// To `encode`.
    Attributes(Attributes),
    /// To `put`.
    Key(String),
    /// To the others.
    Done,
}

impl StorageAnswer {
    /// # Errors
    /// A text that says what is wrong.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), String> {
        match self {
            Self::Attributes(attributes) => check_attributes(attributes, limits),
            Self::Key(key) if key.is_empty() || key.len() > KEY_BYTES_MAX => {
                let octets = key.len();
                Err(format!(
                    "its key has {octets} octets, not 1 to {KEY_BYTES_MAX}"
                ))
            }
            Self::Key(_) | Self::Done => Ok(()),
        }
    }
}

fn check_attributes(attributes: &Attributes, limits: &Limits) -> Result<(), String> {
    let most = limits.attributes_max;
    if attributes.len() > usize::try_from(most).unwrap_or(usize::MAX) {
        return Err(format!("over limits.attributes_max = {most} attributes"));
    }
    let octets = attributes
        .iter()
        .map(|(key, value)| key.len() + value.len());
    let most = limits.attribute_bytes_max;
    if octets.sum::<usize>() > usize::try_from(most).unwrap_or(usize::MAX) {
        return Err(format!(
            "over limits.attribute_bytes_max = {most} octets of attributes"
        ));
    }
    Ok(())
}
