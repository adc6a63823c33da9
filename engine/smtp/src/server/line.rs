//! Command lines out of octets that come in any pieces.

use std::borrow::Cow;

/// Why a line was no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineFault {
    /// Over the limit; it was thrown away up to its end.
    TooLong,
    /// It ended in LF without CR (RFC 5321 §2.3.8).
    BareLf,
}

/// The start of a line whose end has not come; empty, and without memory, between lines.
#[derive(Debug, Default)]
pub(super) struct LineBuffer {
    held: Vec<u8>,
    overflowed: bool,
}

impl LineBuffer {
    /// Takes the next line from `input`, CRLF removed; `None` when its end has not come. Holds no more
    /// than `octets_max` octets meanwhile.
    pub(super) fn take<'i>(
        &mut self,
        input: &mut &'i [u8],
        octets_max: usize,
    ) -> Option<Result<Cow<'i, [u8]>, LineFault>> {
        let octets = *input;
        let Some(end) = memchr::memchr(b'\n', octets) else {
            self.hold(octets, octets_max);
            *input = &[];
            return None;
        };
        let (line, rest) = octets.split_at_checked(end.saturating_add(1))?;
        *input = rest;
        if std::mem::take(&mut self.overflowed)
            || self.held.len().saturating_add(line.len()) > octets_max
        {
            self.held = Vec::new();
            return Some(Err(LineFault::TooLong));
        }
        let mut line = Cow::Borrowed(line);
        if !self.held.is_empty() {
            let mut whole = std::mem::take(&mut self.held);
            whole.extend_from_slice(&line);
            line = Cow::Owned(whole);
        }
        Some(without_crlf(line))
    }

    fn hold(&mut self, octets: &[u8], octets_max: usize) {
        if self.overflowed || self.held.len().saturating_add(octets.len()) >= octets_max {
            self.overflowed = true;
            self.held = Vec::new();
        } else {
            self.held.extend_from_slice(octets);
        }
    }
}

/// Removes the CRLF that ends a line.
fn without_crlf(line: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, LineFault> {
    if !line.ends_with(b"\r\n") {
        return Err(LineFault::BareLf);
    }
    let octets = line.len().saturating_sub(2);
    Ok(match line {
        Cow::Borrowed(line) => Cow::Borrowed(line.get(..octets).unwrap_or_default()),
        Cow::Owned(mut line) => {
            line.truncate(octets);
            Cow::Owned(line)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All lines of `text` fed in pieces of `piece` octets.
    fn lines(text: &[u8], piece: usize) -> Vec<Result<Vec<u8>, LineFault>> {
        let mut buffer = LineBuffer::default();
        let mut found = Vec::new();
        for piece in text.chunks(piece) {
            let mut input = piece;
            while !input.is_empty() {
                found.extend(
                    buffer
                        .take(&mut input, 10)
                        .map(|line| line.map(Cow::into_owned)),
                );
            }
        }
        found
    }

    #[test]
    fn pieces_make_no_difference() {
        let text =
            b"NOOP\r\n\r\nbare\n12345678\r\n123456789\r\nx\ry\r\n0123456789012345\r\nlast\r\n";
        let expected = vec![
            Ok(b"NOOP".to_vec()),
            Ok(b"".to_vec()),
            Err(LineFault::BareLf),
            Ok(b"12345678".to_vec()),
            Err(LineFault::TooLong),
            Ok(b"x\ry".to_vec()),
            Err(LineFault::TooLong),
            Ok(b"last".to_vec()),
        ];
        for piece in 1..=text.len() {
            assert_eq!(lines(text, piece), expected, "pieces of {piece}");
        }
    }
}
