//! A storage plugin that compresses blobs at rest with DEFLATE and a dictionary of what mail is made
//! of. See README.md.

pub mod deflate;
pub mod settings;

use deflate::{Compressor, MAIL_1, decompress};
use settings::Settings;
use std::io::Read;
use waxseal_plugin_sdk::storage::{Attributes, BlobMeta, Reader, Storage, Writer, bad_attributes};
use waxseal_plugin_sdk::{Error, config, metrics, storage};

/// Octets that are read at once; the first ones decide whether compressing is worth it.
const CHUNK_OCTETS: usize = 64 * 1024;

/// The plugin.
pub struct Compress {
    settings: Settings,
}

storage!(Compress);

impl Storage for Compress {
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
        if u64::from(meta.size) < self.settings.min_octets {
            output.copy(input);
            return Ok(stored());
        }
        let dictionary = if self.settings.dictionary {
            MAIL_1
        } else {
            b""
        };
        let first = input.chunk(CHUNK_OCTETS);
        let mut next = input.chunk(CHUNK_OCTETS);
        let mut compressor = Compressor::new(self.settings.level, dictionary).map_err(broken)?;
        compressor.add(&first).map_err(broken)?;
        let small = |octets: usize| {
            let percent = 100 - self.settings.min_gain as usize;
            octets.saturating_mul(100) <= first.len().saturating_mul(percent)
        };
        if next.is_empty() {
            let all = compressor.finish().map_err(broken)?;
            if !small(all.len()) {
                output.put(&first);
                return Ok(stored());
            }
            output.put(&all);
        } else {
            if !small(compressor.flushed_octets().map_err(broken)?) {
                output.put(&first);
                output.put(&next);
                output.copy(input);
                return Ok(stored());
            }
            while !next.is_empty() {
                compressor.add(&next).map_err(broken)?;
                output.put(&compressor.take());
                next = input.chunk(CHUNK_OCTETS);
            }
            output.put(&compressor.finish().map_err(broken)?);
        }
        let saved = u64::from(meta.size).saturating_sub(output.written());
        metrics::count(
            "saved_octets_total",
            u32::try_from(saved).unwrap_or(u32::MAX),
            &[],
        );
        let dictionary = if self.settings.dictionary {
            "mail-1"
        } else {
            "none"
        };
        Ok(attributes(&[
            ("method", "deflate"),
            ("dictionary", dictionary),
        ]))
    }

    fn decode(
        &mut self,
        meta: &BlobMeta,
        input: &mut Reader,
        output: &mut Writer,
    ) -> Result<(), Error> {
        match meta.attribute("method") {
            Some("stored") => {
                output.copy(input);
                return Ok(());
            }
            Some("deflate") => {}
            Some(other) => {
                return Err(bad_attributes(&format!(
                    "name the method {other:?}, which is newer"
                )));
            }
            None => {
                return Err(bad_attributes(
                    "name no method: the blob was not written by this plugin",
                ));
            }
        }
        let dictionary = match meta.attribute("dictionary") {
            Some("mail-1") => MAIL_1,
            Some("none") => b"",
            _ => return Err(bad_attributes("name a dictionary that is not known")),
        };
        let mut decompressed = decompress(input, dictionary).map_err(corrupt)?;
        let mut buffer = vec![0; CHUNK_OCTETS];
        loop {
            let n = decompressed.read(&mut buffer).map_err(corrupt)?;
            let octets = buffer.get(..n).unwrap_or_default();
            if output.written() + n as u64 > u64::from(meta.size) {
                return Err(Error::new("corrupt", "it decompresses to more than it was"));
            }
            if octets.is_empty() {
                break;
            }
            output.put(octets);
        }
        let whole = output.written() == u64::from(meta.size);
        let short = || Error::new("corrupt", "it decompresses to less than it was");
        whole.then_some(()).ok_or_else(short)
    }
}

fn stored() -> Attributes {
    metrics::count("stored_total", 1, &[]);
    attributes(&[("method", "stored")])
}

fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    let pairs = pairs.iter();
    pairs
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn corrupt(error: std::io::Error) -> Error {
    Error::new("corrupt", format!("it does not decompress: {error}"))
}

fn broken(error: std::io::Error) -> Error {
    Error::new("compressor", error.to_string())
}

#[cfg(test)]
mod tests;
