//! Flags and keywords (RFC 9051 §2.3.2), and their compact form.

use std::fmt;
use std::sync::Arc;

/// Keywords one mailbox can know; the system flags take the other bits of [`FlagBits`].
pub const FLAG_KEYWORDS_MAX: usize = 56;
/// Octets of one keyword.
const KEYWORD_OCTETS_MAX: usize = 100;

/// A system flag or a keyword.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Flag {
    /// `\Answered`
    Answered,
    /// `\Flagged`
    Flagged,
    /// `\Deleted`
    Deleted,
    /// `\Seen`
    Seen,
    /// `\Draft`
    Draft,
    /// For example `$Junk`.
    Keyword(Keyword),
}

/// A flag keyword: an `atom` (RFC 9051 §9 `flag-keyword`) of at most 100 octets.
/// Equal without regard to ASCII case, kept as first written.
#[derive(Debug, Clone)]
pub struct Keyword(Arc<str>);

/// Why a keyword was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeywordError {
    /// Not an atom, or over 100 octets.
    #[error("{0:?} is not a valid flag keyword")]
    Invalid(String),
    /// The mailbox knows [`FLAG_KEYWORDS_MAX`] keywords already.
    #[error("a mailbox holds at most {FLAG_KEYWORDS_MAX} different keywords")]
    TooMany,
}

impl Keyword {
    /// Checks `text`.
    ///
    /// # Errors
    /// [`KeywordError::Invalid`].
    pub fn new(text: &str) -> Result<Self, KeywordError> {
        let valid = !text.is_empty()
            && text.len() <= KEYWORD_OCTETS_MAX
            && text
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"(){%*\"\\]".contains(&b));
        if valid {
            Ok(Self(text.into()))
        } else {
            Err(KeywordError::Invalid(text.to_owned()))
        }
    }

    /// As written first.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for Keyword {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}
impl Eq for Keyword {}
impl std::hash::Hash for Keyword {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0
            .bytes()
            .for_each(|b| state.write_u8(b.to_ascii_lowercase()));
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answered => "\\Answered",
            Self::Flagged => "\\Flagged",
            Self::Deleted => "\\Deleted",
            Self::Seen => "\\Seen",
            Self::Draft => "\\Draft",
            Self::Keyword(keyword) => keyword.as_str(),
        })
    }
}

/// The flags of one message in 64 bits: five system flags, then the keywords of its mailbox's
/// [`KeywordTable`] by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FlagBits(pub u64);

impl FlagBits {
    /// No flag.
    pub const NONE: Self = Self(0);
    /// `\Answered`
    pub const ANSWERED: Self = Self(1);
    /// `\Flagged`
    pub const FLAGGED: Self = Self(1 << 1);
    /// `\Deleted`
    pub const DELETED: Self = Self(1 << 2);
    /// `\Seen`
    pub const SEEN: Self = Self(1 << 3);
    /// `\Draft`
    pub const DRAFT: Self = Self(1 << 4);
    /// First bit of the keywords; the bits between are reserved.
    const KEYWORD_SHIFT: usize = 8;

    /// The bit of the keyword at `position` of the table; none past [`FLAG_KEYWORDS_MAX`].
    #[must_use]
    pub const fn keyword(position: usize) -> Self {
        if position < FLAG_KEYWORDS_MAX {
            Self(1 << (position + Self::KEYWORD_SHIFT))
        } else {
            Self(0)
        }
    }

    /// Whether every flag of `other` is set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and those.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These without those.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// The keywords a mailbox knows, by position; grows only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeywordTable(Vec<Keyword>);

impl KeywordTable {
    /// From stored order. Entries past [`FLAG_KEYWORDS_MAX`] are dropped.
    #[must_use]
    pub fn from_keywords(mut keywords: Vec<Keyword>) -> Self {
        keywords.truncate(FLAG_KEYWORDS_MAX);
        Self(keywords)
    }

    /// All keywords, in order.
    #[must_use]
    pub fn keywords(&self) -> &[Keyword] {
        &self.0
    }

    /// The bit of `flag`; `None` for a keyword this mailbox does not know.
    #[must_use]
    pub fn bit(&self, flag: &Flag) -> Option<FlagBits> {
        match flag {
            Flag::Answered => Some(FlagBits::ANSWERED),
            Flag::Flagged => Some(FlagBits::FLAGGED),
            Flag::Deleted => Some(FlagBits::DELETED),
            Flag::Seen => Some(FlagBits::SEEN),
            Flag::Draft => Some(FlagBits::DRAFT),
            Flag::Keyword(keyword) => self
                .0
                .iter()
                .position(|known| known == keyword)
                .map(FlagBits::keyword),
        }
    }

    /// The bit of `flag`, learning its keyword if it is new.
    ///
    /// # Errors
    /// [`KeywordError::TooMany`].
    pub fn learn(&mut self, flag: &Flag) -> Result<FlagBits, KeywordError> {
        if let Some(bit) = self.bit(flag) {
            return Ok(bit);
        }
        if self.0.len() >= FLAG_KEYWORDS_MAX {
            return Err(KeywordError::TooMany);
        }
        if let Flag::Keyword(keyword) = flag {
            self.0.push(keyword.clone());
        }
        Ok(FlagBits::keyword(self.0.len().saturating_sub(1)))
    }

    /// The flags that `bits` stand for, system flags first.
    pub fn flags(&self, bits: FlagBits) -> impl Iterator<Item = Flag> + '_ {
        let system = [
            (FlagBits::ANSWERED, Flag::Answered),
            (FlagBits::FLAGGED, Flag::Flagged),
            (FlagBits::DELETED, Flag::Deleted),
            (FlagBits::SEEN, Flag::Seen),
            (FlagBits::DRAFT, Flag::Draft),
        ];
        let keywords = self.0.iter().enumerate();
        let keywords = keywords.map(|(i, k)| (FlagBits::keyword(i), Flag::Keyword(k.clone())));
        system
            .into_iter()
            .chain(keywords)
            .filter(move |(bit, _)| bits.contains(*bit))
            .map(|(_, flag)| flag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_learned_once_and_limited() {
        let mut table = KeywordTable::default();
        let junk = Flag::Keyword(Keyword::new("$Junk").unwrap());
        let same = Flag::Keyword(Keyword::new("$jUNK").unwrap());
        let bit = table.learn(&junk).unwrap();
        assert_eq!(table.learn(&same).unwrap(), bit);
        let bits = bit.with(FlagBits::SEEN);
        let names: Vec<_> = table.flags(bits).map(|f| f.to_string()).collect();
        assert_eq!(names, ["\\Seen", "$Junk"]);
        for n in 1..FLAG_KEYWORDS_MAX {
            table
                .learn(&Flag::Keyword(Keyword::new(&format!("k{n}")).unwrap()))
                .unwrap();
        }
        let more = Flag::Keyword(Keyword::new("more").unwrap());
        assert_eq!(table.learn(&more), Err(KeywordError::TooMany));
        assert!(Keyword::new("a b").is_err() && Keyword::new("").is_err());
    }
}
