//! Several runs of octets read as one, so that a returned message is not copied.

use std::io;
use std::sync::Arc;
use waxseal_ports::ReadAt;

/// Pieces one after the other.
pub(super) struct Concatenation {
    pieces: Vec<Arc<dyn ReadAt>>,
}

impl Concatenation {
    pub(super) fn new(pieces: Vec<Arc<dyn ReadAt>>) -> Self {
        Self { pieces }
    }
}

impl ReadAt for Concatenation {
    fn octets(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.octets()).sum()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut at = offset;
        let mut filled = 0;
        for piece in &self.pieces {
            let octets = piece.octets();
            while at < octets && filled < buffer.len() {
                let rest = buffer.get_mut(filled..).unwrap_or_default();
                match piece.read_at(at, rest)? {
                    0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                    read => {
                        filled += read;
                        at += u64::try_from(read).unwrap_or(u64::MAX);
                    }
                }
            }
            at = at.saturating_sub(octets);
        }
        Ok(filled)
    }
}
