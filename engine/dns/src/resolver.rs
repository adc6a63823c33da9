//! The `Resolver` port on hickory.

use crate::config::{Config, ConfigError};
use crate::exchanges::ordered;
use crate::lookup;
use async_trait::async_trait;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig,
    ResolverOpts,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData};
use std::future::Future;
use std::hash::RandomState;
use std::net::IpAddr;
use std::time::Duration;
use waxseal_mail::Domain;
use waxseal_ports::Resolver;
use waxseal_ports::resolver::{Exchange, LookupError, RecordKind, Records, ResolveError};

/// Names looked at when an address is asked for its name.
const NAMES_MAX: usize = 4;

/// Asks recursive name servers; answers are cached for as long as they are valid.
pub struct DnsResolver {
    hickory: TokioResolver,
    total: Duration,
}

impl DnsResolver {
    /// A resolver over the configured servers, or those of the system. A system that has none gives
    /// a resolver that answers every question with [`ResolveError::Unavailable`].
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        config.check()?;
        let (servers, mut options) = servers(config);
        options.timeout = Duration::from_secs(config.timeout_secs);
        options.attempts = config.retries;
        options.cache_size = config.cache_entries_max;
        options.ip_strategy = LookupIpStrategy::Ipv6AndIpv4;
        options.use_hosts_file = if config.hosts_file {
            ResolveHosts::Always
        } else {
            ResolveHosts::Never
        };
        // Large answers come by TCP, and a server without EDNS is asked again without.
        options.edns0 = true;
        let provider = TokioRuntimeProvider::default();
        let mut builder = TokioResolver::builder_with_config(servers, provider);
        *builder.options_mut() = options;
        Ok(Self {
            hickory: builder
                .build()
                .map_err(|e| ConfigError::SetUp(e.to_string()))?,
            total: Duration::from_secs(config.total_secs_max),
        })
    }

    /// Runs one question under the total limit.
    async fn within<T>(
        &self,
        question: impl Future<Output = Result<T, NetError>>,
    ) -> Result<T, Failure> {
        self.bounded(question).await.map_err(Failure::from)
    }

    /// The same, with hickory's own error.
    async fn bounded<T>(
        &self,
        question: impl Future<Output = Result<T, NetError>>,
    ) -> Result<T, NetError> {
        let answer = tokio::time::timeout(self.total, question).await;
        let answer = answer.unwrap_or(Err(NetError::Timeout));
        metrics::counter!("waxseal_dns_questions_total",
            "answer" => if answer.is_ok() { "found" } else { "not_found" })
        .increment(1);
        answer
    }
}

fn servers(config: &Config) -> (ResolverConfig, ResolverOpts) {
    if config.servers.is_empty() {
        return hickory_resolver::system_conf::read_system_conf().unwrap_or_else(|error| {
            tracing::warn!(error = %error, "the system names no DNS servers; set dns.servers");
            Default::default()
        });
    }
    let servers = config.servers.iter().map(|address| {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
        let connections = connections.map(|mut connection| {
            connection.port = address.port();
            connection
        });
        NameServerConfig::new(address.ip(), true, connections.into())
    });
    let servers = ResolverConfig::from_name_servers(servers.collect());
    (servers, ResolverOpts::default())
}

/// Why there is no answer, in the three kinds that matter.
enum Failure {
    /// The name does not exist.
    NoName,
    /// The name exists, but not with records of this type.
    NoRecords,
    /// No statement either way.
    Unavailable(String),
}

impl From<NetError> for Failure {
    fn from(error: NetError) -> Self {
        // Only NXDOMAIN and NOERROR make "no records"; any other code is no statement.
        if error.is_nx_domain() {
            Self::NoName
        } else if error.is_no_records_found() {
            Self::NoRecords
        } else {
            Self::Unavailable(error.to_string())
        }
    }
}

impl From<Failure> for ResolveError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NoName | Failure::NoRecords => Self::NoSuchName,
            Failure::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

/// A name from the root on, so that no search list of the system is tried.
fn absolute(name: &str) -> Result<Name, ResolveError> {
    let mut name = Name::from_ascii(name).map_err(|_| ResolveError::NoSuchName)?;
    name.set_fqdn(true);
    Ok(name)
}

/// `192.0.2.1`, `[192.0.2.1]`, `2001:db8::1` or `[IPv6:2001:db8::1]`.
fn literal(host: &str) -> Option<IpAddr> {
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let plain = inside.unwrap_or(host);
    let tagged = plain
        .get(..5)
        .filter(|tag| tag.eq_ignore_ascii_case("ipv6:"));
    plain.get(tagged.map_or(0, str::len)..)?.parse().ok()
}

/// Preference and host of an MX record; aliases on the way to it are no records of their own.
fn mail_exchange(data: &RData) -> Option<(u16, String)> {
    if let RData::MX(mx) = data {
        Some((mx.preference, mx.exchange.to_ascii()))
    } else {
        None
    }
}

/// The name of a PTR record, lower case without the trailing dot.
fn pointer(data: &RData) -> Option<String> {
    if let RData::PTR(name) = data {
        let name = name.to_ascii();
        Some(name.trim_end_matches('.').to_ascii_lowercase())
    } else {
        None
    }
}

#[async_trait]
impl Resolver for DnsResolver {
    async fn exchanges(&self, domain: &Domain) -> Result<Vec<Exchange>, ResolveError> {
        let itself = |host: String| {
            vec![Exchange {
                preference: 0,
                host,
            }]
        };
        if let Some(address) = domain.address() {
            return Ok(itself(address.to_string()));
        }
        let name = absolute(domain.ascii())?;
        let records = match self.within(self.hickory.mx_lookup(name)).await {
            Ok(lookup) => lookup,
            Err(Failure::NoRecords) => return Ok(itself(domain.ascii().to_owned())),
            Err(failure) => return Err(failure.into()),
        };
        let records = records
            .answers()
            .iter()
            .filter_map(|record| mail_exchange(&record.data));
        let exchanges = ordered(records, &RandomState::new())?;
        if exchanges.is_empty() {
            return Ok(itself(domain.ascii().to_owned()));
        }
        Ok(exchanges)
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        if let Some(address) = literal(host) {
            return Ok(vec![address]);
        }
        let name = absolute(host)?;
        let found = self.within(self.hickory.lookup_ip(name)).await?;
        let mut addresses: Vec<IpAddr> = found.iter().collect();
        addresses.sort_by_key(IpAddr::is_ipv4);
        if addresses.is_empty() {
            return Err(ResolveError::NoSuchName);
        }
        Ok(addresses)
    }

    async fn name_of(&self, address: IpAddr) -> Option<String> {
        let records = self
            .within(self.hickory.reverse_lookup(address))
            .await
            .ok()?;
        let names = records
            .answers()
            .iter()
            .filter_map(|record| pointer(&record.data));
        let names: Vec<_> = names.take(NAMES_MAX).collect();
        for name in names {
            // Anyone can claim any name for an address; the name has to agree.
            let addresses = self.addresses(&name).await.unwrap_or_default();
            if addresses
                .iter()
                .any(|a| a.to_canonical() == address.to_canonical())
            {
                return Some(name);
            }
        }
        None
    }
    async fn lookup(&self, name: &str, kind: RecordKind) -> Result<Records, LookupError> {
        let question = lookup::question(name, kind)?;
        let asked = self.hickory.lookup(question, lookup::record_type(kind));
        let found = self.bounded(asked).await;
        lookup::records(&found.map_err(|error| lookup::failure(&error))?, kind)
    }
}
