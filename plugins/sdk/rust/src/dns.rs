//! Questions to the DNS, through the server's resolver and its cache. Granted as `dns = true`; at
//! most 20 a message and plugin.

use crate::Error as PluginError;
pub use crate::bindings::waxseal::plugin::dns::{Answer, Error, Kind};
use crate::host::dns;
use std::net::IpAddr;

/// Asks for the records of a name.
///
/// # Errors
/// When there are none, too: [`Error::Nxdomain`] and [`Error::NoData`].
pub fn resolve(name: &str, kind: Kind) -> Result<Answer, Error> {
    dns::resolve(name, kind)
}

/// The records of a name; none where the name does not exist or has none of this kind.
///
/// # Errors
/// When there is no answer.
pub fn lookup(name: &str, kind: Kind) -> Result<Vec<String>, Error> {
    match dns::resolve(name, kind) {
        Ok(answer) => Ok(answer.values),
        Err(Error::Nxdomain | Error::NoData) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The IPv4 and IPv6 addresses of a name: two questions.
///
/// # Errors
/// As [`lookup`].
pub fn addresses(name: &str) -> Result<Vec<IpAddr>, Error> {
    let mut texts = lookup(name, Kind::A)?;
    texts.extend(lookup(name, Kind::Aaaa)?);
    Ok(texts.iter().filter_map(|text| text.parse().ok()).collect())
}

impl From<Error> for PluginError {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied => Self::new("dns-denied", "dns is not granted: set `dns = true`"),
            Error::Nxdomain => Self::new("dns-nxdomain", "the name does not exist"),
            Error::NoData => Self::new("dns-no-data", "the name has no such record"),
            Error::Servfail => Self::new("dns-servfail", "the name servers failed").retryable(),
            Error::Timeout => Self::new("dns-timeout", "no answer in time").retryable(),
            Error::Budget => Self::new("dns-budget", "too many questions for one message"),
        }
    }
}
