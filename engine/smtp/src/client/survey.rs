//! What a message needs of the next server, found by one look at its octets.

/// Facts about a message's octets; fed chunk by chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSurvey {
    /// Octets seen.
    pub octets: u64,
    /// An octet over 127 anywhere: needs 8BITMIME (RFC 6152).
    pub eight_bit: bool,
    /// An octet over 127 in the header section: needs SMTPUTF8 (RFC 6532 §3).
    pub eight_bit_header: bool,
    /// CR without LF or LF without CR: must not be sent (RFC 5321 §2.3.8).
    pub bare_line_end: bool,
    /// The empty line was seen.
    in_body: bool,
    /// The octets before this chunk; at first, those of a line end.
    last: [u8; 3],
}

impl Default for MessageSurvey {
    fn default() -> Self {
        Self {
            octets: 0,
            eight_bit: false,
            eight_bit_header: false,
            bare_line_end: false,
            in_body: false,
            last: *b"\0\r\n",
        }
    }
}

impl MessageSurvey {
    /// Looks at the next octets of the message.
    pub fn push(&mut self, octets: &[u8]) {
        self.octets = self
            .octets
            .saturating_add(u64::try_from(octets.len()).unwrap_or(u64::MAX));
        let mut last = self.last;
        let ascii = octets.is_ascii();
        self.eight_bit |= !ascii;
        if self.in_body && !self.bare_line_end {
            self.look_for_bare_line_ends(octets);
        } else if !self.in_body {
            self.look_at_header(octets);
        }
        for octet in octets.iter().rev().take(3).rev() {
            last = [last[1], last[2], *octet];
        }
        self.last = last;
    }

    /// The message is over; a CR at its very end is bare too.
    #[must_use]
    pub const fn finish(mut self) -> Self {
        self.bare_line_end |= self.last[2] == b'\r';
        self
    }

    fn look_for_bare_line_ends(&mut self, octets: &[u8]) {
        let mut before = self.last[2];
        let mut next_expected = None;
        if before == b'\r' && !octets.is_empty() {
            next_expected = Some(0);
        }
        for at in memchr::memchr2_iter(b'\r', b'\n', octets) {
            let octet = octets.get(at).copied().unwrap_or_default();
            if at > 0 {
                before = octets
                    .get(at.saturating_sub(1))
                    .copied()
                    .unwrap_or_default();
            }
            self.bare_line_end |= next_expected.is_some_and(|expected| expected != at);
            next_expected = None;
            match octet {
                b'\n' => self.bare_line_end |= before != b'\r',
                _ => {
                    // A CR directly behind a CR is caught by `next_expected` being this place.
                    self.bare_line_end |= before == b'\r';
                    next_expected = Some(at.saturating_add(1));
                }
            }
        }
        self.bare_line_end |= next_expected.is_some_and(|expected| expected < octets.len());
    }

    /// Header sections are short: octet by octet until the empty line.
    fn look_at_header(&mut self, octets: &[u8]) {
        let mut last = self.last;
        for (at, octet) in octets.iter().enumerate() {
            self.eight_bit_header |= *octet > 127;
            let bare_cr = last[2] == b'\r' && *octet != b'\n';
            let bare_lf = *octet == b'\n' && last[2] != b'\r';
            self.bare_line_end |= bare_cr || bare_lf;
            let empty_line = *octet == b'\n' && last[2] == b'\r' && last[1] == b'\n';
            last = [last[1], last[2], *octet];
            if empty_line {
                self.in_body = true;
                self.last = last;
                let body = octets.get(at.saturating_add(1)..).unwrap_or_default();
                self.look_for_bare_line_ends(body);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(message: &[u8]) -> MessageSurvey {
        let mut survey = MessageSurvey::default();
        survey.push(message);
        survey.finish()
    }

    #[track_caller]
    fn check(message: &[u8], eight_bit: bool, eight_bit_header: bool, bare_line_end: bool) {
        let survey = whole(message);
        let found = (
            survey.eight_bit,
            survey.eight_bit_header,
            survey.bare_line_end,
        );
        assert_eq!(
            found,
            (eight_bit, eight_bit_header, bare_line_end),
            "{message:?}"
        );
    }

    #[test]
    fn tells_needs_apart() {
        check(b"A: b\r\n\r\nc\r\n", false, false, false);
        check(b"A: \xc3\xa4\r\n\r\nc\r\n", true, true, false);
        check(b"A: b\r\n\r\n\xc3\xa4\r\n", true, false, false);
        check(b"\r\n\xc3\xa4\r\n", true, false, false);
        check(b"A: b\r\n\r\nno end", false, false, false);
    }

    #[test]
    fn finds_bare_line_ends_everywhere() {
        for bad in [
            &b"A: b\n\r\nc\r\n"[..],
            b"A: b\r\n\r\nc\nd\r\n",
            b"A: b\r\n\r\nc\rd\r\n",
            b"A: b\r\n\r\nc\r\r\n",
            b"A: b\r\n\r\n\nc\r\n",
            b"A: b\r\n\r\nc\r\n\r",
            b"A\r: b\r\n\r\nc\r\n",
        ] {
            check(bad, false, false, true);
        }
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(
            message in prop::collection::vec(prop::sample::select(b"a\r\n\xe4".to_vec()), 0..24),
            cut in 0_usize..24,
        ) {
            let (head, tail) = message.split_at(cut.min(message.len()));
            let mut survey = MessageSurvey::default();
            survey.push(head);
            survey.push(tail);
            prop_assert_eq!(survey.finish(), whole(&message));
        }

        #[test]
        fn bare_line_ends_are_what_is_left_without_crlf(
            message in prop::collection::vec(prop::sample::select(b"ab\r\n".to_vec()), 0..24),
        ) {
            let text = String::from_utf8(message.clone()).unwrap();
            let bare = text.replace("\r\n", "").contains(['\r', '\n']);
            prop_assert_eq!(whole(&message).bare_line_end, bare);
        }
    }
}
