//! A message as lines, through a window.

use bytes::Bytes;
use std::io;
use waxseal_ports::ReadAt;

/// Octets in memory at a time; a longer line comes in pieces.
const WINDOW_OCTETS: usize = 64 * 1024;

/// Reads a message line by line. Octets that lie in memory already are not copied.
pub(crate) struct Lines<'a> {
    source: &'a dyn ReadAt,
    buffer: Buffer,
    /// Where the next line starts in the buffer, and where the octets read so far end.
    at: usize,
    filled: usize,
    /// Offset in the message of the buffer's first octet.
    base: u64,
    /// Nothing is left behind the buffer.
    exhausted: bool,
    starts_line: bool,
}

enum Buffer {
    Whole(Bytes),
    Window(Vec<u8>),
}

/// A line with its line end, or a piece of one that is longer than the window.
pub(crate) struct Piece<'b> {
    pub(crate) octets: &'b [u8],
    /// Offset of its first octet in the message.
    pub(crate) offset: u64,
    /// Whether it begins a line.
    pub(crate) starts_line: bool,
}

impl Piece<'_> {
    /// Offset of the octet after it.
    pub(crate) fn end(&self) -> u64 {
        self.offset + octets(self.octets.len())
    }

    /// Whether a line ends with it.
    pub(crate) fn ends_line(&self) -> bool {
        self.octets.last() == Some(&b'\n')
    }

    /// Whether it is an empty line.
    pub(crate) fn is_blank(&self) -> bool {
        self.starts_line && matches!(self.octets, b"\r\n" | b"\n")
    }

    /// Octets of the line end: 2, 1 or 0.
    pub(crate) fn line_end_octets(&self) -> u64 {
        match self.octets {
            [.., b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => 0,
        }
    }
}

/// A length as a count of octets.
pub(crate) fn octets(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl<'a> Lines<'a> {
    pub(crate) fn new(source: &'a dyn ReadAt) -> Self {
        let (buffer, filled, exhausted) = match source.as_bytes() {
            Some(whole) => {
                let filled = whole.len();
                (Buffer::Whole(whole), filled, true)
            }
            None => {
                let octets = usize::try_from(source.octets()).unwrap_or(usize::MAX);
                // One more than there is, so that a short message is read in one go.
                let window = octets.saturating_add(1).min(WINDOW_OCTETS);
                (Buffer::Window(vec![0; window]), 0, false)
            }
        };
        Self {
            source,
            buffer,
            at: 0,
            filled,
            base: 0,
            exhausted,
            starts_line: true,
        }
    }

    /// The next line or piece; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        let mut searched = 0;
        let length = loop {
            let ready = self.buffer.get(self.at, self.filled);
            let unsearched = ready.get(searched..).unwrap_or_default();
            if let Some(found) = memchr::memchr(b'\n', unsearched) {
                break searched + found + 1;
            }
            searched = ready.len();
            if self.exhausted || !self.refill()? {
                break searched;
            }
        };
        if length == 0 {
            return Ok(None);
        }
        let (start, starts_line) = (self.at, self.starts_line);
        self.at += length;
        let piece = Piece {
            octets: self.buffer.get(start, self.at),
            offset: self.base + octets(start),
            starts_line,
        };
        self.starts_line = piece.ends_line();
        Ok(Some(piece))
    }

    /// Moves what is left to the front and reads behind it; `false` if the window was full of it.
    fn refill(&mut self) -> io::Result<bool> {
        let Buffer::Window(window) = &mut self.buffer else {
            return Ok(false);
        };
        if self.at > 0 {
            window.copy_within(self.at..self.filled, 0);
            self.base += octets(self.at);
            self.filled -= self.at;
            self.at = 0;
        }
        let offset = self.base + octets(self.filled);
        let room = window.get_mut(self.filled..).unwrap_or_default();
        if room.is_empty() {
            return Ok(false);
        }
        let read = self.source.read_at(offset, room)?;
        self.filled += read;
        self.exhausted = read == 0;
        Ok(true)
    }
}

impl Buffer {
    fn get(&self, start: usize, end: usize) -> &[u8] {
        let octets = match self {
            Self::Whole(whole) => &whole[..],
            Self::Window(window) => &window[..],
        };
        octets.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use waxseal_ports::draft::Joined;

    /// All pieces, through the window and from memory, must be the same lines.
    #[track_caller]
    fn check(message: Vec<u8>) {
        let whole = Bytes::from(message.clone());
        let windowed = Joined {
            head: Bytes::copy_from_slice(&message[..message.len() / 3]),
            tail: Arc::new(Bytes::copy_from_slice(&message[message.len() / 3..])),
        };
        let mut lines = Lines::new(&windowed);
        let mut joined = Vec::new();
        while let Some(piece) = lines.next().unwrap() {
            assert_eq!(piece.offset, octets(joined.len()));
            let at_start = joined.last().is_none_or(|b| *b == b'\n');
            assert_eq!(piece.starts_line, at_start);
            let breaks = memchr::memchr_iter(b'\n', piece.octets).count();
            assert!(breaks <= 1 && (breaks == 1) == piece.ends_line());
            joined.extend_from_slice(piece.octets);
        }
        assert_eq!(joined, message);
        let mut lines = Lines::new(&whole);
        let mut count = 0;
        while lines.next().unwrap().is_some() {
            count += 1;
        }
        assert_eq!(count, message.split_inclusive(|b| *b == b'\n').count());
    }

    #[test]
    fn lines_are_whole_or_pieces() {
        check(Vec::new());
        check(b"no end".to_vec());
        check(b"one\r\ntwo\n\n\r\nthree".to_vec());
        check([vec![b'x'; 200_000], b"\r\n".to_vec(), vec![b'y'; 70_000]].concat());
        let line = [vec![b'z'; 997], b"\r\n".to_vec()].concat();
        check(line.repeat(300));
    }
}
