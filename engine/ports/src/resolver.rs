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
