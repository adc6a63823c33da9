//! Flags in commands (RFC 9051 §9 `flag`).

use super::cursor::{Cursor, Parsed, SyntaxError};
use waxseal_mail::{Flag, Keyword};

/// Flags in one command.
const FLAGS_MAX: usize = 128;

/// `flag = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" / flag-keyword`
///
/// # Errors
/// For other system flags, `\Recent` among them, and malformed keywords.
pub fn flag(cursor: &mut Cursor<'_>) -> Parsed<Flag> {
    if cursor.eat(b'\\') {
        let name = cursor.atom()?;
        return system_flag(name).ok_or(SyntaxError("that system flag cannot be set"));
    }
    Keyword::new(cursor.atom()?)
        .map(Flag::Keyword)
        .map_err(|_| SyntaxError("that is no flag keyword"))
}

fn system_flag(name: &str) -> Option<Flag> {
    let known = [
        ("Answered", Flag::Answered),
        ("Flagged", Flag::Flagged),
        ("Deleted", Flag::Deleted),
        ("Seen", Flag::Seen),
        ("Draft", Flag::Draft),
    ];
    let mut known = known.into_iter();
    known
        .find(|(text, _)| text.eq_ignore_ascii_case(name))
        .map(|(_, flag)| flag)
}

/// `flag-list = "(" [flag *(SP flag)] ")"`
///
/// # Errors
/// As [`flag`].
pub fn flag_list(cursor: &mut Cursor<'_>) -> Parsed<Vec<Flag>> {
    cursor.list(FLAGS_MAX, flag)
}

/// `flag-list / (flag *(SP flag))`, as STORE has it.
///
/// # Errors
/// As [`flag`].
pub fn store_flags(cursor: &mut Cursor<'_>) -> Parsed<Vec<Flag>> {
    if cursor.peek() == Some(b'(') {
        return flag_list(cursor);
    }
    let mut flags = vec![flag(cursor)?];
    while cursor.eat(b' ') {
        if flags.len() >= FLAGS_MAX {
            return Err(SyntaxError("too many flags"));
        }
        flags.push(flag(cursor)?);
    }
    Ok(flags)
}
