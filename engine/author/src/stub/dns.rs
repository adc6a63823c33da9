//! A DNS of a few names.

use async_trait::async_trait;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use waxseal_mail::Domain;
use waxseal_ports::Resolver;
use waxseal_ports::resolver::{Exchange, LookupError, RecordKind, Records, ResolveError};

/// Seconds that a stubbed answer holds.
const TTL_SECS: u32 = 300;

/// What a question is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum DnsAnswer {
    /// Records as text.
    Records(Vec<String>),
    /// `nxdomain`, `no-data`, `servfail` or `timeout`; anything else is one record.
    Word(String),
}

/// Answers by question, for example `example.org TXT`; keeps what was asked.
#[derive(Debug, Default)]
pub struct StubDns {
    answers: BTreeMap<String, DnsAnswer>,
    asked: Mutex<Vec<String>>,
}

impl StubDns {
    /// A DNS that knows `answers`.
    #[must_use]
    pub fn new(answers: &BTreeMap<String, DnsAnswer>) -> Self {
        let answers = answers.iter();
        Self {
            answers: answers
                .map(|(question, answer)| (question.to_ascii_lowercase(), answer.clone()))
                .collect(),
            asked: Mutex::default(),
        }
    }

    /// The questions so far, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }

    fn answer(&self, name: &str, kind: &str) -> Result<Vec<String>, LookupError> {
        let name = name.trim_end_matches('.');
        let question = format!("{name} {kind}");
        let answer = self.answers.get(&question.to_ascii_lowercase()).cloned();
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(question);
        match answer {
            None => Err(LookupError::NoSuchName),
            Some(DnsAnswer::Records(records)) if records.is_empty() => Err(LookupError::NoRecords),
            Some(DnsAnswer::Records(records)) => Ok(records),
            Some(DnsAnswer::Word(word)) => match word.as_str() {
                "nxdomain" => Err(LookupError::NoSuchName),
                "no-data" => Err(LookupError::NoRecords),
                "servfail" => Err(LookupError::Failed("the case says so".to_owned())),
                "timeout" => Err(LookupError::Timeout),
                _ => Ok(vec![word]),
            },
        }
    }
}

const fn kind_name(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::A => "A",
        RecordKind::Aaaa => "AAAA",
        RecordKind::Txt => "TXT",
        RecordKind::Mx => "MX",
        RecordKind::Ptr => "PTR",
        RecordKind::Ns => "NS",
    }
}

fn resolve_error(error: LookupError) -> ResolveError {
    match error {
        LookupError::NoSuchName | LookupError::NoRecords => ResolveError::NoSuchName,
        LookupError::Failed(_) | LookupError::Timeout => {
            ResolveError::Unavailable(error.to_string())
        }
    }
}

#[async_trait]
impl Resolver for StubDns {
    async fn exchanges(&self, domain: &Domain) -> Result<Vec<Exchange>, ResolveError> {
        let records = self.answer(&domain.to_string(), "MX");
        let records = records.map_err(resolve_error)?;
        let exchanges = records.iter().filter_map(|record| {
            let (preference, host) = record.split_once(' ')?;
            Some(Exchange {
                preference: preference.parse().ok()?,
                host: host.to_owned(),
            })
        });
        Ok(exchanges.collect())
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let mut addresses = Vec::new();
        let mut failure = ResolveError::NoSuchName;
        for kind in ["AAAA", "A"] {
            match self.answer(host, kind) {
                Ok(records) => {
                    addresses.extend(records.iter().filter_map(|r| r.parse::<IpAddr>().ok()))
                }
                Err(error) => failure = resolve_error(error),
            }
        }
        if addresses.is_empty() {
            Err(failure)
        } else {
            Ok(addresses)
        }
    }

    async fn name_of(&self, address: IpAddr) -> Option<String> {
        let names = self.answer(&address.to_string(), "PTR").ok()?;
        names.into_iter().next()
    }

    async fn lookup(&self, name: &str, kind: RecordKind) -> Result<Records, LookupError> {
        let values = self.answer(name, kind_name(kind))?;
        Ok(Records {
            values,
            ttl: TTL_SECS,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_what_it_was_told() {
        let one = |text: &str| DnsAnswer::Word(text.to_owned());
        let answers = BTreeMap::from([
            ("Example.org TXT".to_owned(), one("v=spf1 -all")),
            ("gone.test A".to_owned(), one("nxdomain")),
            ("slow.test A".to_owned(), one("timeout")),
            ("bare.test A".to_owned(), DnsAnswer::Records(Vec::new())),
        ]);
        let dns = StubDns::new(&answers);
        let txt = dns.lookup("example.ORG.", RecordKind::Txt).await.unwrap();
        assert_eq!(txt.values, ["v=spf1 -all"]);
        for (name, error) in [
            ("gone.test", LookupError::NoSuchName),
            ("slow.test", LookupError::Timeout),
            ("bare.test", LookupError::NoRecords),
            ("unnamed.test", LookupError::NoSuchName),
        ] {
            assert_eq!(dns.lookup(name, RecordKind::A).await, Err(error), "{name}");
        }
        assert_eq!(dns.asked().len(), 5);
        assert_eq!(dns.asked()[0], "example.ORG TXT");
    }
}
