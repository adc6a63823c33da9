//! The blob of a storage plugin as two streams.

use crate::host::blob_io;
use std::io::{self, Read, Write};

/// Octets that are exchanged with the server at once. A larger buffer saves calls and costs memory.
const BUFFER_OCTETS: usize = 64 * 1024;

/// The blob as it comes in.
#[derive(Debug)]
pub struct Reader {
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Reader {
    pub(crate) const fn new() -> Self {
        Self {
            buffer: Vec::new(),
            at: 0,
            ended: false,
        }
    }

    /// The next octets as they come, at most `max` and at most 1 MiB; empty at the end only. Copies
    /// less than [`Read::read`].
    pub fn next_octets(&mut self, max: usize) -> Vec<u8> {
        if self.at < self.buffer.len() {
            let end = self.buffer.len().min(self.at + max);
            let octets = self.buffer.get(self.at..end).unwrap_or_default().to_vec();
            self.at = end;
            return octets;
        }
        if self.ended {
            return Vec::new();
        }
        let octets = blob_io::read(u32::try_from(max).unwrap_or(u32::MAX));
        self.ended = octets.is_empty() && max > 0;
        octets
    }

    /// Exactly `n` octets, fewer only at the end.
    pub fn chunk(&mut self, n: usize) -> Vec<u8> {
        let mut chunk = self.next_octets(n);
        while chunk.len() < n {
            let more = self.next_octets(n - chunk.len());
            if more.is_empty() {
                break;
            }
            chunk.extend_from_slice(&more);
        }
        chunk
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.buffer.len() {
            self.buffer = self.next_octets(BUFFER_OCTETS);
            self.at = 0;
        }
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let n = rest.len().min(into.len());
        for (slot, octet) in into.iter_mut().zip(rest) {
            *slot = *octet;
        }
        self.at += n;
        Ok(n)
    }
}

/// The blob as it goes out. What the server cannot take ends the call; writing never answers an
/// error.
#[derive(Debug)]
pub struct Writer {
    buffer: Vec<u8>,
    written: u64,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self {
            buffer: Vec::new(),
            written: 0,
        }
    }

    /// Gives octets out.
    pub fn put(&mut self, octets: &[u8]) {
        self.written += octets.len() as u64;
        if self.buffer.len() + octets.len() < BUFFER_OCTETS {
            self.buffer.extend_from_slice(octets);
            return;
        }
        self.send();
        if octets.len() < BUFFER_OCTETS {
            self.buffer.extend_from_slice(octets);
        } else {
            blob_io::write(octets);
        }
    }

    /// Gives out all that is left of `input`, as it is.
    pub fn copy(&mut self, input: &mut Reader) {
        loop {
            let octets = input.next_octets(BUFFER_OCTETS);
            if octets.is_empty() {
                return;
            }
            self.put(&octets);
        }
    }

    /// Octets given out so far.
    #[must_use]
    pub const fn written(&self) -> u64 {
        self.written
    }

    pub(crate) fn send(&mut self) {
        if !self.buffer.is_empty() {
            blob_io::write(&self.buffer);
            self.buffer.clear();
        }
    }
}

impl Write for Writer {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.put(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send();
        Ok(())
    }
}
