//! A whole command (RFC 9051 §9 `command`), save APPEND, whose message is never held in it.

use super::cursor::{Cursor, Parsed, SyntaxError};
use super::fetch::{Fetch, fetch};
use super::list::{List, StatusItem, list, lsub, status};
use super::mailbox::{RawName, mailbox};
use super::search::{Search, search};
use super::sequence_set::{SequenceSet, sequence_set};
use super::store::{Store, store};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use waxseal_ports::store::{SpecialUse, Transfer};

/// Octets of a tag.
const TAG_OCTETS_MAX: usize = 256;
/// Fields of one ID (RFC 2971 §3.3), names and values.
const ID_STRINGS_MAX: usize = 60;

/// How messages are numbered in a command and its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// By sequence number.
    Seq,
    /// By UID: the command had `UID` before it.
    Uid,
}

/// One command without its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `CAPABILITY`
    Capability,
    /// `NOOP`
    Noop,
    /// `LOGOUT`
    Logout,
    /// `ID`; what the client says about itself is read and dropped.
    Id,
    /// `STARTTLS`
    StartTls,
    /// `AUTHENTICATE`
    Authenticate {
        /// In upper case.
        mechanism: String,
        /// Decoded initial response (RFC 4959).
        initial: Option<Vec<u8>>,
    },
    /// `LOGIN`
    Login {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// `ENABLE`, capabilities in upper case.
    Enable(Vec<String>),
    /// `SELECT` and `EXAMINE`
    Select {
        /// Which mailbox.
        name: RawName,
        /// Whether it was `EXAMINE`.
        read_only: bool,
        /// Whether `(CONDSTORE)` was given.
        condstore: bool,
    },
    /// `CREATE`
    Create {
        /// Its name.
        name: RawName,
        /// `USE (…)` (RFC 6154 §3).
        special_use: Option<SpecialUse>,
    },
    /// `DELETE`
    Delete(RawName),
    /// `RENAME`
    Rename {
        /// The old name.
        from: RawName,
        /// The new name.
        to: RawName,
    },
    /// `SUBSCRIBE` and `UNSUBSCRIBE`
    Subscribe {
        /// Which name.
        name: RawName,
        /// Whether it is subscribed from now on.
        subscribed: bool,
    },
    /// `LIST`
    List(List),
    /// `LSUB`
    Lsub(List),
    /// `NAMESPACE`
    Namespace,
    /// `STATUS`
    Status {
        /// Which mailbox.
        name: RawName,
        /// What about it.
        items: Vec<StatusItem>,
    },
    /// `IDLE`
    Idle,
    /// `CLOSE`
    Close,
    /// `UNSELECT`
    Unselect,
    /// `CHECK` (RFC 3501)
    Check,
    /// `EXPUNGE` and `UID EXPUNGE`
    Expunge(Option<SequenceSet>),
    /// `SEARCH` and `UID SEARCH`
    Search(Search, Numbering),
    /// `FETCH` and `UID FETCH`
    Fetch(Fetch, Numbering),
    /// `STORE` and `UID STORE`
    Store(Store, Numbering),
    /// `COPY`, `MOVE` and their UID forms
    Copy {
        /// Which messages.
        set: SequenceSet,
        /// Where to.
        target: RawName,
        /// Whether the originals stay.
        transfer: Transfer,
        /// How the set is meant.
        numbering: Numbering,
    },
}

/// `tag SP`
///
/// # Errors
/// Where there is none or it is too long.
pub fn tag<'a>(cursor: &mut Cursor<'a>) -> Parsed<&'a str> {
    let tag = cursor.tag()?;
    if tag.len() > TAG_OCTETS_MAX {
        return Err(SyntaxError("the tag is too long"));
    }
    cursor.space()?;
    Ok(tag)
}

/// A command after its tag, to its end.
///
/// # Errors
/// Where it is unknown or malformed.
pub fn command(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let word = cursor.run(|octet| octet.is_ascii_alphanumeric());
    let command = match &word.to_ascii_uppercase()[..] {
        b"UID" => {
            cursor.space()?;
            let word = cursor.run(|octet| octet.is_ascii_alphabetic());
            message_command(cursor, &word.to_ascii_uppercase(), Numbering::Uid)?
        }
        word => match plain_command(word) {
            Some(command) => command,
            None if is_mailbox_command(word) => mailbox_command(cursor, word)?,
            None => session_or_message_command(cursor, word)?,
        },
    };
    cursor.end()?;
    Ok(command)
}

/// Commands without arguments.
fn plain_command(word: &[u8]) -> Option<Command> {
    Some(match word {
        b"CAPABILITY" => Command::Capability,
        b"NOOP" => Command::Noop,
        b"LOGOUT" => Command::Logout,
        b"STARTTLS" => Command::StartTls,
        b"NAMESPACE" => Command::Namespace,
        b"IDLE" => Command::Idle,
        b"CLOSE" => Command::Close,
        b"UNSELECT" => Command::Unselect,
        b"CHECK" => Command::Check,
        b"EXPUNGE" => Command::Expunge(None),
        _ => return None,
    })
}

fn session_or_message_command(cursor: &mut Cursor<'_>, word: &[u8]) -> Parsed<Command> {
    match word {
        b"ID" => {
            cursor.space()?;
            if !cursor.eat_word("NIL") {
                cursor.list(ID_STRINGS_MAX, Cursor::nstring)?;
            }
            Ok(Command::Id)
        }
        b"LOGIN" => {
            cursor.space()?;
            let user = cursor.astring_utf8()?;
            cursor.space()?;
            let password = cursor.astring_utf8()?;
            Ok(Command::Login { user, password })
        }
        b"AUTHENTICATE" => {
            cursor.space()?;
            authenticate(cursor)
        }
        b"ENABLE" => {
            let mut names = Vec::new();
            while cursor.eat(b' ') {
                names.push(cursor.atom()?.to_ascii_uppercase());
            }
            if names.is_empty() {
                return Err(SyntaxError("expected capabilities to enable"));
            }
            Ok(Command::Enable(names))
        }
        word => message_command(cursor, word, Numbering::Seq),
    }
}

/// `authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp]`, after the first space.
fn authenticate(cursor: &mut Cursor<'_>) -> Parsed<Command> {
    let mechanism = cursor.atom()?.to_ascii_uppercase();
    let mut initial = None;
    if cursor.eat(b' ') {
        let text = cursor.run(|octet| octet.is_ascii_graphic());
        initial = Some(if text == b"=" {
            Vec::new()
        } else {
            let decoded = STANDARD.decode(text);
            decoded.map_err(|_| SyntaxError("the initial response is not base 64"))?
        });
    }
    Ok(Command::Authenticate { mechanism, initial })
}

fn is_mailbox_command(word: &[u8]) -> bool {
    matches!(
        word,
        b"SELECT"
            | b"EXAMINE"
            | b"CREATE"
            | b"DELETE"
            | b"RENAME"
            | b"SUBSCRIBE"
            | b"UNSUBSCRIBE"
            | b"LIST"
            | b"LSUB"
            | b"STATUS"
            | b"APPEND"
    )
}

fn mailbox_command(cursor: &mut Cursor<'_>, word: &[u8]) -> Parsed<Command> {
    cursor.space()?;
    Ok(match word {
        b"SELECT" | b"EXAMINE" => {
            let name = mailbox(cursor)?;
            let mut condstore = false;
            if cursor.eat(b' ') {
                condstore = cursor.eat_word("(CONDSTORE)");
                if !condstore {
                    return Err(SyntaxError("unknown SELECT parameter"));
                }
            }
            Command::Select {
                name,
                read_only: word == b"EXAMINE",
                condstore,
            }
        }
        b"CREATE" => {
            let name = mailbox(cursor)?;
            let special_use = create_use(cursor)?;
            Command::Create { name, special_use }
        }
        b"DELETE" => Command::Delete(mailbox(cursor)?),
        b"RENAME" => {
            let from = mailbox(cursor)?;
            cursor.space()?;
            let to = mailbox(cursor)?;
            Command::Rename { from, to }
        }
        b"SUBSCRIBE" | b"UNSUBSCRIBE" => Command::Subscribe {
            name: mailbox(cursor)?,
            subscribed: word == b"SUBSCRIBE",
        },
        b"LIST" => Command::List(list(cursor)?),
        b"LSUB" => Command::Lsub(lsub(cursor)?),
        b"STATUS" => {
            let (name, items) = status(cursor)?;
            Command::Status { name, items }
        }
        _ => return Err(SyntaxError("expected the message as a literal")),
    })
}

/// `SP "(" "USE" SP "(" [use-attr] ")" ")"` (RFC 6154 §6); one use at most.
fn create_use(cursor: &mut Cursor<'_>) -> Parsed<Option<SpecialUse>> {
    if !cursor.eat(b' ') {
        return Ok(None);
    }
    if !cursor.eat_word("(USE ") {
        return Err(SyntaxError("unknown CREATE parameter"));
    }
    let mut uses = cursor.list(1, |cursor| {
        cursor.expect(b'\\', "expected a special use")?;
        match cursor.atom()?.to_ascii_lowercase().as_str() {
            "archive" => Ok(SpecialUse::Archive),
            "drafts" => Ok(SpecialUse::Drafts),
            "junk" => Ok(SpecialUse::Junk),
            "sent" => Ok(SpecialUse::Sent),
            "trash" => Ok(SpecialUse::Trash),
            "flagged" => Ok(SpecialUse::Flagged),
            "all" => Ok(SpecialUse::All),
            _ => Err(SyntaxError("unknown special use")),
        }
    })?;
    cursor.expect(b')', "expected ) after CREATE parameters")?;
    Ok(uses.pop())
}

/// Commands on messages of the selected mailbox; those without arguments were read before.
fn message_command(cursor: &mut Cursor<'_>, word: &[u8], numbering: Numbering) -> Parsed<Command> {
    let known: &[&[u8]] = &[b"FETCH", b"STORE", b"SEARCH", b"COPY", b"MOVE", b"EXPUNGE"];
    if !known.contains(&word) {
        return Err(SyntaxError("unknown command"));
    }
    cursor.space()?;
    Ok(match word {
        b"FETCH" => Command::Fetch(fetch(cursor)?, numbering),
        b"STORE" => Command::Store(store(cursor)?, numbering),
        b"SEARCH" => Command::Search(search(cursor)?, numbering),
        b"EXPUNGE" => Command::Expunge(Some(sequence_set(cursor)?)),
        word => {
            let set = sequence_set(cursor)?;
            cursor.space()?;
            Command::Copy {
                set,
                target: mailbox(cursor)?,
                transfer: if word == b"MOVE" {
                    Transfer::Move
                } else {
                    Transfer::Copy
                },
                numbering,
            }
        }
    })
}
