//! A storage holder that keeps blobs in a second place, over plain HTTP or S3. See README.md.

pub mod hash;
pub mod key;
pub mod settings;
pub mod signature;
pub mod store;

use key::Key;
use settings::Settings;
use sha2::{Digest, Sha256};
use store::Store;
use waxseal_plugin_sdk::digest::hex;
use waxseal_plugin_sdk::holder::{BlobMeta, Holder, Reader, Writer};
use waxseal_plugin_sdk::{Error, config, holder, metrics};

/// Octets of one response (a limit of the server).
const RESPONSE_MAX: u64 = 4 << 20;
/// Octets that are read at once.
const PIECE: usize = 1 << 20;

/// The plugin.
pub struct Mirror {
    store: Store,
}

holder!(Mirror);

impl Holder for Mirror {
    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        let store = Store::new(settings)?;
        Ok(Self { store })
    }

    fn put(&mut self, meta: &BlobMeta, input: &mut Reader) -> Result<String, Error> {
        if meta.size > self.store.max_octets() {
            let message = format!("{} octets are more than `max_size` allows", meta.size);
            return Err(Error::new("too-large", message));
        }
        let mut octets = Vec::with_capacity(meta.size as usize);
        loop {
            let piece = input.next_octets(PIECE);
            if piece.is_empty() {
                break;
            }
            octets.extend_from_slice(&piece);
        }
        let key = Key::new(&meta.id, &hash::sha256(&octets), octets.len() as u64);
        self.store.put(&key.object, octets)?;
        metrics::count("kept_total", 1, &[]);
        Ok(key.to_text())
    }

    fn get(&mut self, key: &str, output: &mut Writer) -> Result<(), Error> {
        let key = parse(key)?;
        let mut hash = Sha256::new();
        let mut at = 0;
        loop {
            let end = key.size.min(at + RESPONSE_MAX);
            let octets = self.store.get(&key.object, at, end)?;
            if octets.len() as u64 > end - at {
                break;
            }
            at += octets.len() as u64;
            hash.update(&octets);
            output.put(&octets);
            if octets.is_empty() || at == key.size {
                break;
            }
        }
        if at != key.size || hex(&hash.finalize()) != key.digest {
            metrics::count("damaged_total", 1, &[]);
            return Err(Error::new(
                "damaged",
                "the store gave other octets than it was given",
            ));
        }
        Ok(())
    }

    fn delete(&mut self, key: &str) -> Result<(), Error> {
        self.store.delete(&parse(key)?.object)
    }
}

fn parse(key: &str) -> Result<Key, Error> {
    Key::parse(key).ok_or_else(|| Error::new("bad-key", "this plugin never answered such a key"))
}

#[cfg(test)]
mod tests;
