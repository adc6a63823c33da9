//! Codecs and a holder in memory, some of which misbehave.

use crate::ReadAt;
use crate::blob_codec::{Attributes, BlobCodecs, BlobError, BlobMeta, BlobRole, Held};
use crate::read_at::read_all;
use crate::spool::SpoolWriter;
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Codecs: `xor` (over a key made of account and name), `reverse`, `broken` (always fails), `lossy`
/// (forgets the last octet), `silent` (writes nothing). A holder: `shelf`.
#[derive(Default)]
pub struct MemoryCodecs {
    gone: Mutex<BTreeSet<String>>,
    shelf: Mutex<BTreeMap<String, Vec<u8>>>,
    encoded: AtomicUsize,
    decoded: AtomicUsize,
    only_for: Mutex<Option<String>>,
}

const CODECS: [&str; 5] = ["xor", "reverse", "broken", "lossy", "silent"];
const HOLDER: &str = "shelf";

impl MemoryCodecs {
    /// As if a plugin had been taken out of the configuration.
    pub fn remove(&self, name: &str) {
        self.gone().insert(name.to_owned());
    }

    /// As if it had been put back.
    pub fn restore(&self, name: &str) {
        self.gone().remove(name);
    }

    /// As if all were plugins of a tenant with this one account.
    pub fn keep_for(&self, account: &str) {
        *self.only_for() = Some(account.to_owned());
    }

    fn only_for(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.only_for.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls of `encode` so far.
    pub fn encoded(&self) -> usize {
        self.encoded.load(Ordering::SeqCst)
    }

    /// Calls of `decode` so far.
    pub fn decoded(&self) -> usize {
        self.decoded.load(Ordering::SeqCst)
    }

    /// What the holder has, by its keys.
    pub fn shelf(&self) -> BTreeMap<String, Vec<u8>> {
        self.shelf
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes what the holder has under a key.
    pub fn tamper(&self, key: &str, octets: Vec<u8>) {
        self.open_shelf().insert(key.to_owned(), octets);
    }

    fn open_shelf(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gone(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, name: &str, wanted: BlobRole) -> Result<(), BlobError> {
        match self.role(name) {
            Some(role) if role == wanted => Ok(()),
            _ => Err(BlobError::Missing(name.to_owned())),
        }
    }
}

fn failed(name: &str, reason: impl ToString) -> BlobError {
    BlobError::Failed {
        name: name.to_owned(),
        reason: reason.to_string(),
    }
}

fn read(name: &str, octets: &dyn ReadAt) -> Result<Vec<u8>, BlobError> {
    let octets = read_all(octets).map_err(|error| failed(name, error))?;
    Ok(octets.to_vec())
}

fn write(
    name: &str,
    octets: &[u8],
    mut sink: Box<dyn SpoolWriter>,
) -> Result<Arc<dyn ReadAt>, BlobError> {
    for piece in octets.chunks(10_000) {
        sink.write(piece)
            .map_err(|error| BlobError::sink(name, &error))?;
    }
    sink.finish().map_err(|error| BlobError::sink(name, &error))
}

/// Changes octets to and fro.
fn xor(octets: &mut [u8], meta: &BlobMeta) {
    let key = format!("{:?}{}", meta.account, meta.id);
    for (octet, key) in octets.iter_mut().zip(key.bytes().cycle()) {
        *octet ^= key | 0x80;
    }
}

#[async_trait]
impl BlobCodecs for MemoryCodecs {
    fn role(&self, name: &str) -> Option<BlobRole> {
        if self.gone().contains(name) {
            None
        } else if CODECS.contains(&name) {
            Some(BlobRole::Codec)
        } else {
            (name == HOLDER).then_some(BlobRole::Holder)
        }
    }

    fn is_for(&self, _codec: &str, account: Option<&str>) -> bool {
        let only = self.only_for();
        only.is_none() || only.as_deref() == account
    }

    async fn encode(
        &self,
        codec: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<(Attributes, Arc<dyn ReadAt>), BlobError> {
        self.check(codec, BlobRole::Codec)?;
        self.encoded.fetch_add(1, Ordering::SeqCst);
        let mut octets = read(codec, octets.as_ref())?;
        match codec {
            "xor" => xor(&mut octets, &meta),
            "reverse" => octets.reverse(),
            "lossy" => octets.truncate(octets.len().saturating_sub(1)),
            "silent" => octets.clear(),
            _ => return Err(failed(codec, "it is broken")),
        }
        let attributes = vec![("made-by".to_owned(), codec.to_owned())];
        Ok((attributes, write(codec, &octets, sink)?))
    }

    async fn decode(
        &self,
        codec: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<Arc<dyn ReadAt>, BlobError> {
        self.check(codec, BlobRole::Codec)?;
        self.decoded.fetch_add(1, Ordering::SeqCst);
        if meta.attributes != [("made-by".to_owned(), codec.to_owned())] {
            return Err(failed(codec, "its attributes were lost"));
        }
        let mut octets = read(codec, octets.as_ref())?;
        match codec {
            "xor" => xor(&mut octets, &meta),
            "reverse" => octets.reverse(),
            _ => {}
        }
        if octets.len() as u64 != meta.octets {
            return Err(failed(codec, "it wrote another number of octets"));
        }
        write(codec, &octets, sink)
    }

    async fn put(
        &self,
        holder: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
    ) -> Result<String, BlobError> {
        self.check(holder, BlobRole::Holder)?;
        let octets = read(holder, octets.as_ref())?;
        let key = format!("blobs/{}", meta.id);
        self.open_shelf().insert(key.clone(), octets);
        Ok(key)
    }

    async fn get(
        &self,
        holder: &str,
        held: Held,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<Arc<dyn ReadAt>, BlobError> {
        self.check(holder, BlobRole::Holder)?;
        let octets = self.open_shelf().get(&held.key).cloned();
        let octets = octets.ok_or_else(|| failed(holder, "it has no such key"))?;
        if octets.len() as u64 != held.octets {
            return Err(failed(holder, "it wrote another number of octets"));
        }
        write(holder, &octets, sink)
    }

    async fn delete(&self, holder: &str, key: &str) -> Result<(), BlobError> {
        self.check(holder, BlobRole::Holder)?;
        self.open_shelf().remove(key);
        Ok(())
    }
}
