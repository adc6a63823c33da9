//! SEARCH (RFC 9051 §6.4.4, RFC 3501 §6.4.4, RFC 4731, RFC 5182).

use super::cursor::{Cursor, Parsed, SyntaxError};
use super::date::{Day, date};
use super::sequence_set::{SequenceSet, sequence_set};
use waxseal_mail::{Flag, Keyword};

/// `SEARCH` without its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// `RETURN (…)`; `None` where it was not given.
    pub returns: Option<ReturnOptions>,
    /// The charset, in upper case, where one was given.
    pub charset: Option<String>,
    /// All of these must hold.
    pub key: SearchKey,
}

/// `search-return-opts` (RFC 9051 §6.4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReturnOptions {
    /// `MIN`
    pub min: bool,
    /// `MAX`
    pub max: bool,
    /// `ALL`
    pub all: bool,
    /// `COUNT`
    pub count: bool,
    /// `SAVE`
    pub save: bool,
}

/// `search-key`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchKey {
    /// `ALL`, and `OLD` as nothing is ever recent here.
    All,
    /// Sequence numbers.
    Seq(SequenceSet),
    /// `UID`
    Uid(SequenceSet),
    /// `SEEN`, `KEYWORD x` …
    Flag(Flag),
    /// `LARGER`
    Larger(u64),
    /// `SMALLER`
    Smaller(u64),
    /// `BEFORE`: internal date earlier than the day.
    Before(Day),
    /// `ON`
    On(Day),
    /// `SINCE`
    Since(Day),
    /// `SENTBEFORE`: Date field.
    SentBefore(Day),
    /// `SENTON`
    SentOn(Day),
    /// `SENTSINCE`
    SentSince(Day),
    /// `MODSEQ` (RFC 7162 §3.1.5)
    ModSeq(u64),
    /// `HEADER`, `SUBJECT`, `FROM` …
    Header {
        /// Field name.
        name: String,
        /// What its decoded value has to hold; empty for mere presence.
        text: String,
    },
    /// `BODY`
    Body(String),
    /// `TEXT`
    Text(String),
    /// `NOT`
    Not(Box<SearchKey>),
    /// `OR`
    Or(Box<(SearchKey, SearchKey)>),
    /// Keys beside each other.
    And(Vec<SearchKey>),
}

/// `search = "SEARCH" [search-return-opts] SP search-program`, after the first space.
///
/// # Errors
/// Where it is malformed, nested too deeply or has too many keys.
pub fn search(cursor: &mut Cursor<'_>) -> Parsed<Search> {
    let mut returns = None;
    if cursor.eat_word("RETURN ") {
        returns = Some(return_options(cursor)?);
        cursor.space()?;
    }
    let mut charset = None;
    if cursor.eat_word("CHARSET ") {
        charset = Some(cursor.astring_utf8()?.to_ascii_uppercase());
        cursor.space()?;
    }
    let mut budget = cursor.limits.search_keys_max;
    let mut keys = vec![search_key(cursor, &mut budget)?];
    while cursor.eat(b' ') && !cursor.is_empty() {
        keys.push(search_key(cursor, &mut budget)?);
    }
    Ok(Search {
        returns,
        charset,
        key: SearchKey::And(keys),
    })
}

fn return_options(cursor: &mut Cursor<'_>) -> Parsed<ReturnOptions> {
    let mut options = ReturnOptions::default();
    let names = cursor.list(16, |cursor| cursor.atom().map(str::to_ascii_uppercase))?;
    for name in &names {
        match name.as_str() {
            "MIN" => options.min = true,
            "MAX" => options.max = true,
            "ALL" => options.all = true,
            "COUNT" => options.count = true,
            "SAVE" => options.save = true,
            _ => return Err(SyntaxError("unknown SEARCH return option")),
        }
    }
    // RFC 4731 §3.1: an empty list means ALL.
    options.all |= names.is_empty();
    Ok(options)
}

/// `search-key`
fn search_key(cursor: &mut Cursor<'_>, budget: &mut usize) -> Parsed<SearchKey> {
    *budget = budget
        .checked_sub(1)
        .ok_or(SyntaxError("too many search keys"))?;
    match cursor.peek() {
        Some(b'(') => cursor.nested(|cursor| {
            cursor.expect(b'(', "expected (")?;
            let mut keys = vec![search_key(cursor, budget)?];
            while cursor.eat(b' ') {
                keys.push(search_key(cursor, budget)?);
            }
            cursor.expect(b')', "expected ) after search keys")?;
            Ok(SearchKey::And(keys))
        }),
        Some(b'0'..=b'9' | b'*' | b'$') => sequence_set(cursor).map(SearchKey::Seq),
        _ => {
            let name = cursor.run(|octet| octet.is_ascii_alphabetic());
            named_key(cursor, &name.to_ascii_uppercase(), budget)
        }
    }
}

fn named_key(cursor: &mut Cursor<'_>, name: &[u8], budget: &mut usize) -> Parsed<SearchKey> {
    if let Some(key) = plain_key(name) {
        return Ok(key);
    }
    cursor.space()?;
    Ok(match name {
        b"NOT" => {
            let inner = cursor.nested(|cursor| search_key(cursor, budget))?;
            SearchKey::Not(Box::new(inner))
        }
        b"OR" => cursor.nested(|cursor| {
            let first = search_key(cursor, budget)?;
            cursor.space()?;
            let second = search_key(cursor, budget)?;
            Ok(SearchKey::Or(Box::new((first, second))))
        })?,
        b"UID" => SearchKey::Uid(sequence_set(cursor)?),
        b"KEYWORD" => SearchKey::Flag(keyword(cursor)?),
        b"UNKEYWORD" => not(SearchKey::Flag(keyword(cursor)?)),
        b"LARGER" => SearchKey::Larger(cursor.number64()?),
        b"SMALLER" => SearchKey::Smaller(cursor.number64()?),
        b"MODSEQ" => SearchKey::ModSeq(mod_sequence(cursor)?),
        b"BEFORE" => SearchKey::Before(date(cursor)?),
        b"ON" => SearchKey::On(date(cursor)?),
        b"SINCE" => SearchKey::Since(date(cursor)?),
        b"SENTBEFORE" => SearchKey::SentBefore(date(cursor)?),
        b"SENTON" => SearchKey::SentOn(date(cursor)?),
        b"SENTSINCE" => SearchKey::SentSince(date(cursor)?),
        b"BODY" => SearchKey::Body(folded(cursor)?),
        b"TEXT" => SearchKey::Text(folded(cursor)?),
        b"HEADER" => {
            let name = cursor.astring_utf8()?;
            cursor.space()?;
            header(&name, folded(cursor)?)
        }
        b"SUBJECT" | b"FROM" | b"TO" | b"CC" | b"BCC" => {
            header(&String::from_utf8_lossy(name), folded(cursor)?)
        }
        _ => return Err(SyntaxError("unknown search key")),
    })
}

/// Keys without arguments. `\Recent` is never set here, so `RECENT` and `NEW` find nothing.
fn plain_key(name: &[u8]) -> Option<SearchKey> {
    let flag = SearchKey::Flag;
    Some(match name {
        b"ALL" | b"OLD" => SearchKey::All,
        b"RECENT" | b"NEW" => not(SearchKey::All),
        b"ANSWERED" => flag(Flag::Answered),
        b"DELETED" => flag(Flag::Deleted),
        b"DRAFT" => flag(Flag::Draft),
        b"FLAGGED" => flag(Flag::Flagged),
        b"SEEN" => flag(Flag::Seen),
        b"UNANSWERED" => not(flag(Flag::Answered)),
        b"UNDELETED" => not(flag(Flag::Deleted)),
        b"UNDRAFT" => not(flag(Flag::Draft)),
        b"UNFLAGGED" => not(flag(Flag::Flagged)),
        b"UNSEEN" => not(flag(Flag::Seen)),
        _ => return None,
    })
}

fn not(key: SearchKey) -> SearchKey {
    SearchKey::Not(Box::new(key))
}

fn header(name: &str, text: String) -> SearchKey {
    SearchKey::Header {
        name: name.to_owned(),
        text,
    }
}

/// `flag-keyword`
fn keyword(cursor: &mut Cursor<'_>) -> Parsed<Flag> {
    Keyword::new(cursor.atom()?)
        .map(Flag::Keyword)
        .map_err(|_| SyntaxError("that is no flag keyword"))
}

/// `search-modsequence`'s value; entry name and type are read and mean nothing here (RFC 7162 §3.1.5).
fn mod_sequence(cursor: &mut Cursor<'_>) -> Parsed<u64> {
    if cursor.peek() == Some(b'"') {
        cursor.quoted()?;
        cursor.space()?;
        cursor.atom()?;
        cursor.space()?;
    }
    cursor.number64()
}

/// What is looked for, in lower case: the match takes no regard of case.
fn folded(cursor: &mut Cursor<'_>) -> Parsed<String> {
    cursor.astring_utf8().map(|text| text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use expect_test::{Expect, expect};

    fn parse(text: &str) -> Parsed<Search> {
        let limits = Limits::default();
        let mut cursor = Cursor::new(text.as_bytes(), &limits);
        let found = search(&mut cursor)?;
        cursor.end().map(|()| found)
    }

    #[track_caller]
    fn check(text: &str, expected: &Expect) {
        let shown = match parse(text) {
            Ok(search) => format!("{:?}", search.key),
            Err(error) => format!("error: {error}"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn keys_are_read() {
        check("ALL", &expect!["And([All])"]);
        check(
            "UNSEEN 1:3",
            &expect!["And([Not(Flag(Seen)), Seq(Ranges([(Number(1), Number(3))]))])"],
        );
        check(
            "OR FROM Ann (SINCE 1-Feb-1970 NOT LARGER 5)",
            &expect![[
                r#"And([Or((Header { name: "FROM", text: "ann" }, And([Since(31), Not(Larger(5))])))])"#
            ]],
        );
        check("TEXT {3}\r\nA b", &expect![[r#"And([Text("a b")])"#]]);
        check("FOO", &expect!["error: expected a space"]);
        check("FOO x", &expect!["error: unknown search key"]);
        check("(ALL", &expect!["error: expected ) after search keys"]);
        check(
            "KEYWORD $Junk UID $",
            &expect![[r#"And([Flag(Keyword(Keyword("$Junk"))), Uid(Saved)])"#]],
        );
    }

    #[test]
    fn depth_and_number_are_limited() {
        assert!(parse(&format!("{}ALL", "NOT ".repeat(32))).is_ok());
        assert_eq!(
            parse(&format!("{}ALL", "NOT ".repeat(33))),
            Err(SyntaxError("nested too deeply"))
        );
        let deep = format!("{}ALL", "(".repeat(5_000));
        assert_eq!(parse(&deep), Err(SyntaxError("nested too deeply")));
        let many = vec!["ALL"; 1_001].join(" ");
        assert_eq!(parse(&many), Err(SyntaxError("too many search keys")));
    }
}
