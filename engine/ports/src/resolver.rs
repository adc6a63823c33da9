//! Questions to the DNS.

use async_trait::async_trait;
use std::net::IpAddr;
use waxseal_mail::Domain;

/// A resolver with a cache and a total time limit per question.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// Where mail for `domain` goes, best preference first, equal preferences in random order.
    /// A domain without MX records is its own exchange (RFC 5321 §5.1).
    ///
    /// # Errors
    /// [`ResolveError::NullMx`] for a null MX (RFC 7505), and the others.
    async fn exchanges(&self, domain: &Domain) -> Result<Vec<Exchange>, ResolveError>;

    /// All addresses of a host, IPv6 first (as RFC 8305 prefers).
    ///
    /// # Errors
    /// [`ResolveError::NoSuchName`] or [`ResolveError::Unavailable`].
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError>;

    /// The name of an address, if it has one that leads back to it.
    async fn name_of(&self, address: IpAddr) -> Option<String>;

    /// The records of one kind, as they are. The name of [`RecordKind::Ptr`] is an address as text,
    /// or one under `arpa` already.
    ///
    /// # Errors
    /// [`LookupError`].
    async fn lookup(&self, name: &str, kind: RecordKind) -> Result<Records, LookupError>;
}

/// The kind of a record (RFC 1035 §3.2.2, RFC 3596).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Texts.
    Txt,
    /// Mail exchanges.
    Mx,
    /// Host names of an address.
    Ptr,
    /// Name servers.
    Ns,
}

/// The answer to a [`Resolver::lookup`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// Each record as text, at least one: addresses and host names (lower case, without the dot at
    /// the end), an exchange as `10 mx.example.org`, the strings of a text joined.
    pub values: Vec<String>,
    /// Seconds for which the answer holds.
    pub ttl: u32,
}

/// Why a [`Resolver::lookup`] has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// The name does not exist.
    #[error("the name does not exist")]
    NoSuchName,
    /// The name has no record of this kind.
    #[error("the name has no such record")]
    NoRecords,
    /// The name servers failed, or the name is none.
    #[error("the DNS gave no answer: {0}")]
    Failed(String),
    /// No answer in time.
    #[error("the DNS gave no answer in time")]
    Timeout,
}

/// One MX record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Lower is better.
    pub preference: u16,
    /// A host name without trailing dot.
    pub host: String,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// The name does not exist or has no record of use: permanent, 5.1.2.
    #[error("the domain does not exist in the DNS")]
    NoSuchName,
    /// The domain says it takes no mail (RFC 7505): permanent, 5.1.10.
    #[error("the domain accepts no mail (null MX)")]
    NullMx,
    /// Time-out or server failure: temporary, 4.4.3.
    #[error("the DNS gave no answer: {0}")]
    Unavailable(String),
}

impl ResolveError {
    /// Whether asking again later may help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}
