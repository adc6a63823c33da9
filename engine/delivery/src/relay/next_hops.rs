//! The hosts to try for a destination, best first (RFC 5321 §5.1).

use crate::config::{RelayConfig, TlsMode};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use waxseal_mail::{Domain, Reply};
use waxseal_ports::resolver::{Exchange, ResolveError};
use waxseal_ports::{Resolver, is_public};

/// One address to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NextHop {
    /// The host's name: for TLS, and for people.
    pub(super) host: String,
    /// Where it is.
    pub(super) address: SocketAddr,
    /// How TLS is used.
    pub(super) tls: TlsMode,
}

/// Gives the addresses of a destination one by one, asking the DNS only as far as needed.
pub(super) struct NextHops<'a> {
    resolver: &'a dyn Resolver,
    hosts: VecDeque<String>,
    port: u16,
    tls: TlsMode,
    private_allowed: bool,
    ready: VecDeque<NextHop>,
    /// Addresses that may still be given.
    left: usize,
    /// Why there was none.
    reply: Option<Reply>,
}

impl<'a> NextHops<'a> {
    /// The exchanges of `domain`.
    ///
    /// # Errors
    /// The reply that settles the recipients: no such domain, null MX, only ourselves, no answer.
    pub(super) async fn by_mx(
        resolver: &'a dyn Resolver,
        config: &RelayConfig,
        domain: &Domain,
        ourselves: &Domain,
    ) -> Result<Self, Reply> {
        let exchanges = resolver.exchanges(domain).await;
        let exchanges = exchanges.map_err(|error| refusal(&error, domain.as_str()))?;
        let hosts = without_ourselves(exchanges, ourselves.ascii())
            .ok_or_else(|| Reply::own(554, (5, 4, 6), format!("mail for {domain} loops back")))?;
        Ok(Self {
            resolver,
            hosts: hosts.into(),
            port: config.port,
            tls: config.tls,
            private_allowed: config.allow_private_addresses,
            ready: VecDeque::new(),
            left: config.addresses_max,
            reply: None,
        })
    }

    /// One host that was configured; it may be anywhere.
    pub(super) fn smarthost(
        resolver: &'a dyn Resolver,
        config: &RelayConfig,
        (host, port, tls): (&str, u16, TlsMode),
    ) -> Self {
        Self {
            resolver,
            hosts: VecDeque::from([host.to_owned()]),
            port,
            tls,
            private_allowed: true,
            ready: VecDeque::new(),
            left: config.addresses_max,
            reply: None,
        }
    }

    /// The next address; `None` when all were given.
    pub(super) async fn next(&mut self) -> Option<NextHop> {
        if self.left == 0 {
            return None;
        }
        while self.ready.is_empty() {
            let host = self.hosts.pop_front()?;
            match self.resolver.addresses(&host).await {
                Ok(addresses) => self.add(&host, &addresses),
                Err(error) => {
                    let reply = refusal(&error, &host);
                    self.keep_kindest(reply);
                }
            }
        }
        self.left -= 1;
        self.ready.pop_front()
    }

    /// Why there was no address at all, for when nothing better is known.
    pub(super) fn reply(self) -> Reply {
        let nowhere = || Reply::own(550, (5, 4, 4), "no host takes mail for this domain");
        self.reply.unwrap_or_else(nowhere)
    }

    fn add(&mut self, host: &str, addresses: &[IpAddr]) {
        for address in addresses {
            let address = address.to_canonical();
            if !self.private_allowed && !is_public(address) {
                let text = format!("{host} has an address that is not reached by the internet");
                self.keep_kindest(Reply::own(550, (5, 4, 4), text));
                continue;
            }
            self.ready.push_back(NextHop {
                host: host.to_owned(),
                address: SocketAddr::new(address, self.port),
                tls: self.tls,
            });
        }
    }

    /// One host that may answer later is reason enough to try later.
    fn keep_kindest(&mut self, reply: Reply) {
        if !self.reply.as_ref().is_some_and(Reply::is_transient) {
            self.reply = Some(reply);
        }
    }
}

/// What a failed question means for the recipients.
fn refusal(error: &ResolveError, name: &str) -> Reply {
    match error {
        ResolveError::NoSuchName => {
            Reply::own(550, (5, 1, 2), format!("{name} does not exist in the DNS"))
        }
        ResolveError::NullMx => {
            Reply::own(556, (5, 1, 10), format!("{name} takes no mail (null MX)"))
        }
        ResolveError::Unavailable(why) => Reply::own(
            451,
            (4, 4, 3),
            format!("the DNS does not answer for {name}: {why}"),
        ),
    }
}

/// Hosts in order, cut before this server and those of equal or worse preference, since they would
/// only bring the message back here. `None` if nothing is left for that reason.
fn without_ourselves(exchanges: Vec<Exchange>, ourselves: &str) -> Option<Vec<String>> {
    let is_us = |exchange: &&Exchange| exchange.host.eq_ignore_ascii_case(ourselves);
    let limit = exchanges.iter().find(is_us).map(|us| us.preference);
    let better = |exchange: &Exchange| limit.is_none_or(|limit| exchange.preference < limit);
    let hosts = exchanges
        .into_iter()
        .filter(better)
        .map(|exchange| exchange.host);
    let hosts: Vec<_> = hosts.collect();
    (limit.is_none() || !hosts.is_empty()).then_some(hosts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ourselves_and_worse_are_left_out() {
        let list = |hosts: &[(u16, &str)]| {
            let exchange = |(preference, host): &(u16, &str)| Exchange {
                preference: *preference,
                host: (*host).to_owned(),
            };
            without_ourselves(hosts.iter().map(exchange).collect(), "us.test")
        };
        let kept = Some(vec!["a".to_owned()]);
        assert_eq!(list(&[(10, "a")]), kept);
        assert_eq!(
            list(&[(10, "a"), (20, "US.test"), (20, "b"), (30, "c")]),
            kept
        );
        assert_eq!(list(&[(10, "us.test"), (20, "b")]), None);
        assert_eq!(list(&[]), Some(vec![]));
    }
}
