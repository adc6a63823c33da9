//! DEFLATE (RFC 1951) with a dictionary.
//!
//! The dictionary is compressed first and its octets are thrown away, up to a boundary of octets (a
//! flush); what follows refers back to it. To read that, the decompressor is given the dictionary as
//! a stored block. So what rests on the disk depends on the dictionary's octets, not on the
//! compressor that wrote it.

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{self, Cursor, Read, Write};

/// What mail is made of, as it will stay for ever: blobs on the disk refer to its octets.
pub const MAIL_1: &[u8] = include_bytes!("../dictionary/mail-1.txt");

/// A compressor that hands out what it has when it is asked.
pub struct Compressor(DeflateEncoder<Vec<u8>>);

impl Compressor {
    /// Begins; `level` is 1 (quick) to 9 (small).
    ///
    /// # Errors
    /// Never with a `Vec` behind it.
    pub fn new(level: u32, dictionary: &[u8]) -> io::Result<Self> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
        if !dictionary.is_empty() {
            encoder.write_all(dictionary)?;
            encoder.flush()?;
            encoder.get_mut().clear();
        }
        Ok(Self(encoder))
    }

    /// Takes octets.
    ///
    /// # Errors
    /// Never with a `Vec` behind it.
    pub fn add(&mut self, octets: &[u8]) -> io::Result<()> {
        self.0.write_all(octets)
    }

    /// Octets that the input so far came to.
    ///
    /// # Errors
    /// Never with a `Vec` behind it.
    pub fn flushed_octets(&mut self) -> io::Result<usize> {
        self.0.flush()?;
        Ok(self.0.get_ref().len())
    }

    /// What is ready.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.0.get_mut())
    }

    /// The rest.
    ///
    /// # Errors
    /// Never with a `Vec` behind it.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        self.0.finish()
    }
}

/// What `compressed` was before.
///
/// # Errors
/// When it is not what a compressor wrote.
pub fn decompress<R: Read>(compressed: R, dictionary: &[u8]) -> io::Result<impl Read> {
    let mut decoder = DeflateDecoder::new(Cursor::new(stored(dictionary)).chain(compressed));
    let mut known = vec![0; dictionary.len()];
    decoder.read_exact(&mut known)?;
    Ok(decoder)
}

/// The octets as a stored block that others follow (RFC 1951, section 3.2.4).
fn stored(octets: &[u8]) -> Vec<u8> {
    let Ok(length) = u16::try_from(octets.len()) else {
        return Vec::new();
    };
    if length == 0 {
        return Vec::new();
    }
    let mut block = vec![0];
    block.extend(length.to_le_bytes());
    block.extend((!length).to_le_bytes());
    block.extend(octets);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn there_and_back(octets: &[u8], dictionary: &[u8]) -> usize {
        let mut compressor = Compressor::new(6, dictionary).unwrap();
        let mut compressed = Vec::new();
        for piece in octets.chunks(1000) {
            compressor.add(piece).unwrap();
            compressed.extend(compressor.take());
        }
        compressed.extend(compressor.finish().unwrap());
        let mut out = Vec::new();
        decompress(&compressed[..], dictionary)
            .unwrap()
            .read_to_end(&mut out)
            .unwrap();
        assert!(out == octets);
        compressed.len()
    }

    #[test]
    fn what_is_compressed_comes_back() {
        let noise: Vec<u8> = (0..100_000_u32)
            .map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1])
            .collect();
        for dictionary in [&b""[..], b"x", MAIL_1] {
            for text in [&b""[..], b"x", &noise, &MAIL_1.repeat(40)] {
                there_and_back(text, dictionary);
            }
        }
    }

    #[test]
    fn a_dictionary_helps_short_mail() {
        let mail = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=\"utf-8\"\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\nDear Bob,\r\n";
        let (without, with) = (there_and_back(mail, b""), there_and_back(mail, MAIL_1));
        assert!(with * 2 < without, "{with} {without}");
    }

    #[test]
    fn the_dictionary_never_changes() {
        assert!(MAIL_1.len() < 32 * 1024);
        let sum = MAIL_1
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
                (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
            });
        assert_eq!(format!("{sum:016x}"), "2339ec3d2c03649d");
    }
}
