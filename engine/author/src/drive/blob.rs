//! Blobs on their way to the disk and back, and to a holder. All octets stay in memory.

use crate::bed::Bed;
use bytes::Bytes;
use std::sync::Arc;
use waxseal_ports::blob_codec::{Attributes, BlobError, BlobMeta, Held};
use waxseal_ports::memory::{FakeClock, Memory};
use waxseal_ports::spool::SpoolWriter;
use waxseal_ports::{BlobCodecs, ReadAt, Spool, read_at};

/// Has a codec encode `octets`: what shall rest, and what is kept beside it.
///
/// # Errors
/// [`BlobError`].
pub(crate) async fn encode(
    bed: &Bed,
    meta: BlobMeta,
    octets: Bytes,
) -> Result<(Attributes, Bytes), BlobError> {
    let encoded = bed.host.encode(&bed.name, meta, Arc::new(octets), sink());
    let (attributes, encoded) = encoded.await?;
    Ok((attributes, whole(bed, &*encoded)?))
}

/// Has a codec decode what rests.
///
/// # Errors
/// [`BlobError`].
pub(crate) async fn decode(bed: &Bed, meta: BlobMeta, octets: Bytes) -> Result<Bytes, BlobError> {
    let decoded = bed.host.decode(&bed.name, meta, Arc::new(octets), sink());
    whole(bed, &*decoded.await?)
}

/// Gives octets to a holder; its key for them.
///
/// # Errors
/// [`BlobError`].
pub(crate) async fn put(bed: &Bed, meta: BlobMeta, octets: Bytes) -> Result<String, BlobError> {
    bed.host.put(&bed.name, meta, Arc::new(octets)).await
}

/// Fetches octets from a holder.
///
/// # Errors
/// [`BlobError`].
pub(crate) async fn get(bed: &Bed, held: Held) -> Result<Bytes, BlobError> {
    let octets = bed.host.get(&bed.name, held, sink()).await?;
    whole(bed, &*octets)
}

/// Has a holder forget a key.
///
/// # Errors
/// [`BlobError`].
pub(crate) async fn delete(bed: &Bed, key: &str) -> Result<(), BlobError> {
    bed.host.delete(&bed.name, key).await
}

fn sink() -> Box<dyn SpoolWriter> {
    Memory::new(Arc::new(FakeClock::default())).start()
}

fn whole(bed: &Bed, octets: &dyn ReadAt) -> Result<Bytes, BlobError> {
    read_at::read_all(octets).map_err(|error| BlobError::Failed {
        name: bed.name.clone(),
        reason: error.to_string(),
    })
}
