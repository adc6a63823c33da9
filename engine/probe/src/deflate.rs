//! Raw DEFLATE in both directions, for IMAP COMPRESS (RFC 4978).

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

/// The two states of a compressed connection.
pub(crate) struct Deflate {
    out: Compress,
    r#in: Decompress,
}

impl Deflate {
    /// Fresh states with the window RFC 4978 §3 asks for.
    pub(crate) fn new() -> Self {
        Self {
            out: Compress::new(Compression::default(), false),
            r#in: Decompress::new(false),
        }
    }

    /// Compresses `octets` and flushes, so that the other side can read them now.
    pub(crate) fn pack(&mut self, octets: &[u8]) -> Option<Vec<u8>> {
        let mut packed = Vec::with_capacity(octets.len() + 64);
        let before = self.out.total_in();
        loop {
            let done = usize::try_from(self.out.total_in() - before).ok()?;
            let rest = octets.get(done..)?;
            self.out
                .compress_vec(rest, &mut packed, FlushCompress::Sync)
                .ok()?;
            let done = usize::try_from(self.out.total_in() - before).ok()?;
            if done == octets.len() && packed.len() < packed.capacity() {
                return Some(packed);
            }
            packed.reserve(256);
        }
    }

    /// Decompresses `octets` behind `into`, at most `room` octets; `None` when there is more, or when
    /// it is not DEFLATE.
    pub(crate) fn unpack(&mut self, octets: &[u8], into: &mut Vec<u8>, room: usize) -> Option<()> {
        let start = into.len();
        let before = self.r#in.total_in();
        loop {
            let done = usize::try_from(self.r#in.total_in() - before).ok()?;
            let rest = octets.get(done..)?;
            into.reserve(4_096);
            let capacity = into.capacity();
            self.r#in
                .decompress_vec(rest, into, FlushDecompress::Sync)
                .ok()?;
            if into.len() - start > room {
                return None;
            }
            let done = usize::try_from(self.r#in.total_in() - before).ok()?;
            if done == octets.len() && into.len() < capacity {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_again() {
        let (mut one, mut other) = (Deflate::new(), Deflate::new());
        for text in ["a1 NOOP\r\n".to_owned(), "x".repeat(20_000)] {
            let packed = one.pack(text.as_bytes()).unwrap();
            let mut out = Vec::new();
            other.unpack(&packed, &mut out, 1_000_000).unwrap();
            assert_eq!(out, text.as_bytes());
        }
    }

    #[test]
    fn a_bomb_ends_early() {
        let packed = Deflate::new().pack(&vec![0; 5_000_000]).unwrap();
        assert!(packed.len() < 20_000);
        let mut out = Vec::new();
        assert_eq!(Deflate::new().unpack(&packed, &mut out, 100_000), None);
        assert!(out.len() < 200_000);
    }
}
