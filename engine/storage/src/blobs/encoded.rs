//! A message that rests encoded, as something that can be read.

use super::BlobDesk;
use crate::outage::Outage;
use crate::pack::{PackBlob, Place};
use bytes::Bytes;
use std::io;
use std::sync::{Arc, OnceLock};
use tokio::runtime::{Handle, RuntimeFlavor};
use waxseal_ports::ReadAt;

/// Decoded when its octets are first asked for. What is only listed is never decoded, and a message
/// that cannot be decoded fails by itself and not with those that were asked for beside it.
pub(crate) struct EncodedBlob {
    desk: Arc<BlobDesk>,
    record: Arc<PackBlob>,
    place: Place,
    opened: OnceLock<Arc<dyn ReadAt>>,
}

impl EncodedBlob {
    pub(super) fn new(desk: Arc<BlobDesk>, record: Arc<PackBlob>, place: Place) -> Self {
        Self {
            desk,
            record,
            place,
            opened: OnceLock::new(),
        }
    }

    fn open(&self) -> io::Result<&Arc<dyn ReadAt>> {
        if let Some(octets) = self.opened.get() {
            return Ok(octets);
        }
        let (desk, record, id) = (self.desk.clone(), self.record.clone(), self.place.id);
        let opened = wait_for(async move { desk.open(id, record).await })?;
        let octets = opened.map_err(|outage| match outage {
            Outage::Full => io::Error::from(io::ErrorKind::StorageFull),
            Outage::Broken(_) => io::Error::other(outage),
        })?;
        Ok(self.opened.get_or_init(|| octets))
    }
}

impl ReadAt for EncodedBlob {
    fn octets(&self) -> u64 {
        self.place.message_octets()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || offset >= self.octets() {
            return Ok(0);
        }
        self.open()?.read_at(offset, buffer)
    }

    fn as_bytes(&self) -> Option<Bytes> {
        self.opened.get()?.as_bytes()
    }
}

/// Runs something async to its end from where nothing may be awaited. On a runtime with several
/// threads the others take over what this one would have done; anywhere else a thread of its own
/// runs it.
fn wait_for<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> io::Result<T> {
    if let Ok(handle) = Handle::try_current()
        && handle.runtime_flavor() == RuntimeFlavor::MultiThread
    {
        return Ok(tokio::task::block_in_place(|| handle.block_on(work)));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let thread = std::thread::Builder::new().name("storage-decode".into());
    let thread = thread.spawn(move || runtime.block_on(work))?;
    let joined = thread.join();
    joined.map_err(|_| io::Error::other("the thread that decoded a message panicked"))
}
