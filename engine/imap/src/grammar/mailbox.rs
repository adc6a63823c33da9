//! Mailbox names and patterns in commands (RFC 9051 §5.1).

use super::cursor::{Cursor, Parsed, SyntaxError, is_astring_char};
use super::modified_utf7;
use waxseal_mail::MailboxName;

/// A name or pattern as sent; how it is read depends on what the client enabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawName(pub Vec<u8>);

/// How mailbox names stand on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NameForm {
    /// IMAP4rev1: modified UTF-7.
    #[default]
    ModifiedUtf7,
    /// IMAP4rev2: UTF-8.
    Utf8,
}

impl RawName {
    /// As UTF-8; `None` where it is not well-formed.
    #[must_use]
    pub fn decode(&self, form: NameForm) -> Option<String> {
        match form {
            NameForm::ModifiedUtf7 => modified_utf7::decode(&self.0),
            NameForm::Utf8 => String::from_utf8(self.0.clone()).ok(),
        }
    }

    /// As a name that a mailbox can have; `None` for all others.
    #[must_use]
    pub fn name(&self, form: NameForm) -> Option<MailboxName> {
        MailboxName::new(&self.decode(form)?).ok()
    }
}

/// `mailbox = "INBOX" / astring`
///
/// # Errors
/// Where there is none.
pub fn mailbox(cursor: &mut Cursor<'_>) -> Parsed<RawName> {
    cursor.astring().map(RawName)
}

/// `list-mailbox = 1*list-char / string`
///
/// # Errors
/// Where there is none.
pub fn list_mailbox(cursor: &mut Cursor<'_>) -> Parsed<RawName> {
    if matches!(cursor.peek(), Some(b'"' | b'{')) {
        return cursor.string().map(RawName);
    }
    let name = cursor.run(|octet| is_astring_char(octet) || matches!(octet, b'*' | b'%'));
    if name.is_empty() {
        return Err(SyntaxError("expected a mailbox pattern"));
    }
    Ok(RawName(name.to_vec()))
}
