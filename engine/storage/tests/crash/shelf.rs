//! A holder whose blobs outlive the process: a file each.

use async_trait::async_trait;
use std::path::PathBuf;
use std::sync::Arc;
use waxseal_ports::blob_codec::{Attributes, BlobError, BlobMeta, BlobRole, Held};
use waxseal_ports::memory::MemoryCodecs;
use waxseal_ports::read_at::read_all;
use waxseal_ports::spool::SpoolWriter;
use waxseal_ports::{BlobCodecs, ReadAt};

/// The codecs of [`MemoryCodecs`], which remember nothing, and a folder.
pub(crate) struct Shelf {
    codecs: MemoryCodecs,
    folder: PathBuf,
}

impl Shelf {
    pub(crate) fn new(folder: PathBuf) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            codecs: MemoryCodecs::default(),
            folder,
        }
    }
}

#[async_trait]
impl BlobCodecs for Shelf {
    fn role(&self, name: &str) -> Option<BlobRole> {
        self.codecs.role(name)
    }

    async fn encode(
        &self,
        codec: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<(Attributes, Arc<dyn ReadAt>), BlobError> {
        self.codecs.encode(codec, meta, octets, sink).await
    }

    async fn decode(
        &self,
        codec: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<Arc<dyn ReadAt>, BlobError> {
        self.codecs.decode(codec, meta, octets, sink).await
    }

    async fn put(
        &self,
        _holder: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
    ) -> Result<String, BlobError> {
        let octets = read_all(octets.as_ref()).unwrap();
        std::fs::write(self.folder.join(&meta.id), octets).unwrap();
        Ok(meta.id)
    }

    async fn get(
        &self,
        holder: &str,
        held: Held,
        mut sink: Box<dyn SpoolWriter>,
    ) -> Result<Arc<dyn ReadAt>, BlobError> {
        let octets = std::fs::read(self.folder.join(&held.key));
        let octets = octets.map_err(|error| BlobError::Failed {
            name: holder.to_owned(),
            reason: error.to_string(),
        })?;
        sink.write(&octets)
            .map_err(|error| BlobError::sink(holder, &error))?;
        sink.finish()
            .map_err(|error| BlobError::sink(holder, &error))
    }

    async fn delete(&self, _holder: &str, key: &str) -> Result<(), BlobError> {
        // One that is not there is forgotten already.
        drop(std::fs::remove_file(self.folder.join(key)));
        Ok(())
    }
}
