//! Address lists (RFC 5322 §3.4 with the obsolete syntax of §4.4), exact octets, never refused.

use crate::cursor::{Cursor, is_white};

/// One entry of an address list, encoded words undecoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// One mailbox.
    Mailbox {
        /// The display name; else a comment's text, which older mail has instead.
        name: Option<Vec<u8>>,
        /// The source route of the obsolete syntax: `@a,@b`.
        route: Option<Vec<u8>>,
        /// Without quotes.
        local_part: Vec<u8>,
        /// Empty where the address had none.
        domain: Vec<u8>,
    },
    /// A group begins.
    GroupStart(Vec<u8>),
    /// The group ends.
    GroupEnd,
}

/// Reads an address list up to `most` entries; answers `false` if there were more.
pub(crate) fn read(value: &[u8], most: usize) -> (Vec<Entry>, bool) {
    let mut reader = Reader {
        cursor: Cursor::new(value),
        entries: Vec::new(),
        in_group: false,
    };
    let mut complete = true;
    while !reader.cursor.is_at_end() {
        if reader.entries.len() >= most {
            complete = false;
            break;
        }
        reader.entry();
    }
    if reader.in_group {
        reader.entries.push(Entry::GroupEnd);
    }
    (reader.entries, complete)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    entries: Vec<Entry>,
    in_group: bool,
}

/// Words before it is known what they are.
#[derive(Default)]
struct Words {
    /// As a display name: one space where there was white space.
    phrase: Vec<u8>,
    /// As a local-part: without white space.
    joined: Vec<u8>,
    comment: Option<Vec<u8>>,
    any: bool,
}

impl Words {
    fn name(&mut self) -> Option<Vec<u8>> {
        if self.any {
            Some(std::mem::take(&mut self.phrase))
        } else {
            None
        }
    }
}

impl Reader<'_> {
    fn entry(&mut self) {
        let mut words = self.words(b"<>@,;:");
        match self.cursor.bump() {
            Some(b'<') => self.angle_address(words),
            Some(b'@') => self.bare_address(words),
            Some(b':') if !self.in_group => {
                self.in_group = true;
                let name = words.name().unwrap_or_default();
                self.entries.push(Entry::GroupStart(name));
            }
            end => {
                // Several words without an address are a name, one may be a local-part.
                let spaced = words.phrase.contains(&b' ');
                if words.any {
                    self.entries.push(Entry::Mailbox {
                        name: if spaced { words.name() } else { words.comment },
                        route: None,
                        local_part: if spaced { Vec::new() } else { words.joined },
                        domain: Vec::new(),
                    });
                }
                if end == Some(b';') && self.in_group {
                    self.in_group = false;
                    self.entries.push(Entry::GroupEnd);
                }
            }
        }
    }

    /// Atoms, dots and quoted strings up to one of `stops` (not taken).
    fn words(&mut self, stops: &[u8]) -> Words {
        let mut words = Words::default();
        loop {
            let (space, comment) = self.cursor.cfws();
            words.comment = comment.or(words.comment.take());
            let Some(next) = self.cursor.peek().filter(|b| !stops.contains(b)) else {
                return words;
            };
            if space && words.any {
                words.phrase.push(b' ');
            }
            words.any = true;
            let mut text = Vec::new();
            if next == b'"' {
                self.cursor.quoted_string(&mut text);
            } else if let atom @ [_, ..] = self
                .cursor
                .take_while(|b| !is_white(b) && !matches!(b, b'"' | b'(') && !stops.contains(&b))
            {
                text.extend_from_slice(atom);
            }
            words.phrase.extend_from_slice(&text);
            words.joined.extend_from_slice(&text);
        }
    }

    /// After `<`: `[route ":"] local-part "@" domain ">"`.
    fn angle_address(&mut self, mut words: Words) {
        let route = self.route();
        let local_part = self.words(b"<>@,;").joined;
        let domain = if self.cursor.eat(b'@') {
            self.domain()
        } else {
            Vec::new()
        };
        self.cursor.take_while(|b| !matches!(b, b'>' | b',' | b';'));
        self.cursor.eat(b'>');
        let after = self.cursor.cfws().1;
        // What else stands before the comma belongs to nobody.
        self.cursor.take_while(|b| !matches!(b, b',' | b';'));
        if self.cursor.peek() == Some(b',') {
            self.cursor.bump();
        }
        self.entries.push(Entry::Mailbox {
            name: words.name().or(words.comment).or(after),
            route,
            local_part,
            domain,
        });
    }

    /// `@a,@b:` of the obsolete syntax (RFC 5322 §4.4).
    fn route(&mut self) -> Option<Vec<u8>> {
        self.cursor.skip_cfws();
        if self.cursor.peek() != Some(b'@') {
            return None;
        }
        let route = self.cursor.take_while(|b| !matches!(b, b':' | b'>'));
        self.cursor.eat(b':');
        Some(route.iter().copied().filter(|b| !is_white(*b)).collect())
    }

    /// After the `@` of an address without angle brackets.
    fn bare_address(&mut self, words: Words) {
        let domain = self.domain();
        let after = self.cursor.cfws().1;
        if self.cursor.peek() == Some(b',') {
            self.cursor.bump();
        }
        self.entries.push(Entry::Mailbox {
            name: after.or(words.comment),
            route: None,
            local_part: words.joined,
            domain,
        });
    }

    /// Atoms and dots without white space, or a domain literal with its brackets.
    fn domain(&mut self) -> Vec<u8> {
        self.cursor.skip_cfws();
        let mut domain = Vec::new();
        if self.cursor.peek() == Some(b'[') {
            domain.extend_from_slice(self.cursor.take_while(|b| !matches!(b, b']' | b'>')));
            if self.cursor.eat(b']') {
                domain.push(b']');
            }
            domain.retain(|b| !is_white(*b));
            return domain;
        }
        loop {
            let atom = self.cursor.take_while(|b| {
                !is_white(b)
                    && !matches!(
                        b,
                        b'(' | b')' | b'<' | b'>' | b',' | b';' | b':' | b'@' | b'"'
                    )
            });
            domain.extend_from_slice(atom);
            let mut ahead = self.cursor.clone();
            ahead.skip_cfws();
            let joins = domain.last() == Some(&b'.') || ahead.peek() == Some(b'.');
            let goes_on = ahead.peek().is_some_and(|b| {
                !matches!(b, b')' | b'<' | b'>' | b',' | b';' | b':' | b'@' | b'"')
            });
            if !joins || !goes_on {
                return domain;
            }
            self.cursor = ahead;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(entry: &Entry) -> String {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        match entry {
            Entry::GroupStart(name) => format!("{{{}", text(name)),
            Entry::GroupEnd => "}".to_owned(),
            Entry::Mailbox {
                name,
                route,
                local_part,
                domain,
            } => {
                let name = name
                    .as_ref()
                    .map_or(String::new(), |n| format!("[{}]", text(n)));
                let route = route
                    .as_ref()
                    .map_or(String::new(), |r| format!("{}:", text(r)));
                format!("{name}{route}{}|{}", text(local_part), text(domain))
            }
        }
    }

    #[track_caller]
    fn check(value: &str, expected: &str) {
        let (entries, complete) = read(value.as_bytes(), 1_000);
        assert!(complete);
        let shown: Vec<_> = entries.iter().map(show).collect();
        assert_eq!(shown.join(" "), expected, "{value}");
    }

    #[test]
    fn mailboxes() {
        check("a@b.c", "a|b.c");
        check("<a@b.c>", "a|b.c");
        check(
            "Joe Q. Public <john.q.public@example.com>",
            "[Joe Q. Public]john.q.public|example.com",
        );
        check(
            "\"Giant; \\\"Big\\\" Box\" <s@x>, b@y",
            "[Giant; \"Big\" Box]s|x b|y",
        );
        check(
            "pete(his account)@silly.test(his host)",
            "[his host]pete|silly.test",
        );
        check("a@b (Name)", "[Name]a|b");
        check("=?utf-8?q?J=C3=B6?= <j@x>", "[=?utf-8?q?J=C3=B6?=]j|x");
        check("\"quoted local\"@x", "quoted local|x");
        check(
            "a@[192.0.2.1], b@[ IPv6:::1 ]",
            "a|[192.0.2.1] b|[IPv6:::1]",
        );
        check("\u{e9}@\u{e8}.test", "é|è.test");
    }

    #[test]
    fn groups() {
        check("A Group:Ed <e@f>,g@h;", "{A Group [Ed]e|f g|h }");
        check("undisclosed-recipients:;", "{undisclosed-recipients }");
        check("g: a@b, c@d", "{g a|b c|d }");
        check("x: a@b; , y:;", "{x a|b } {y }");
        check("(Empty list)(start)Hidden: (nobody)  ;", "{Hidden }");
    }

    #[test]
    fn obsolete_and_broken() {
        check(
            "Joe <@r1.test, @r2.test:joe@x>",
            "[Joe]@r1.test,@r2.test:joe|x",
        );
        check("john . doe @ a . b", "john.doe|a.b");
        check(",, a@b ,,c@d,", "a|b c|d");
        check("just words", "[just words]|");
        check("<>", "|");
        check("a@b c@d", "a|b c|d");
        check("<a@b", "a|b");
        check("Name <a@b> rubbish, c@d", "[Name]a|b c|d");
        check("a@b@c", "a|b |c");
        check("\"open", "open|");
        check("(((", "");
        check(":;", "{ }");
        check(">", "");
    }

    #[test]
    fn every_prefix_ends_and_long_lists_stop() {
        let text = "A \"b\" (c) <@d:e@f>, g: h@[1], i; \u{e9}";
        for end in 0..text.len() {
            read(&text.as_bytes()[..end], 10);
        }
        let many = "a@b,".repeat(100_000);
        let (entries, complete) = read(many.as_bytes(), 4_096);
        assert_eq!((entries.len(), complete), (4_096, false));
    }
}
