//! Running storage plugins and holders.

use super::{Server, with};
use crate::Error;
use crate::glue::{reading, writing};
use crate::holder::Holder;
use crate::storage::{Attributes, BlobMeta, Storage};

/// What a storage plugin made of a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The account.
    pub account: Option<String>,
    /// The blob's name.
    pub id: String,
    /// Octets before encoding.
    pub size: u32,
    /// What the plugin wrote.
    pub octets: Vec<u8>,
    /// What it answered.
    pub attributes: Attributes,
}

impl Stored {
    fn meta(&self) -> BlobMeta {
        BlobMeta {
            account: self.account.clone(),
            id: self.id.clone(),
            size: self.size,
            attributes: self.attributes.clone(),
        }
    }
}

impl Server {
    fn blob_in(&self, octets: &[u8]) {
        self.set(|state| {
            state.blob_in = octets.to_vec();
            state.blob_at = 0;
            state.blob_out.clear();
        });
    }

    fn blob_out(&self) -> Vec<u8> {
        std::mem::take(&mut self.state.borrow_mut().blob_out)
    }

    /// Configures the plugin and lets it encode a blob.
    ///
    /// # Errors
    /// Those of the plugin.
    pub fn encode<S: Storage>(&self, account: Option<&str>, blob: &[u8]) -> Result<Stored, Error> {
        let mut stored = new_blob(account, blob);
        self.blob_in(blob);
        let mut plugin = S::configure()?;
        let meta = stored.meta();
        stored.attributes = writing(|output| reading(|input| plugin.encode(&meta, input, output)))?;
        stored.octets = self.blob_out();
        Ok(stored)
    }

    /// Configures the plugin and lets it decode what it made.
    ///
    /// # Errors
    /// Those of the plugin.
    pub fn decode<S: Storage>(&self, stored: &Stored) -> Result<Vec<u8>, Error> {
        self.blob_in(&stored.octets);
        let mut plugin = S::configure()?;
        let meta = stored.meta();
        writing(|output| reading(|input| plugin.decode(&meta, input, output)))?;
        Ok(self.blob_out())
    }

    /// Configures the plugin and lets it keep a blob; answers its key.
    ///
    /// # Errors
    /// Those of the plugin.
    pub fn put<H: Holder>(&self, account: Option<&str>, blob: &[u8]) -> Result<String, Error> {
        self.blob_in(blob);
        let meta = new_blob(account, blob).meta();
        let mut plugin = H::configure()?;
        reading(|input| plugin.put(&meta, input))
    }

    /// Configures the plugin and lets it give a blob back.
    ///
    /// # Errors
    /// Those of the plugin.
    pub fn get<H: Holder>(&self, key: &str) -> Result<Vec<u8>, Error> {
        self.blob_in(&[]);
        let mut plugin = H::configure()?;
        writing(|output| plugin.get(key, output))?;
        Ok(self.blob_out())
    }
}

/// A blob that is not encoded yet, with a name that no other has.
fn new_blob(account: Option<&str>, blob: &[u8]) -> Stored {
    let number = with(|state| {
        state.blobs += 1;
        state.blobs
    });
    Stored {
        account: account.map(str::to_owned),
        id: format!("blob-{number}"),
        size: u32::try_from(blob.len()).unwrap_or(u32::MAX),
        octets: Vec::new(),
        attributes: Vec::new(),
    }
}
