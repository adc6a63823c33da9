//! A storage plugin that encrypts blobs at rest, for each account with a key of its own that the
//! server derives and never gives out. See README.md.

pub mod form;
pub mod settings;

use form::{CHUNK_OCTETS, Form, Sealing};
use settings::Settings;
use waxseal_plugin_sdk::aead::TAG_OCTETS;
use waxseal_plugin_sdk::storage::{Attributes, BlobMeta, Reader, Storage, Writer};
use waxseal_plugin_sdk::{Error, config, metrics, storage};

/// The plugin.
pub struct Seal {
    settings: Settings,
}

storage!(Seal);

impl Storage for Seal {
    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        Ok(Self { settings })
    }

    fn encode(
        &mut self,
        meta: &BlobMeta,
        input: &mut Reader,
        output: &mut Writer,
    ) -> Result<Attributes, Error> {
        if !self.settings.seals(meta.account.as_deref()) {
            output.copy(input);
            return Ok(Form::Plain.to_attributes());
        }
        let sealing = Sealing::new(&self.settings.key, meta);
        let key = sealing.key();
        each_chunk(input, CHUNK_OCTETS, |number, last, plain| {
            let associated = sealing.associated(number, last);
            output.put(&key.seal(&sealing.nonce(number), &associated, plain)?);
            Ok(())
        })?;
        metrics::count("sealed_total", 1, &[]);
        Ok(Form::Sealed(sealing).to_attributes())
    }

    fn decode(
        &mut self,
        meta: &BlobMeta,
        input: &mut Reader,
        output: &mut Writer,
    ) -> Result<(), Error> {
        let sealing = match Form::parse(meta)? {
            Form::Plain => {
                output.copy(input);
                return Ok(());
            }
            Form::Sealed(sealing) => sealing,
        };
        let key = sealing.key();
        each_chunk(input, CHUNK_OCTETS + TAG_OCTETS, |number, last, sealed| {
            let associated = sealing.associated(number, last);
            let opened = key.open(&sealing.nonce(number), &associated, sealed);
            if opened.is_err() {
                metrics::count("refused_total", 1, &[]);
            }
            output.put(&opened?);
            Ok(())
        })
    }
}

/// Gives `act` the chunks in order, with their numbers and whether each is the last; an empty blob is
/// one empty chunk.
fn each_chunk(
    input: &mut Reader,
    octets: usize,
    mut act: impl FnMut(u64, bool, &[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut chunk = input.chunk(octets);
    for number in 0.. {
        let next = input.chunk(octets);
        act(number, next.is_empty(), &chunk)?;
        if next.is_empty() {
            break;
        }
        chunk = next;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
