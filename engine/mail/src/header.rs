//! The header section of a message as octets that can be edited without disturbing the rest
//! (RFC 5322 §2.2).

use bytes::{BufMut, Bytes, BytesMut};

/// One header field with its exact octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderField {
    /// The whole field: name, colon, value, folds, ending CRLF (as received).
    raw: Bytes,
    /// Octets of the name; 0 for a line without a colon, which is kept but has no name.
    name_octets: usize,
}

/// The fields of a header section in order, and whether the empty line that ends it was there.
///
/// Reading and writing unchanged gives the same octets, however malformed the section was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderSection {
    fields: Vec<HeaderField>,
    /// The line end that separated header section and body, or nothing where there was none.
    separator: Bytes,
}

/// A change to a header section. Names match without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderEdit {
    /// Puts a field at the end.
    Add {
        /// Field name.
        name: String,
        /// Unfolded or folded value, without the ending CRLF.
        value: Vec<u8>,
    },
    /// Puts a field before the field at `index` (0 is the top).
    Insert {
        /// Position; past the end means at the end.
        index: usize,
        /// Field name.
        name: String,
        /// Value as in `Add`.
        value: Vec<u8>,
    },
    /// Replaces the value of the `occurrence`th field (from 0) of that name.
    Replace {
        /// Field name.
        name: String,
        /// Which of the fields with that name, from 0.
        occurrence: usize,
        /// Value as in `Add`.
        value: Vec<u8>,
    },
    /// Removes every field of that name.
    Remove {
        /// Field name.
        name: String,
    },
}

/// Why an edit was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The name is empty, over 76 octets, or not printable ASCII without colon (RFC 5322 §2.2).
    #[error("{0:?} is not a header field name")]
    Name(String),
    /// CR, LF or NUL outside a proper fold.
    #[error("the value of {0} holds CR, LF or NUL outside a fold")]
    Value(String),
    /// A line of the field is over 998 octets (RFC 5322 §2.1.1).
    #[error("a line of {0} is over 998 octets")]
    LineTooLong(String),
    /// `Replace` found no such field.
    #[error("there is no field {0} number {1}")]
    NoSuchField(String, usize),
}

impl HeaderField {
    /// A field written by this server or by a plugin, checked so that it cannot end early.
    ///
    /// # Errors
    /// [`HeaderError::Name`], [`HeaderError::Value`] or [`HeaderError::LineTooLong`].
    pub fn new(name: &str, value: &[u8]) -> Result<Self, HeaderError> {
        let valid_name = (1..=76).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_graphic() && b != b':');
        if !valid_name {
            return Err(HeaderError::Name(name.to_owned()));
        }
        if !is_folded_properly(value) {
            return Err(HeaderError::Value(name.to_owned()));
        }
        let mut raw = BytesMut::with_capacity(name.len() + value.len() + 4);
        raw.put_slice(name.as_bytes());
        raw.put_slice(b":");
        if !matches!(value.first(), Some(b' ' | b'\t' | b'\r')) {
            raw.put_slice(b" ");
        }
        raw.put_slice(value);
        raw.put_slice(b"\r\n");
        if raw
            .as_ref()
            .split(|b: &u8| *b == b'\n')
            .any(|line| line.len() > 999)
        {
            return Err(HeaderError::LineTooLong(name.to_owned()));
        }
        Ok(Self {
            raw: raw.freeze(),
            name_octets: name.len(),
        })
    }

    /// The name as written; empty for a line without a colon.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        self.raw.get(..self.name_octets).unwrap_or_default()
    }

    /// Whether it has this name, without regard to case.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name_octets > 0 && self.name().eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value: after the colon, without the ending line end, folds included.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        let start = if self.name_octets == 0 {
            0
        } else {
            colon(&self.raw).map_or(0, |at| at + 1)
        };
        let value = self.raw.get(start..).unwrap_or_default();
        let value = value.strip_suffix(b"\n").unwrap_or(value);
        value.strip_suffix(b"\r").unwrap_or(value)
    }

    /// All octets, ending line end included.
    #[must_use]
    pub const fn raw(&self) -> &Bytes {
        &self.raw
    }
}

fn colon(line: &[u8]) -> Option<usize> {
    memchr::memchr(b':', line)
}

/// Every CRLF is followed by white space and something visible; no bare CR, LF or NUL.
fn is_folded_properly(value: &[u8]) -> bool {
    let mut lines = value.split(|b| *b == b'\n').peekable();
    let mut first = true;
    while let Some(line) = lines.next() {
        let last = lines.peek().is_none();
        let Some(text) = (if last {
            Some(line)
        } else {
            line.strip_suffix(b"\r")
        }) else {
            return false;
        };
        let continues = first || matches!(text.first(), Some(b' ' | b'\t'));
        let visible = first || text.iter().any(|b| !matches!(b, b' ' | b'\t'));
        if !continues || !visible || text.iter().any(|b| matches!(b, b'\r' | 0)) {
            return false;
        }
        first = false;
    }
    true
}

impl HeaderSection {
    /// Splits a message into header section and body; answers the section and the octets it took,
    /// the separating empty line included.
    ///
    /// A line end is LF with or without a CR before it, so that stored messages of any origin can be
    /// read. Where there is no empty line, everything is header section.
    #[must_use]
    pub fn split(message: &Bytes) -> (Self, usize) {
        let mut section = Self::default();
        let mut at = 0;
        while at < message.len() {
            let end = line_end(message, at);
            let line = message.slice(at..end);
            if matches!(&line[..], b"\r\n" | b"\n") {
                section.separator = line;
                return (section, end);
            }
            section.push_line(message, at, end);
            at = end;
        }
        (section, at)
    }

    /// Adds the line `start..end` as a new field, or to the last field where it is a continuation.
    fn push_line(&mut self, message: &Bytes, start: usize, end: usize) {
        let folded = matches!(message.get(start), Some(b' ' | b'\t'));
        if let Some(last) = self.fields.last_mut().filter(|_| folded) {
            let field_start = start - last.raw.len();
            last.raw = message.slice(field_start..end);
            return;
        }
        let raw = message.slice(start..end);
        let name = colon(&raw).and_then(|at| raw.get(..at)).unwrap_or_default();
        let name = name.trim_ascii_end();
        let valid = !folded && !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
        let name_octets = if valid { name.len() } else { 0 };
        self.fields.push(HeaderField { raw, name_octets });
    }

    /// The fields in order.
    #[must_use]
    pub fn fields(&self) -> &[HeaderField] {
        &self.fields
    }

    /// The fields of that name, in order, without regard to case.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a HeaderField> {
        self.fields.iter().filter(move |field| field.is_named(name))
    }

    /// Puts a field on top.
    pub fn prepend(&mut self, field: HeaderField) {
        self.fields.insert(0, field);
        self.ensure_separator();
    }

    /// Makes one change.
    ///
    /// # Errors
    /// Any [`HeaderError`]; the section is then unchanged.
    pub fn apply(&mut self, edit: &HeaderEdit) -> Result<(), HeaderError> {
        match edit {
            HeaderEdit::Add { name, value } => {
                let field = HeaderField::new(name, value)?;
                self.terminate_last_field();
                self.fields.push(field);
            }
            HeaderEdit::Insert { index, name, value } => {
                let field = HeaderField::new(name, value)?;
                self.terminate_last_field();
                self.fields.insert((*index).min(self.fields.len()), field);
            }
            HeaderEdit::Replace {
                name,
                occurrence,
                value,
            } => {
                let field = HeaderField::new(name, value)?;
                let mut found = self.fields.iter_mut().filter(|field| field.is_named(name));
                let slot = found
                    .nth(*occurrence)
                    .ok_or_else(|| HeaderError::NoSuchField(name.clone(), *occurrence))?;
                *slot = field;
            }
            HeaderEdit::Remove { name } => self.fields.retain(|field| !field.is_named(name)),
        }
        self.ensure_separator();
        Ok(())
    }

    /// Removes the `occurrence`th field (from 0) of that name; answers whether there was one.
    pub fn remove(&mut self, name: &str, occurrence: usize) -> bool {
        let fields = self.fields.iter().enumerate();
        let mut found = fields.filter(|(_, field)| field.is_named(name));
        let Some((at, _)) = found.nth(occurrence) else {
            return false;
        };
        self.fields.remove(at);
        self.ensure_separator();
        true
    }

    /// A message that was all header and had no empty line gets one before it is edited or given a
    /// body, so that a field put at its end cannot run into what follows.
    pub fn ensure_separator(&mut self) {
        if self.separator.is_empty() {
            self.terminate_last_field();
            self.separator = Bytes::from_static(b"\r\n");
        }
    }

    fn terminate_last_field(&mut self) {
        if let Some(last) = self
            .fields
            .last_mut()
            .filter(|last| !last.raw.ends_with(b"\n"))
        {
            let mut raw = BytesMut::from(&last.raw[..]);
            raw.put_slice(b"\r\n");
            last.raw = raw.freeze();
        }
    }

    /// All octets, separating empty line included.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        let octets = self
            .fields
            .iter()
            .map(|field| field.raw.len())
            .sum::<usize>();
        let mut out = BytesMut::with_capacity(octets + self.separator.len());
        self.fields
            .iter()
            .for_each(|field| out.put_slice(&field.raw));
        out.put_slice(&self.separator);
        out.freeze()
    }
}

/// The position after the line that starts at `at`.
fn line_end(message: &[u8], at: usize) -> usize {
    let rest = message.get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(message.len(), |found| at + found + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &'static str) -> (HeaderSection, usize) {
        HeaderSection::split(&Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn unchanged_sections_keep_every_octet() {
        for text in [
            "",
            "\r\n",
            "A: b\r\n\r\nbody",
            "A: b\r\n c\r\n\td\r\nB:x\r\n\r\n",
            "A: b",
            "A: b\n\nx",
            " lead\r\nA: b\r\n\r\n",
            "no colon\r\n: empty\r\nA : b\r\n\r\nx",
            "A: b\r\n\r\n\r\n",
        ] {
            let (section, octets) = split(text);
            assert_eq!(section.to_bytes(), text.as_bytes()[..octets], "{text:?}");
        }
    }

    #[test]
    fn fields_are_found_and_edited() {
        let (mut section, octets) = split("Subject: a\r\n b\r\nX-A: 1\r\nx-a: 2\r\n\r\nbody");
        assert_eq!(octets, 34);
        assert_eq!(
            section.named("SUBJECT").next().unwrap().value(),
            b" a\r\n b"
        );
        let edits = [
            HeaderEdit::Replace {
                name: "X-A".into(),
                occurrence: 1,
                value: b"two".to_vec(),
            },
            HeaderEdit::Remove {
                name: "subject".into(),
            },
            HeaderEdit::Insert {
                index: 0,
                name: "Top".into(),
                value: b"t".to_vec(),
            },
            HeaderEdit::Add {
                name: "End".into(),
                value: b"e\r\n folded".to_vec(),
            },
        ];
        for edit in &edits {
            section.apply(edit).unwrap();
        }
        let expected = "Top: t\r\nX-A: 1\r\nX-A: two\r\nEnd: e\r\n folded\r\n\r\n";
        assert_eq!(section.to_bytes(), expected);
        let missing = HeaderEdit::Replace {
            name: "No".into(),
            occurrence: 0,
            value: vec![],
        };
        assert!(section.apply(&missing).is_err());
    }

    #[test]
    fn one_of_several_fields_is_removed() {
        let (mut section, _) = split("X-A: 1\r\nB: x\r\nx-a: 2\r\n");
        assert!(!section.remove("X-A", 2));
        assert!(section.remove("X-A", 1));
        assert_eq!(section.to_bytes(), "X-A: 1\r\nB: x\r\n\r\n");
    }

    #[test]
    fn no_value_ends_a_field_early() {
        for bad in [
            &b"a\r\nEvil: x"[..],
            b"a\nb",
            b"a\rb",
            b"a\0",
            b"a\r\n",
            b"a\r\n \r\n\r\nbody",
            b"a\r\n\r\n b",
        ] {
            assert!(HeaderField::new("X", bad).is_err(), "{bad:?}");
        }
        for bad in ["", "a b", "a:", "a\r\n", "ä"] {
            assert!(HeaderField::new(bad, b"x").is_err(), "{bad:?}");
        }
        assert!(HeaderField::new("X", &[b'a'; 1000]).is_err());
    }

    #[test]
    fn a_message_without_body_gets_its_separator_when_edited() {
        let (mut section, _) = split("A: b");
        section.prepend(HeaderField::new("R", b"x").unwrap());
        assert_eq!(section.to_bytes(), "R: x\r\nA: b\r\n\r\n");
    }
}
