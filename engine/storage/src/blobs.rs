//! Messages that do not rest as they are: encoded by storage plugins, or kept by one.
//!
//! Which plugins are in use is decided for each new blob; how a blob was written stands in its own
//! record as a [`Recipe`], so that it is read the same way whatever the configuration says by then.

mod cache;
mod desk;
mod encoded;
mod held;
mod recipe;
mod sinks;

pub(crate) use desk::{BlobDesk, DeskSettings};
pub(crate) use recipe::Holding;

#[cfg(doc)]
pub(crate) use recipe::Recipe;

use crate::Storage;
use crate::outage::Outage;
use crate::pack::{PackBlob, PackFile, Place};
use encoded::EncodedBlob;
use std::sync::Arc;
use waxseal_mail::AccountId;
use waxseal_ports::blob_codec::{BlobError, BlobRole};
use waxseal_ports::{BlobCodecs, ReadAt};

impl From<BlobError> for Outage {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full(_) => Self::Full,
            BlobError::Missing(_) | BlobError::Failed { .. } => Self::broken(error),
        }
    }
}

/// A storage plugin of the configuration that does not do what it is named for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecsError {
    /// Nothing of this name runs.
    #[error("{setting} names {name:?}, and no such plugin runs")]
    Missing {
        /// Which setting.
        setting: &'static str,
        /// What it names.
        name: String,
    },
    /// It runs and is something else.
    #[error("{setting} names {name:?}, which is no {wanted} plugin")]
    Role {
        /// Which setting.
        setting: &'static str,
        /// What it names.
        name: String,
        /// What it would have to be.
        wanted: &'static str,
    },
}

impl Storage {
    /// Gives the storage what its `plugins` and `holder` settings name; until then nothing encoded can
    /// be written or read. Call it again after a reload that changed them.
    ///
    /// # Errors
    /// [`CodecsError`]; the former ones stay in use.
    pub fn use_codecs(&self, codecs: Arc<dyn BlobCodecs>) -> Result<(), CodecsError> {
        let config = self.config();
        for name in &config.plugins {
            check_role(codecs.as_ref(), "storage.plugins", name, BlobRole::Codec)?;
        }
        if let Some(name) = &config.holder {
            check_role(codecs.as_ref(), "storage.holder", name, BlobRole::Holder)?;
        }
        self.blobs().set_running(Some(codecs));
        Ok(())
    }

    /// Whom a message of `account` is encoded for.
    pub(crate) fn owner(&self, account: AccountId) -> Option<String> {
        let wanted = self.config().per_account && self.blobs().changes_blobs();
        wanted.then(|| self.view().roster.address(account))?
    }

    /// The octets of a message whose record lies in `pack`.
    pub(crate) fn blob_in(&self, pack: Arc<PackFile>, place: Place) -> Arc<dyn ReadAt> {
        let record = Arc::new(PackBlob::new(pack, place));
        match place.plain {
            None => record,
            Some(_) => Arc::new(EncodedBlob::new(self.blobs().clone(), record, place)),
        }
    }
}

fn check_role(
    codecs: &dyn BlobCodecs,
    setting: &'static str,
    name: &str,
    wanted: BlobRole,
) -> Result<(), CodecsError> {
    let name = name.to_owned();
    match codecs.role(&name) {
        None => Err(CodecsError::Missing { setting, name }),
        Some(role) if role == wanted => Ok(()),
        Some(_) => Err(CodecsError::Role {
            setting,
            name,
            wanted: match wanted {
                BlobRole::Codec => "storage",
                BlobRole::Holder => "storage-holder",
            },
        }),
    }
}
