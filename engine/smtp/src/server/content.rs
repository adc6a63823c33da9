//! The octets of a message on the wire: where they end, which dots go, what is refused.

use super::Limits;

/// What is wrong with the octets of a message, the gravest last. The gravest is told, so that the
/// reply does not depend on how the octets came; what follows the first is swallowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ContentFault {
    /// A line over [`Limits::text_line_octets_max`].
    LineTooLong,
    /// Over [`Limits::message_octets_max`].
    TooLarge,
    /// CR without LF or LF without CR (RFC 5321 §2.3.8): the seed of smuggling.
    BareCrOrLf,
}

/// How the octets come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// DATA: dots at the start of lines are doubled, a lonely one ends (RFC 5321 §4.5.2).
    Dots,
    /// BDAT: counted; dots mean nothing (RFC 3030 §2).
    Counted,
}

/// Where the last octet stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// After CRLF, or at the very start.
    LineStart,
    /// After the dot that starts a line.
    Dot,
    /// After the dot that starts a line, and CR.
    DotCr,
    /// Inside a line.
    Inside,
    /// After CR.
    Cr,
}

/// What a scan found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scanned<'i> {
    /// The input is used up.
    More,
    /// Octets of the message.
    Body(&'i [u8]),
    /// CRLF.CRLF: the message is complete.
    End,
}

/// Reads a message as it comes. Only CR and LF are looked at one by one; everything between them is
/// passed on in the pieces it came in.
#[derive(Debug)]
pub(super) struct Content {
    framing: Framing,
    at: At,
    fault: Option<ContentFault>,
    octets: u64,
    line_octets: usize,
    octets_max: u64,
    line_octets_max: usize,
}

impl Content {
    pub(super) const fn new(framing: Framing, limits: &Limits) -> Self {
        Self {
            framing,
            at: At::LineStart,
            fault: None,
            octets: 0,
            line_octets: 0,
            octets_max: limits.message_octets_max,
            line_octets_max: limits.text_line_octets_max,
        }
    }

    /// The gravest thing wrong so far.
    pub(super) const fn fault(&self) -> Option<ContentFault> {
        self.fault
    }

    /// Says that the counted octets are complete: a CR at their end is a bare one.
    pub(super) fn finish(&mut self) {
        if self.at == At::Cr {
            self.refuse(ContentFault::BareCrOrLf);
        }
    }

    /// Takes octets from `input` up to the next boundary. After a fault nothing is passed on, but the
    /// end is still found.
    pub(super) fn scan<'i>(&mut self, input: &mut &'i [u8]) -> Scanned<'i> {
        while let Some((first, after)) = input.split_first() {
            match (self.at, *first) {
                (At::LineStart, b'.') if self.framing == Framing::Dots => {
                    self.at = At::Dot;
                    *input = after;
                    continue;
                }
                (At::Dot, b'\r') => {
                    self.at = At::DotCr;
                    *input = after;
                    continue;
                }
                (At::DotCr, b'\n') => {
                    *input = after;
                    return Scanned::End;
                }
                (At::DotCr, _) => self.refuse(ContentFault::BareCrOrLf),
                (At::LineStart | At::Dot | At::Inside | At::Cr, _) => {}
            }
            let octets = *input;
            let (piece, rest) = octets
                .split_at_checked(self.piece(octets))
                .unwrap_or((octets, &[]));
            *input = rest;
            self.count(piece.len());
            if self.fault.is_none() {
                return Scanned::Body(piece);
            }
        }
        Scanned::More
    }

    /// How many octets can be passed on as they are: all, or those before a line that starts with a
    /// dot.
    fn piece(&mut self, octets: &[u8]) -> usize {
        let mut line_start = 0;
        let mut from = 0;
        if self.at == At::Cr {
            from = 1;
            if octets.first() == Some(&b'\n') {
                self.end_line(1);
                line_start = 1;
                if self.stops_at(octets, 1) {
                    return 1;
                }
            } else {
                self.refuse(ContentFault::BareCrOrLf);
                from = 0;
            }
        }
        self.at = if from == 1 { At::LineStart } else { At::Inside };
        while let Some(found) = octets
            .get(from..)
            .and_then(|rest| memchr::memchr2(b'\r', b'\n', rest))
        {
            let position = from.saturating_add(found);
            let next = position.saturating_add(1);
            match (octets.get(position), octets.get(next)) {
                (Some(b'\r'), Some(b'\n')) => {
                    let after = next.saturating_add(1);
                    self.end_line(after.saturating_sub(line_start));
                    line_start = after;
                    if self.stops_at(octets, after) {
                        self.at = At::LineStart;
                        return after;
                    }
                    from = after;
                }
                (Some(b'\r'), None) => {
                    self.grow_line(octets.len().saturating_sub(line_start));
                    self.at = At::Cr;
                    return octets.len();
                }
                _ => {
                    self.refuse(ContentFault::BareCrOrLf);
                    from = next;
                }
            }
        }
        if line_start == octets.len() {
            self.at = At::LineStart;
        } else {
            self.at = At::Inside;
            self.grow_line(octets.len().saturating_sub(line_start));
        }
        octets.len()
    }

    /// Whether the line that starts at `position` starts with a dot that has to be looked at.
    fn stops_at(&self, octets: &[u8], position: usize) -> bool {
        self.framing == Framing::Dots && octets.get(position) == Some(&b'.')
    }

    fn grow_line(&mut self, octets: usize) {
        self.line_octets = self.line_octets.saturating_add(octets);
        if self.line_octets > self.line_octets_max {
            self.refuse(ContentFault::LineTooLong);
        }
    }

    fn end_line(&mut self, octets: usize) {
        self.grow_line(octets);
        self.line_octets = 0;
        self.at = At::LineStart;
    }

    fn count(&mut self, octets: usize) {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        self.octets = self.octets.saturating_add(octets);
        if self.octets > self.octets_max {
            self.refuse(ContentFault::TooLarge);
        }
    }

    fn refuse(&mut self, fault: ContentFault) {
        self.fault = self.fault.max(Some(fault));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    /// Feeds `wire` in pieces; answers the message, the fault and what was left behind the end.
    fn read(
        wire: &[u8],
        piece: usize,
        framing: Framing,
    ) -> (Vec<u8>, Option<ContentFault>, Option<usize>) {
        let limits = Limits {
            text_line_octets_max: 40,
            message_octets_max: 100,
            ..Limits::default()
        };
        let mut content = Content::new(framing, &limits);
        let mut body = Vec::new();
        for (index, octets) in wire.chunks(piece).enumerate() {
            let mut input = octets;
            loop {
                match content.scan(&mut input) {
                    Scanned::More => break,
                    Scanned::Body(octets) => body.extend_from_slice(octets),
                    Scanned::End => {
                        let behind: usize = wire
                            .chunks(piece)
                            .skip(index.saturating_add(1))
                            .map(<[u8]>::len)
                            .sum();
                        return (
                            body,
                            content.fault(),
                            Some(behind.saturating_add(input.len())),
                        );
                    }
                }
            }
        }
        content.finish();
        (body, content.fault(), None)
    }

    #[track_caller]
    fn check(wire: &str, expected: &Expect) {
        let whole = read(wire.as_bytes(), wire.len(), Framing::Dots);
        for piece in 1..wire.len() {
            let pieces = read(wire.as_bytes(), piece, Framing::Dots);
            assert_eq!(
                (&pieces.1, &pieces.2),
                (&whole.1, &whole.2),
                "{wire:?} by {piece}"
            );
            if whole.1.is_none() {
                assert_eq!(pieces.0, whole.0, "{wire:?} by {piece}");
            }
        }
        expected.assert_eq(&match whole {
            (_, _, None) => "no end".to_owned(),
            (_, Some(fault), Some(left)) => format!("{fault:?}, {left} left"),
            (body, None, Some(left)) => {
                format!("{:?}, {left} left", String::from_utf8_lossy(&body))
            }
        });
    }

    #[test]
    fn transparency() {
        check(".\r\n", &expect![[r#""", 0 left"#]]);
        check("a\r\n.\r\nNOOP", &expect![[r#""a\r\n", 4 left"#]]);
        check("..\r\n.\r\n", &expect![[r#"".\r\n", 0 left"#]]);
        check(
            ".a\r\n...b\r\n.\r\n",
            &expect![[r#""a\r\n..b\r\n", 0 left"#]],
        );
        check("\r\n\r\n.\r\n", &expect![[r#""\r\n\r\n", 0 left"#]]);
        check(
            "a.\r\n.b.\r\n.\r\n",
            &expect![[r#""a.\r\nb.\r\n", 0 left"#]],
        );
        check(
            "a\u{0}\u{85}\r\n.\r\n",
            &expect![[r#""a\0\u{85}\r\n", 0 left"#]],
        );
    }

    #[test]
    fn nothing_but_crlf_dot_crlf_ends() {
        for smuggled in [
            "a\n.\nMAIL\r\n.\r\n",
            "a\n.\r\nMAIL\r\n.\r\n",
            "a\r\n.\nMAIL\r\n.\r\n",
            "a\r.\rMAIL\r\n.\r\n",
            "a\r\n.\rMAIL\r\n.\r\n",
            "a\r.\r\nMAIL\r\n.\r\n",
            "a\r\n.\r\r\nMAIL\r\n.\r\n",
            "a\r\r\n.\r\n",
            "a\n\r\n.\r\n",
            ".\n.\r\n.\r\n",
            "\n.\r\n.\r\n",
            "\r.\r\n\r\n.\r\n",
        ] {
            check(smuggled, &expect!["BareCrOrLf, 0 left"]);
        }
        check(
            "a\u{85}.\u{85}\r\n.\r\n",
            &expect![[r#""a\u{85}.\u{85}\r\n", 0 left"#]],
        );
        check(
            "a\r\n.\u{0}\r\n.\r\n",
            &expect![[r#""a\r\n\0\r\n", 0 left"#]],
        );
        check("a\r\n.", &expect!["no end"]);
        check("a\r\n.\r", &expect!["no end"]);
    }

    #[test]
    fn limits_are_met() {
        let line = "x".repeat(38);
        check(
            &format!("{line}\r\n.\r\n"),
            &expect![[r#""xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n", 0 left"#]],
        );
        check(
            &format!("{line}x\r\n.\r\nNOOP"),
            &expect!["LineTooLong, 4 left"],
        );
        let lines = format!("{line}\r\n{line}\r\n{line}\r\n.\r\n");
        check(&lines, &expect!["TooLarge, 0 left"]);
    }

    #[test]
    fn counted_octets_keep_their_dots() {
        let (body, fault, _) = read(b"a\r\n..b\r\n.\r\n", 4, Framing::Counted);
        assert_eq!((&body[..], fault), (&b"a\r\n..b\r\n.\r\n"[..], None));
        for bad in [&b"a\r"[..], b"a\nb", b"\ra"] {
            let fault = read(bad, 1, Framing::Counted).1;
            assert_eq!(fault, Some(ContentFault::BareCrOrLf), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_lines_come_through(lines in prop::collection::vec("[.a\u{0}]{0,6}", 0..12), piece in 1_usize..20) {
            let message: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
            let mut wire: String = lines.iter().map(|line| {
                if line.starts_with('.') { format!(".{line}\r\n") } else { format!("{line}\r\n") }
            }).collect();
            wire.push_str(".\r\nQUIT");
            let (body, fault, left) = read(wire.as_bytes(), piece, Framing::Dots);
            prop_assert_eq!((body, fault, left), (message.into_bytes(), None, Some(4)));
        }

        #[test]
        fn pieces_make_no_difference(wire in "[.a\r\n]{0,30}", piece in 1_usize..10) {
            let whole = read(wire.as_bytes(), wire.len().max(1), Framing::Dots);
            let pieces = read(wire.as_bytes(), piece, Framing::Dots);
            prop_assert_eq!((whole.1, whole.2), (pieces.1, pieces.2));
        }
    }
}
