//! Puts commands together from octets as they come: lines, and the literals between them.

use crate::grammar::append::{Waiting, announced_literal};

/// Memory kept between commands.
const KEPT_OCTETS: usize = 512;

/// A command that is arriving.
#[derive(Debug, Default)]
pub(crate) struct Receiver {
    /// Lines and literals as sent.
    buffer: Vec<u8>,
    /// Octets of the literal under way that are still to come.
    literal_left: usize,
    /// Where the line under way begins in `buffer`.
    line_start: usize,
}

/// What has arrived.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// Nothing complete yet; all input was taken.
    More,
    /// The last line of a command; its CRLF is taken off.
    Command,
    /// A line that announces a literal; its CRLF is in the buffer.
    Literal(u64, Waiting),
    /// More than is allowed.
    TooLong,
}

/// How much may arrive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) line_octets_max: usize,
    pub(crate) command_octets_max: usize,
}

impl Receiver {
    /// Takes octets from the front of `input`, to the end of a line or of `input`. A line ends with
    /// CRLF; a lone LF is taken for it, since nothing in IMAP hangs on the difference.
    pub(crate) fn receive(&mut self, input: &mut &[u8], bounds: Bounds) -> Received {
        if self.literal_left > 0 {
            let (taken, rest) = input.split_at(self.literal_left.min(input.len()));
            self.buffer.extend_from_slice(taken);
            self.literal_left -= taken.len();
            self.line_start = self.buffer.len();
            *input = rest;
            if self.literal_left > 0 {
                return Received::More;
            }
        }
        let end = memchr::memchr(b'\n', input);
        let (taken, rest) = input.split_at(end.map_or(input.len(), |at| at + 1));
        *input = rest;
        let line_octets = self.buffer.len() - self.line_start + taken.len();
        if line_octets > bounds.line_octets_max
            || self.buffer.len() + taken.len() > bounds.command_octets_max
        {
            return Received::TooLong;
        }
        self.buffer.extend_from_slice(taken);
        if end.is_none() {
            return Received::More;
        }
        let line = self.buffer.get(self.line_start..).unwrap_or_default();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some((octets, waiting)) = announced_literal(line) {
            return Received::Literal(octets, waiting);
        }
        self.buffer.truncate(self.line_start + line.len());
        Received::Command
    }

    /// Lets the announced literal of so many octets into the command.
    pub(crate) fn accept_literal(&mut self, octets: usize) {
        self.literal_left = octets;
        self.line_start = self.buffer.len();
    }

    /// What has arrived of the command.
    pub(crate) fn octets(&self) -> &[u8] {
        &self.buffer
    }

    /// Whether a command is under way.
    pub(crate) const fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Forgets the command.
    pub(crate) fn clear(&mut self) {
        self.buffer.clear();
        self.buffer.shrink_to(KEPT_OCTETS);
        self.literal_left = 0;
        self.line_start = 0;
    }

    /// Takes the command out; give the memory back with [`Receiver::reuse`].
    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.literal_left = 0;
        self.line_start = 0;
        std::mem::take(&mut self.buffer)
    }

    /// Takes back the memory of [`Receiver::take`].
    pub(crate) fn reuse(&mut self, buffer: Vec<u8>) {
        self.buffer = buffer;
        self.clear();
    }
}
