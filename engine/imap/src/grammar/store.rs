//! STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3).

use super::cursor::{Cursor, Parsed, SyntaxError};
use super::flags::store_flags;
use super::sequence_set::{SequenceSet, sequence_set};
use waxseal_mail::Flag;
use waxseal_ports::store::FlagMode;

/// `STORE` without its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// Which messages.
    pub set: SequenceSet,
    /// How.
    pub mode: FlagMode,
    /// Whether the new flags are not told.
    pub silent: bool,
    /// Which flags.
    pub flags: Vec<Flag>,
    /// Only messages not changed since (RFC 7162 §3.1.3).
    pub unchanged_since: Option<u64>,
}

/// `store = "STORE" SP sequence-set SP store-att-flags`, after the first space.
///
/// # Errors
/// Where it is malformed.
pub fn store(cursor: &mut Cursor<'_>) -> Parsed<Store> {
    let set = sequence_set(cursor)?;
    cursor.space()?;
    let mut unchanged_since = None;
    if cursor.eat(b'(') {
        if !cursor.eat_word("UNCHANGEDSINCE ") {
            return Err(SyntaxError("unknown STORE modifier"));
        }
        unchanged_since = Some(cursor.number64()?);
        cursor.expect(b')', "expected ) after the modifiers")?;
        cursor.space()?;
    }
    let mode = if cursor.eat(b'+') {
        FlagMode::Add
    } else if cursor.eat(b'-') {
        FlagMode::Remove
    } else {
        FlagMode::Replace
    };
    if !cursor.eat_word("FLAGS") {
        return Err(SyntaxError("expected FLAGS"));
    }
    let silent = cursor.eat_word(".SILENT");
    cursor.space()?;
    let flags = store_flags(cursor)?;
    Ok(Store {
        set,
        mode,
        silent,
        flags,
        unchanged_since,
    })
}
