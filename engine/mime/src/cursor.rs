//! A position in a header field's value, and the lexical tokens of RFC 5322 §3.2.

/// A position in a field's value. Every method moves forward only, so reading is linear.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(value: &'a [u8]) -> Self {
        Self { rest: value }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes one octet.
    pub(crate) fn bump(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Takes `expected` if it comes next.
    pub(crate) fn eat(&mut self, expected: u8) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.bump();
        }
        found
    }

    /// Takes octets as long as they are wanted.
    pub(crate) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|b| !wanted(*b));
        let (taken, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// Takes white space and comments (`CFWS`); answers whether there was any, and the text of the
    /// last comment, outer parentheses removed.
    pub(crate) fn cfws(&mut self) -> (bool, Option<Vec<u8>>) {
        let mut comment = None;
        let before = self.rest.len();
        loop {
            self.take_while(is_white);
            if self.peek() != Some(b'(') {
                return (self.rest.len() < before, comment);
            }
            comment = Some(self.comment());
        }
    }

    /// Takes white space and comments, without a look at them.
    pub(crate) fn skip_cfws(&mut self) {
        loop {
            self.take_while(is_white);
            if self.peek() != Some(b'(') {
                return;
            }
            self.comment();
        }
    }

    /// Takes one comment, nested ones included, unescaped and unfolded. Depth is a counter.
    fn comment(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut depth = 0_usize;
        while let Some(octet) = self.bump() {
            match octet {
                b'(' => {
                    depth += 1;
                    if depth == 1 {
                        continue;
                    }
                }
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => {
                    text.extend(self.bump());
                    continue;
                }
                b'\r' | b'\n' => continue,
                _ => {}
            }
            text.push(octet);
        }
        text
    }

    /// Takes a quoted string whose opening quote comes next and appends it, unescaped and unfolded.
    pub(crate) fn quoted_string(&mut self, text: &mut Vec<u8>) {
        self.bump();
        loop {
            text.extend_from_slice(self.take_while(|b| !matches!(b, b'"' | b'\\' | b'\r' | b'\n')));
            match self.bump() {
                Some(b'\\') => text.extend(self.bump()),
                Some(b'\r' | b'\n') => {}
                _ => return,
            }
        }
    }
}

pub(crate) fn is_white(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

/// A value without folds and without white space around it (RFC 5322 §2.2.3): CR and LF go, the
/// white space behind them stays.
pub(crate) fn unfold(value: &[u8]) -> Vec<u8> {
    let mut text = value.trim_ascii().to_vec();
    if memchr::memchr2(b'\r', b'\n', &text).is_some() {
        text.retain(|b| !matches!(b, b'\r' | b'\n'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_nest_without_recursion() {
        let mut deep = vec![b'('; 100_000];
        deep.extend_from_slice(b"x");
        deep.extend(vec![b')'; 100_000]);
        deep.extend_from_slice(b" y");
        let mut cursor = Cursor::new(&deep);
        let (any, comment) = cursor.cfws();
        assert!(any && comment.unwrap().len() == 199_999);
        assert_eq!(cursor.peek(), Some(b'y'));
        let mut open = Cursor::new(b"(never closed \\)");
        assert_eq!(open.cfws().1.unwrap(), b"never closed )");
        assert!(open.is_at_end());
    }

    #[test]
    fn quoted_strings_lose_quotes_escapes_and_folds() {
        let mut text = Vec::new();
        let mut cursor = Cursor::new(b"\"a \\\"b\\\" \r\n c\" d");
        cursor.quoted_string(&mut text);
        assert_eq!((&text[..], cursor.peek()), (&b"a \"b\"  c"[..], Some(b' ')));
    }
}
