//! A place in the octets of one command, and the rules that all commands share.

use crate::Limits;

/// Why a command is not understood; the text goes to the client after BAD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SyntaxError(pub &'static str);

/// What a rule gives.
pub type Parsed<T> = Result<T, SyntaxError>;

/// A place in a command: its lines without the last CRLF, literals standing in them as sent.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
    depth: usize,
    /// The limits that rules keep.
    pub limits: &'a Limits,
}

impl<'a> Cursor<'a> {
    /// At the start of `input`.
    #[must_use]
    pub const fn new(input: &'a [u8], limits: &'a Limits) -> Self {
        Self {
            input,
            at: 0,
            depth: 0,
            limits,
        }
    }

    /// What is left.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// Whether everything was read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.at >= self.input.len()
    }

    /// The next octet, unread.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    /// Reads one given octet if it is next.
    pub fn eat(&mut self, octet: u8) -> bool {
        let found = self.peek() == Some(octet);
        if found {
            self.at += 1;
        }
        found
    }

    /// Reads a word if it is next, without regard to case.
    pub fn eat_word(&mut self, word: &str) -> bool {
        let found = self
            .rest()
            .get(..word.len())
            .is_some_and(|next| next.eq_ignore_ascii_case(word.as_bytes()));
        if found {
            self.at += word.len();
        }
        found
    }

    /// One octet that must be next.
    ///
    /// # Errors
    /// `message`, where it is not.
    pub fn expect(&mut self, octet: u8, message: &'static str) -> Parsed<()> {
        if self.eat(octet) {
            Ok(())
        } else {
            Err(SyntaxError(message))
        }
    }

    /// `SP`
    ///
    /// # Errors
    /// Where there is none.
    pub fn space(&mut self) -> Parsed<()> {
        self.expect(b' ', "expected a space")
    }

    /// The end of the command. Spaces before it are tolerated, as some clients send them.
    ///
    /// # Errors
    /// Where something is left.
    pub fn end(&mut self) -> Parsed<()> {
        while self.eat(b' ') {}
        if self.is_empty() {
            Ok(())
        } else {
            Err(SyntaxError("unexpected text after the command"))
        }
    }

    /// The longest run of octets that `belongs` accepts; may be empty.
    pub fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let length = rest
            .iter()
            .position(|octet| !belongs(*octet))
            .unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Reads with one more level of nesting.
    ///
    /// # Errors
    /// Past [`Limits::nesting_max`], and those of `inner`.
    pub fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= self.limits.nesting_max {
            return Err(SyntaxError("nested too deeply"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// `"(" [item *(SP item)] ")"`, at most `max` items.
    ///
    /// # Errors
    /// Where the parentheses are missing, there are too many items, and those of `item`.
    pub fn list<T>(
        &mut self,
        max: usize,
        mut item: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        self.expect(b'(', "expected (")?;
        let mut items = Vec::new();
        if self.eat(b')') {
            return Ok(items);
        }
        loop {
            if items.len() >= max {
                return Err(SyntaxError("too many items in a list"));
            }
            items.push(item(self)?);
            if self.eat(b')') {
                return Ok(items);
            }
            self.space()?;
        }
    }

    /// `atom = 1*ATOM-CHAR`
    ///
    /// # Errors
    /// Where there is none.
    pub fn atom(&mut self) -> Parsed<&'a str> {
        text_of(self.run(is_atom_char), "expected an atom")
    }

    /// `tag = 1*<any ASTRING-CHAR except "+">`
    ///
    /// # Errors
    /// Where there is none.
    pub fn tag(&mut self) -> Parsed<&'a str> {
        let tag = self.run(|octet| is_astring_char(octet) && octet != b'+');
        text_of(tag, "expected a tag")
    }

    /// `astring = 1*ASTRING-CHAR / string`
    ///
    /// # Errors
    /// Where there is none.
    pub fn astring(&mut self) -> Parsed<Vec<u8>> {
        match self.peek() {
            Some(b'"' | b'{') => self.string(),
            _ => match self.run(is_astring_char) {
                [] => Err(SyntaxError("expected a string")),
                text => Ok(text.to_vec()),
            },
        }
    }

    /// `astring` that must be UTF-8.
    ///
    /// # Errors
    /// Where it is not.
    pub fn astring_utf8(&mut self) -> Parsed<String> {
        String::from_utf8(self.astring()?).map_err(|_| SyntaxError("the string is not UTF-8"))
    }

    /// `nstring = string / nil`; `None` for `NIL`.
    ///
    /// # Errors
    /// Where there is neither.
    pub fn nstring(&mut self) -> Parsed<Option<Vec<u8>>> {
        if self.eat_word("NIL") {
            Ok(None)
        } else {
            self.string().map(Some)
        }
    }

    /// `string = quoted / literal`
    ///
    /// # Errors
    /// Where there is none.
    pub fn string(&mut self) -> Parsed<Vec<u8>> {
        match self.peek() {
            Some(b'"') => self.quoted(),
            Some(b'{') => self.literal(),
            _ => Err(SyntaxError("expected a quoted string or literal")),
        }
    }

    /// `quoted = DQUOTE *QUOTED-CHAR DQUOTE`
    ///
    /// # Errors
    /// Where it does not end, or holds CR, LF or NUL.
    pub fn quoted(&mut self) -> Parsed<Vec<u8>> {
        self.expect(b'"', "expected a quoted string")?;
        let mut text = Vec::new();
        loop {
            text.extend_from_slice(self.run(|o| !matches!(o, b'"' | b'\\' | b'\r' | b'\n' | 0)));
            if self.eat(b'"') {
                return Ok(text);
            }
            self.expect(b'\\', "a quoted string does not end")?;
            match self.peek() {
                Some(escaped @ (b'"' | b'\\')) => text.push(escaped),
                _ => return Err(SyntaxError("a backslash may only escape \" and \\")),
            }
            self.at += 1;
        }
    }

    /// `literal = "{" number64 ["+"] "}" CRLF *CHAR8`
    ///
    /// # Errors
    /// Where it is malformed, not all there, or holds NUL.
    pub fn literal(&mut self) -> Parsed<Vec<u8>> {
        self.expect(b'{', "expected a literal")?;
        let octets = self.number64()?;
        self.eat(b'+');
        self.expect(b'}', "expected } after the octets of a literal")?;
        self.eat(b'\r');
        self.expect(b'\n', "expected CRLF after }")?;
        let length = usize::try_from(octets).map_err(|_| SyntaxError("literal too long"))?;
        let content = self.rest().get(..length);
        let content = content.ok_or(SyntaxError("the literal is not complete"))?;
        if memchr::memchr(0, content).is_some() {
            return Err(SyntaxError("a literal holds NUL"));
        }
        self.at += length;
        Ok(content.to_vec())
    }

    /// `number64 = 1*DIGIT`, 63 bits.
    ///
    /// # Errors
    /// Where there is none or it is larger.
    pub fn number64(&mut self) -> Parsed<u64> {
        let digits = text_of(self.run(|o| o.is_ascii_digit()), "expected a number")?;
        digits
            .parse()
            .ok()
            .filter(|number| i64::try_from(*number).is_ok())
            .ok_or(SyntaxError("the number is too large"))
    }

    /// `nz-number`: not zero, 32 bits.
    ///
    /// # Errors
    /// Where there is none, it is zero or larger.
    pub fn nz_number(&mut self) -> Parsed<u32> {
        u32::try_from(self.number64()?)
            .ok()
            .filter(|number| *number != 0)
            .ok_or(SyntaxError("expected a number from 1 to 4294967295"))
    }
}

fn text_of<'a>(octets: &'a [u8], missing: &'static str) -> Parsed<&'a str> {
    match std::str::from_utf8(octets) {
        Ok(text) if !text.is_empty() => Ok(text),
        _ => Err(SyntaxError(missing)),
    }
}

/// `ATOM-CHAR = <any CHAR except atom-specials>`
#[must_use]
pub const fn is_atom_char(octet: u8) -> bool {
    is_astring_char(octet) && octet != b']'
}

/// `ASTRING-CHAR = ATOM-CHAR / resp-specials`
#[must_use]
pub const fn is_astring_char(octet: u8) -> bool {
    octet.is_ascii_graphic() && !matches!(octet, b'(' | b')' | b'{' | b'%' | b'*' | b'"' | b'\\')
}
