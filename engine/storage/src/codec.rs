//! The compact form of values that the database keeps as they are: little more than numbers of
//! variable length and octets behind their count.

mod envelope;
mod facts;
mod kept;
mod progress;
mod trace;

pub(crate) use envelope::QueueEntry;
pub(crate) use facts::{decode_facts, encode_facts};
pub(crate) use progress::{Attempt, Progress};
pub(crate) use trace::{decode_trace, encode_trace};

/// The stored form is damaged or of a newer version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored value could not be decoded")]
pub(crate) struct Undecodable;

/// Writes values one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Encoder(Vec<u8>);

impl Encoder {
    /// Starts with a version octet.
    pub(crate) fn new(version: u8) -> Self {
        Self(vec![version])
    }

    /// Seven bits an octet, least significant first (LEB128).
    pub(crate) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
            value >>= 7;
        }
        self.0.push(u8::try_from(value).unwrap_or(0));
    }

    /// Small magnitudes of either sign stay short.
    pub(crate) fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    pub(crate) fn count(&mut self, count: usize) {
        self.number(u64::try_from(count).unwrap_or(u64::MAX));
    }

    pub(crate) fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }

    pub(crate) fn octets(&mut self, octets: &[u8]) {
        self.count(octets.len());
        self.0.extend_from_slice(octets);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.octets(text.as_bytes());
    }

    pub(crate) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads what an [`Encoder`] wrote. Never allocates by an announced count.
#[derive(Debug)]
pub(crate) struct Decoder<'a>(&'a [u8]);

impl<'a> Decoder<'a> {
    /// Checks the version octet.
    pub(crate) fn new(octets: &'a [u8], version: u8) -> Result<Self, Undecodable> {
        match octets.split_first() {
            Some((found, rest)) if *found == version => Ok(Self(rest)),
            _ => Err(Undecodable),
        }
    }

    fn octet(&mut self) -> Result<u8, Undecodable> {
        let (first, rest) = self.0.split_first().ok_or(Undecodable)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn number(&mut self) -> Result<u64, Undecodable> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let octet = self.octet()?;
            value |= u64::from(octet & 0x7f) << shift;
            if octet < 0x80 {
                return Ok(value);
            }
        }
        Err(Undecodable)
    }

    pub(crate) fn signed(&mut self) -> Result<i64, Undecodable> {
        let value = self.number()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    pub(crate) fn small<T: TryFrom<u64>>(&mut self) -> Result<T, Undecodable> {
        T::try_from(self.number()?).map_err(|_| Undecodable)
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Undecodable> {
        match self.octet()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Undecodable),
        }
    }

    pub(crate) fn octets(&mut self) -> Result<&'a [u8], Undecodable> {
        let count: usize = self.small()?;
        let (octets, rest) = self.0.split_at_checked(count).ok_or(Undecodable)?;
        self.0 = rest;
        Ok(octets)
    }

    pub(crate) fn text(&mut self) -> Result<String, Undecodable> {
        let text = std::str::from_utf8(self.octets()?).map_err(|_| Undecodable)?;
        Ok(text.to_owned())
    }

    pub(crate) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Undecodable>,
    ) -> Result<Option<T>, Undecodable> {
        if self.flag()? {
            read(self).map(Some)
        } else {
            Ok(None)
        }
    }

    pub(crate) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Undecodable>,
    ) -> Result<Vec<T>, Undecodable> {
        let count: usize = self.small()?;
        // Every element takes an octet at least.
        if count > self.0.len() {
            return Err(Undecodable);
        }
        (0..count).map(|_| read(self)).collect()
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), Undecodable> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Undecodable)
        }
    }
}
