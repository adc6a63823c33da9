//! Names of IMAP mailboxes (RFC 9051 §5.1).

use std::fmt;
use std::sync::Arc;

/// Between the levels of a mailbox name.
pub const HIERARCHY_DELIMITER: char = '/';
/// Octets of a whole name, as UTF-8.
pub const MAILBOX_NAME_OCTETS_MAX: usize = 512;
/// Levels of a name.
const LEVELS_MAX: usize = 32;

/// A mailbox name as UTF-8, levels separated by [`HIERARCHY_DELIMITER`]. `INBOX` is spelled in upper
/// case; other names keep their case and differ by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailboxName(Arc<str>);

/// Why a mailbox name was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailboxNameError {
    /// Nothing there, or an empty level.
    #[error("the mailbox name has an empty level")]
    Empty,
    /// Over [`MAILBOX_NAME_OCTETS_MAX`] octets or 32 levels.
    #[error("the mailbox name is longer than {MAILBOX_NAME_OCTETS_MAX} octets or 32 levels")]
    TooLong,
    /// A control character, a wildcard (`*`, `%`) or a level that is `.` or `..`.
    #[error("the mailbox name holds a character or level that is not allowed")]
    Forbidden,
}

impl MailboxName {
    /// The name every account has.
    #[must_use]
    pub fn inbox() -> Self {
        Self("INBOX".into())
    }

    /// Checks a name that has been decoded to UTF-8. A first level equal to `INBOX` without regard
    /// to case becomes `INBOX` (RFC 9051 §5.1). One trailing delimiter is dropped (CREATE, §6.3.4).
    ///
    /// # Errors
    /// Any [`MailboxNameError`].
    pub fn new(text: &str) -> Result<Self, MailboxNameError> {
        let text = text.strip_suffix(HIERARCHY_DELIMITER).unwrap_or(text);
        if text.len() > MAILBOX_NAME_OCTETS_MAX {
            return Err(MailboxNameError::TooLong);
        }
        let mut levels = 0_usize;
        for level in text.split(HIERARCHY_DELIMITER) {
            levels += 1;
            let wild = level
                .chars()
                .any(|c| c.is_control() || matches!(c, '*' | '%' | '\u{fffd}'));
            if level.is_empty() {
                return Err(MailboxNameError::Empty);
            } else if wild || level == "." || level == ".." {
                return Err(MailboxNameError::Forbidden);
            }
        }
        if levels > LEVELS_MAX {
            return Err(MailboxNameError::TooLong);
        }
        let (first, rest) = text.split_once(HIERARCHY_DELIMITER).unwrap_or((text, ""));
        if !first.eq_ignore_ascii_case("INBOX") {
            Ok(Self(text.into()))
        } else if rest.is_empty() {
            Ok(Self::inbox())
        } else {
            Ok(Self(format!("INBOX{HIERARCHY_DELIMITER}{rest}").into()))
        }
    }

    /// As UTF-8.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is `INBOX` itself.
    #[must_use]
    pub fn is_inbox(&self) -> bool {
        &*self.0 == "INBOX"
    }

    /// Whether this name lies below `parent` in the hierarchy.
    #[must_use]
    pub fn is_below(&self, parent: &Self) -> bool {
        self.0
            .strip_prefix(&*parent.0)
            .is_some_and(|rest| rest.starts_with(HIERARCHY_DELIMITER))
    }

    /// The name one level up; `None` at the top.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0
            .rsplit_once(HIERARCHY_DELIMITER)
            .map(|(parent, _)| Self(parent.into()))
    }
}

impl fmt::Display for MailboxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_names() {
        assert!(MailboxName::new("inbox").unwrap().is_inbox());
        assert_eq!(MailboxName::new("inbox/a").unwrap().as_str(), "INBOX/a");
        assert_eq!(MailboxName::new("Inboxes").unwrap().as_str(), "Inboxes");
        assert_eq!(
            MailboxName::new("a/b/").unwrap().parent().unwrap().as_str(),
            "a"
        );
        let below = MailboxName::new("a/b").unwrap();
        assert!(below.is_below(&MailboxName::new("a").unwrap()));
        assert!(
            !MailboxName::new("ab")
                .unwrap()
                .is_below(&MailboxName::new("a").unwrap())
        );
        for bad in ["", "/", "/a", "a//b", "..", "a/../b", "a\0", "a*", "a%b"] {
            assert!(MailboxName::new(bad).is_err(), "{bad:?}");
        }
        assert!(MailboxName::new(&"x".repeat(513)).is_err());
    }
}
