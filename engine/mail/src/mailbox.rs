//! Mailbox addresses: `Local-part "@" ( Domain / address-literal )` (RFC 5321 §4.1.2, RFC 6531 §3.3).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Octets of a local-part (RFC 5321 §4.5.3.1.1).
const LOCAL_PART_OCTETS_MAX: usize = 64;
/// Octets of a domain (RFC 5321 §4.5.3.1.2).
const DOMAIN_OCTETS_MAX: usize = 255;

/// Octets of a path with its angle brackets (RFC 5321 §4.5.3.1.3).
const PATH_OCTETS_MAX: usize = 256;

/// Why an address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `@`, or nothing on one side of it.
    #[error("an address needs a local-part, @ and a domain")]
    Incomplete,
    /// Not a dot-string and not a quoted string.
    #[error("the local-part is malformed")]
    LocalPart,
    /// Not a host name and not an address literal.
    #[error("the domain is malformed")]
    Domain,
    /// Over 64 octets.
    #[error("the local-part is over {LOCAL_PART_OCTETS_MAX} octets")]
    LocalPartTooLong,
    /// Over 255 octets.
    #[error("the domain is over {DOMAIN_OCTETS_MAX} octets")]
    DomainTooLong,
    /// Over 256 octets with angle brackets.
    #[error("the path is over {PATH_OCTETS_MAX} octets")]
    PathTooLong,
}

/// The part before the `@`, with quoting removed. Its case is kept; [`LocalPart::folded`] is the
/// form hosted names are compared in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalPart(String);

/// A domain or an address literal. Equal by its ASCII form, without regard to case.
#[derive(Debug, Clone)]
pub struct Domain {
    /// As given.
    text: String,
    /// Lower case, A-labels.
    ascii: String,
}

/// One address: `local-part@domain`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    local_part: LocalPart,
    domain: Domain,
}

impl LocalPart {
    /// From the wire: a `Dot-string` or a `Quoted-string` with its quotes (RFC 5321 §4.1.2).
    ///
    /// # Errors
    /// [`AddressError::LocalPart`] or [`AddressError::LocalPartTooLong`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() > LOCAL_PART_OCTETS_MAX {
            return Err(AddressError::LocalPartTooLong);
        }
        let unquoted = match text.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"').and_then(unquote),
            None => is_dot_string(text).then(|| text.to_owned()),
        };
        unquoted
            .filter(|text| !text.is_empty())
            .map(Self)
            .ok_or(AddressError::LocalPart)
    }

    /// Without quoting.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Lower case: the form in which hosted accounts are found.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// Before and after the first of `separators` that is neither first nor last
    /// (subaddressing, RFC 5233): `alice+lists` is `("alice", Some("lists"))`.
    #[must_use]
    pub fn split_subaddress(&self, separators: &str) -> (Self, Option<String>) {
        let found = self
            .0
            .char_indices()
            .find(|(at, c)| *at > 0 && separators.contains(*c));
        match found {
            Some((at, c)) if at + c.len_utf8() < self.0.len() => {
                let (user, detail) = self.0.split_at(at);
                let detail = detail.chars().skip(1).collect();
                (Self(user.to_owned()), Some(detail))
            }
            _ => (self.clone(), None),
        }
    }
}

/// Takes the inside of a quoted string; `None` for control characters or a trailing backslash.
fn unquote(inside: &str) -> Option<String> {
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => return None,
            '\\' => text.push(characters.next().filter(|c| matches!(c, ' '..='~'))?),
            c if c.is_control() => return None,
            c => text.push(c),
        }
    }
    Some(text)
}

/// `Dot-string = Atom *("." Atom)`, with UTF-8 allowed (RFC 6531 §3.3).
fn is_dot_string(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}

fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~".contains(c)
        || (!c.is_ascii() && !c.is_control())
}

impl fmt::Display for LocalPart {
    /// With quotes where they are needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_dot_string(&self.0) {
            return f.write_str(&self.0);
        }
        f.write_str("\"")?;
        for c in self.0.chars() {
            if matches!(c, '"' | '\\') {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        f.write_str("\"")
    }
}

impl Domain {
    /// A host name (ASCII or U-labels) or an address literal in brackets. One trailing dot is
    /// refused, as RFC 5321 §2.3.5 has no use for it.
    ///
    /// # Errors
    /// [`AddressError::Domain`] or [`AddressError::DomainTooLong`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() > DOMAIN_OCTETS_MAX {
            return Err(AddressError::DomainTooLong);
        }
        if text.starts_with('[') {
            let address = literal_address(text).ok_or(AddressError::Domain)?;
            let ascii = match address {
                IpAddr::V4(v4) => format!("[{v4}]"),
                IpAddr::V6(v6) => format!("[ipv6:{v6}]"),
            };
            return Ok(Self {
                text: text.to_owned(),
                ascii,
            });
        }
        let ascii = if text.is_ascii() {
            text.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii(text).map_err(|_| AddressError::Domain)?
        };
        let valid = ascii.len() <= DOMAIN_OCTETS_MAX && ascii.split('.').all(is_label);
        if valid {
            Ok(Self {
                text: text.to_owned(),
                ascii,
            })
        } else {
            Err(AddressError::Domain)
        }
    }

    /// As given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Lower case with A-labels: the form for DNS and for comparison.
    #[must_use]
    pub fn ascii(&self) -> &str {
        &self.ascii
    }

    /// The address of an address literal; `None` for a name.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        literal_address(&self.text)
    }
}

/// `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3).
fn literal_address(text: &str) -> Option<IpAddr> {
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    match inside.split_once(':') {
        Some((tag, v6)) if tag.eq_ignore_ascii_case("ipv6") => {
            Ipv6Addr::from_str(v6).ok().map(IpAddr::V6)
        }
        _ => Ipv4Addr::from_str(inside).ok().map(IpAddr::V4),
    }
}

/// `sub-domain = Let-dig [Ldh-str]`, up to 63 octets; an underscore is tolerated as real hosts use it.
fn is_label(label: &str) -> bool {
    let inner = label
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (1..=63).contains(&label.len()) && inner && !label.starts_with('-') && !label.ends_with('-')
}

impl PartialEq for Domain {
    fn eq(&self, other: &Self) -> bool {
        self.ascii == other.ascii
    }
}
impl Eq for Domain {}
impl Hash for Domain {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ascii.hash(state);
    }
}
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Mailbox {
    /// From its two parts.
    #[must_use]
    pub const fn new(local_part: LocalPart, domain: Domain) -> Self {
        Self { local_part, domain }
    }

    /// Reads `local-part@domain` without angle brackets; the last `@` outside quotes divides.
    ///
    /// # Errors
    /// Any [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() + 2 > PATH_OCTETS_MAX {
            return Err(AddressError::PathTooLong);
        }
        let (local_part, domain) = match text.strip_prefix('"') {
            Some(rest) => {
                let close = closing_quote(rest).ok_or(AddressError::LocalPart)?;
                let (quoted, rest) = text.split_at(close + 2);
                (
                    quoted,
                    rest.strip_prefix('@').ok_or(AddressError::Incomplete)?,
                )
            }
            None => text.split_once('@').ok_or(AddressError::Incomplete)?,
        };
        if local_part.is_empty() || domain.is_empty() {
            return Err(AddressError::Incomplete);
        }
        Ok(Self::new(
            LocalPart::parse(local_part)?,
            Domain::parse(domain)?,
        ))
    }

    /// The part before the `@`.
    #[must_use]
    pub const fn local_part(&self) -> &LocalPart {
        &self.local_part
    }

    /// The part after the `@`.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Whether it can travel without SMTPUTF8 (RFC 6531): an ASCII local-part.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.local_part.0.is_ascii() && self.domain.text.is_ascii()
    }
}

/// The position of the first `"` that no backslash precedes.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local_part, self.domain)
    }
}

impl FromStr for Mailbox {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_addresses_round_trip() {
        for text in [
            "alice@example.test",
            "a.b+c@sub.example.test",
            "\"john doe\"@example.test",
            "\"a@b\"@example.test",
            "\"q\\\"uote\"@example.test",
            "postmaster@[192.0.2.1]",
            "x@[IPv6:2001:db8::1]",
            "pelé@example.test",
        ] {
            let mailbox = Mailbox::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(mailbox.to_string(), text);
        }
    }

    #[test]
    fn needless_quotes_go_and_domains_fold() {
        let quoted = Mailbox::parse("\"alice\"@EXAMPLE.test").unwrap();
        assert_eq!(quoted, Mailbox::parse("alice@example.test").unwrap());
        let unicode = Domain::parse("bücher.example").unwrap();
        assert_eq!(unicode, Domain::parse("XN--bcher-kva.example").unwrap());
    }

    #[test]
    fn bad_addresses_are_refused() {
        for text in [
            "",
            "alice",
            "@example.test",
            "alice@",
            "a@b@c",
            ".a@b",
            "a..b@c",
            "a.@b",
            "a b@c",
            "a@-b",
            "a@b-",
            "a@b..c",
            "a@b.",
            "a@[1.2.3]",
            "a@[IPv6:x]",
            "\"a@b",
            "\"a\"b@c",
            "\"\"@b",
            "a\r@b",
            "\"a\r\n\"@b",
            "a@b c",
        ] {
            assert!(Mailbox::parse(text).is_err(), "{text:?}");
        }
        assert!(Mailbox::parse(&format!("{}@b", "a".repeat(65))).is_err());
        assert!(Mailbox::parse(&format!("a@{}", "a.".repeat(200))).is_err());
        let domain = |octets: usize| "d.".repeat(octets / 2 - 1) + "dd";
        assert!(Mailbox::parse(&format!("aa@{}", domain(250))).is_ok());
        let long = Mailbox::parse(&format!("aaaaa@{}", domain(250)));
        assert_eq!(long, Err(AddressError::PathTooLong));
    }

    #[test]
    fn subaddresses_split() {
        let split = |text: &str| {
            let (user, detail) = LocalPart::parse(text).unwrap().split_subaddress("+");
            (user.as_str().to_owned(), detail)
        };
        assert_eq!(split("alice+x+y"), ("alice".into(), Some("x+y".into())));
        assert_eq!(split("+x"), ("+x".into(), None));
        assert_eq!(split("alice+"), ("alice+".into(), None));
    }
}
