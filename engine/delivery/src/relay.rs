//! Handing messages to other hosts: one transaction for all recipients of one destination.

mod conversation;
mod destinations;
mod next_hops;

use crate::config::{ConfigError, RelayConfig, RelayMode, SmarthostConfig, TlsMode};
use crate::plan::recipient_at;
use crate::recipient_result::{RecipientResult, Via, by_class};
use crate::trail::{Trail, one_line};
use conversation::{Manner, Outcome, client_tls, converse, read_block};
use destinations::{Destinations, later};
use next_hops::{NextHop, NextHops};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use waxseal_mail::{Domain, Envelope, Mailbox, Reply};
use waxseal_net::{TlsConnector, Trust};
use waxseal_ports::queue::Leased;
use waxseal_ports::{Clock, ReadAt, Resolver};
use waxseal_smtp::client::{
    ClientCredentials, ClientReport, ClientSetup, ClientTransaction, MessageSurvey,
};

/// Relays messages within the limits of the configuration.
pub(crate) struct Relay {
    config: RelayConfig,
    hostname: Domain,
    resolver: Arc<dyn Resolver>,
    clock: Arc<dyn Clock>,
    /// Takes any certificate.
    any: TlsConnector,
    /// Takes certificates that are valid for the host's name.
    verified: TlsConnector,
    destinations: Destinations,
    in_flight: Semaphore,
    /// Wait for nothing any more.
    stopping: CancellationToken,
}

/// What an attempt to relay brought.
#[derive(Default)]
pub(crate) struct Relayed {
    /// Recipients with an outcome.
    pub(crate) results: Vec<RecipientResult>,
    /// Whether others were not tried, for want of a free connection or because of a stop.
    pub(crate) untried: bool,
}

/// The recipients of one destination, and what the destination is.
struct Group {
    destination: Destination,
    recipients: Vec<(u32, Mailbox)>,
}

#[derive(Clone)]
enum Destination {
    Smarthost,
    Domain(Domain),
}

/// What one group brought, with notes for the trace: text and microseconds.
#[derive(Default)]
struct GroupResult {
    results: Vec<RecipientResult>,
    notes: Vec<(String, u64)>,
    untried: bool,
}

impl Relay {
    /// # Errors
    /// [`ConfigError::TrustAnchors`].
    pub(crate) fn new(
        config: RelayConfig,
        hostname: Domain,
        ports: (Arc<dyn Resolver>, Arc<dyn Clock>),
        stopping: CancellationToken,
    ) -> Result<Self, ConfigError> {
        let trust = config
            .trust_anchors
            .clone()
            .map_or(Trust::WebPki, Trust::File);
        let (resolver, clock) = ports;
        Ok(Self {
            hostname,
            resolver,
            clock,
            any: TlsConnector::new(&Trust::Any).map_err(ConfigError::TrustAnchors)?,
            verified: TlsConnector::new(&trust).map_err(ConfigError::TrustAnchors)?,
            destinations: Destinations::new(
                config.connections_max,
                config.connections_per_destination_max,
            ),
            in_flight: Semaphore::new(config.messages_in_flight_max),
            config,
            stopping,
        })
    }

    /// Whether nothing is relayed by configuration.
    pub(crate) fn is_on_hold(&self) -> bool {
        self.config.mode == RelayMode::Hold
    }

    /// Hands `leased` over for `relays`, all destinations at the same time.
    ///
    /// # Errors
    /// When the message cannot be read.
    pub(crate) async fn deliver(
        self: &Arc<Self>,
        leased: &Leased,
        relays: Vec<(u32, Mailbox)>,
        trail: &mut Trail,
    ) -> io::Result<Relayed> {
        if self.is_on_hold() {
            return Ok(on_hold(relays));
        }
        let Ok(_in_flight) = self.in_flight.try_acquire() else {
            metrics::counter!("waxseal_delivery_relay_overflow_total").increment(1);
            return Ok(Relayed {
                untried: true,
                ..Relayed::default()
            });
        };
        let survey = survey(&leased.message).await?;
        if survey.bare_line_end {
            let reply = Reply::own(554, (5, 6, 0), "the message holds bare CR or LF");
            let failed = |(position, _)| RecipientResult::own(position, reply.clone());
            return Ok(Relayed {
                results: relays.into_iter().map(failed).collect(),
                untried: false,
            });
        }
        // Dropped with this attempt, the set ends its tasks.
        let mut tasks = JoinSet::new();
        for group in self.groups(relays) {
            let (relay, leased, survey) = (Arc::clone(self), leased.clone(), survey.clone());
            tasks.spawn(async move { relay.deliver_group(&leased, group, &survey).await });
        }
        let mut relayed = Relayed::default();
        while let Some(joined) = tasks.join_next().await {
            // A group that panicked stays open and is tried again.
            let group = joined.unwrap_or_else(|_| GroupResult {
                untried: true,
                ..GroupResult::default()
            });
            trail.set_now(self.clock.wall());
            for (text, micros) in group.notes {
                trail.add_timed("delivery", Some(micros), || text);
            }
            relayed.results.extend(group.results);
            relayed.untried |= group.untried;
        }
        Ok(relayed)
    }

    /// Recipients by destination, at most `recipients_max` in one group.
    fn groups(&self, relays: Vec<(u32, Mailbox)>) -> Vec<Group> {
        let mut by_domain: BTreeMap<String, (Destination, Vec<(u32, Mailbox)>)> = BTreeMap::new();
        for (position, mailbox) in relays {
            let (key, destination) = match self.config.mode {
                RelayMode::Smarthost => (String::new(), Destination::Smarthost),
                RelayMode::Mx | RelayMode::Hold => {
                    let domain = mailbox.domain();
                    (
                        domain.ascii().to_owned(),
                        Destination::Domain(domain.clone()),
                    )
                }
            };
            let entry = by_domain
                .entry(key)
                .or_insert_with(|| (destination, Vec::new()));
            entry.1.push((position, mailbox));
        }
        let mut groups = Vec::new();
        for (destination, recipients) in by_domain.into_values() {
            for chunk in recipients.chunks(self.config.recipients_max.max(1)) {
                groups.push(Group {
                    destination: destination.clone(),
                    recipients: chunk.to_vec(),
                });
            }
        }
        groups
    }

    async fn deliver_group(
        &self,
        leased: &Leased,
        group: Group,
        survey: &MessageSurvey,
    ) -> GroupResult {
        let name = match &group.destination {
            Destination::Smarthost => self.smarthost().map_or("", |host| &host.host),
            Destination::Domain(domain) => domain.ascii(),
        };
        let slot = tokio::select! {
            biased;
            () = self.stopping.cancelled() => None,
            slot = self.destinations.slot(name) => Some(slot),
        };
        let Some(_slot) = slot else {
            return GroupResult {
                untried: true,
                ..GroupResult::default()
            };
        };
        let now = self.clock.monotonic();
        if let Some(reply) = self.destinations.unreachable(name, now) {
            return GroupResult::all(&group, &reply, None);
        }
        let hops = match self.next_hops(&group.destination).await {
            Ok(hops) => hops,
            Err(reply) => return GroupResult::all(&group, &reply, None),
        };
        let (result, reached, last) = self.try_hops(leased, &group, survey, hops).await;
        if reached {
            self.destinations.set_reachable(name);
        } else if let Some(reply) = last.filter(Reply::is_transient) {
            let until = later(self.clock.monotonic(), self.config.unreachable_secs);
            self.destinations.set_unreachable(name, until, &reply);
        }
        result
    }

    async fn next_hops(&self, destination: &Destination) -> Result<NextHops<'_>, Reply> {
        match (destination, self.smarthost()) {
            (Destination::Domain(domain), _) => {
                NextHops::by_mx(&*self.resolver, &self.config, domain, &self.hostname).await
            }
            (Destination::Smarthost, Some(host)) => {
                let place = (host.host.as_str(), host.port, host.tls);
                Ok(NextHops::smarthost(&*self.resolver, &self.config, place))
            }
            (Destination::Smarthost, None) => {
                Err(Reply::own(451, (4, 3, 5), "no smarthost is configured"))
            }
        }
    }

    const fn smarthost(&self) -> Option<&SmarthostConfig> {
        self.config.smarthost.as_ref()
    }

    /// Tries one address after the other until every recipient has its reply. Answers the result,
    /// whether any address was reached, and the last failure.
    async fn try_hops(
        &self,
        leased: &Leased,
        group: &Group,
        survey: &MessageSurvey,
        mut hops: NextHops<'_>,
    ) -> (GroupResult, bool, Option<Reply>) {
        let mut result = GroupResult::default();
        let mut open = group.recipients.clone();
        let (mut reached, mut failure): (bool, Option<(Reply, Option<String>)>) = (false, None);
        while !open.is_empty() {
            let Some(mut hop) = hops.next().await else {
                break;
            };
            let started = self.clock.monotonic();
            let mut outcome = self.try_hop(leased, &open, survey, &hop).await;
            if outcome.report.tls_failed && hop.tls == TlsMode::Opportunistic {
                note(&mut result, &hop, &outcome.report, 0);
                hop.tls = TlsMode::None;
                outcome = self.try_hop(leased, &open, survey, &hop).await;
            }
            let took = self.clock.monotonic().saturating_duration_since(started);
            let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            reached |= outcome.connected;
            log(leased, &hop, &outcome);
            open = result.take(open, &hop, &outcome.report, micros);
            if let Some(reply) = outcome.report.failure.filter(|_| !open.is_empty()) {
                // A host that may answer later outweighs one that never will.
                if !failure
                    .as_ref()
                    .is_some_and(|(known, _)| known.is_transient())
                {
                    let host = outcome.connected.then(|| hop.host.clone());
                    failure = Some((reply, host));
                }
            }
        }
        if open.is_empty() {
            return (result, reached, None);
        }
        let (reply, host) = failure.unwrap_or_else(|| (hops.reply(), None));
        let left = Group {
            destination: group.destination.clone(),
            recipients: open,
        };
        let rest = GroupResult::all(&left, &reply, host);
        result.results.extend(rest.results);
        result.notes.extend(rest.notes);
        (result, reached, Some(reply))
    }

    async fn try_hop(
        &self,
        leased: &Leased,
        open: &[(u32, Mailbox)],
        survey: &MessageSurvey,
        hop: &NextHop,
    ) -> Outcome {
        let credentials = match self.config.mode {
            RelayMode::Smarthost => self.smarthost().and_then(credentials),
            RelayMode::Mx | RelayMode::Hold => None,
        };
        let manner = Manner {
            timeouts: &self.config.timeouts,
            connector: if hop.tls.is_verified() {
                &self.verified
            } else {
                &self.any
            },
            setup: ClientSetup {
                hostname: self.hostname.ascii().to_owned(),
                tls: client_tls(hop.tls),
                credentials,
            },
        };
        let transaction = ClientTransaction {
            envelope: envelope(leased, open),
            survey: survey.clone(),
        };
        converse(hop, manner, transaction, &leased.message).await
    }
}

fn on_hold(relays: Vec<(u32, Mailbox)>) -> Relayed {
    let held = |(position, _)| {
        let reply = Reply::own(450, (4, 3, 2), "relaying is on hold by configuration");
        RecipientResult {
            via: Via::Hold,
            ..RecipientResult::own(position, reply)
        }
    };
    Relayed {
        results: relays.into_iter().map(held).collect(),
        untried: false,
    }
}

fn credentials(host: &SmarthostConfig) -> Option<ClientCredentials> {
    Some(ClientCredentials {
        user: host.user.clone()?,
        password: host.password.as_ref()?.0.clone(),
    })
}

/// The envelope for some of the recipients. Where an address was routed elsewhere, the wishes for
/// reports stay those of the original recipient.
fn envelope(leased: &Leased, open: &[(u32, Mailbox)]) -> Envelope {
    let recipients = open.iter().filter_map(|(position, mailbox)| {
        let mut recipient = recipient_at(leased, *position)?.clone();
        recipient.forward_path = waxseal_mail::ForwardPath::Mailbox(mailbox.clone());
        Some(recipient)
    });
    Envelope {
        recipients: recipients.collect(),
        ..leased.envelope.clone()
    }
}

/// Looks at all octets once.
///
/// # Errors
/// When the message cannot be read.
pub(crate) async fn survey(message: &Arc<dyn ReadAt>) -> io::Result<MessageSurvey> {
    let mut survey = MessageSurvey::default();
    while survey.octets < message.octets() {
        let block = read_block(message, survey.octets).await?;
        if block.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        survey.push(&block);
    }
    Ok(survey.finish())
}

impl GroupResult {
    /// Every recipient of `group` with the same reply; by `host`, where one gave it.
    fn all(group: &Group, reply: &Reply, host: Option<String>) -> Self {
        let results = group
            .recipients
            .iter()
            .map(|(position, _)| RecipientResult {
                position: *position,
                outcome: by_class(reply.clone()),
                via: match &host {
                    None => Via::Local,
                    Some(host) => Via::Relay {
                        host: Some(host.clone()),
                        dsn_passed: false,
                    },
                },
            });
        let who = group
            .recipients
            .first()
            .map(|(_, mailbox)| mailbox.domain().to_string());
        let text = format!("{}: {}", who.unwrap_or_default(), one_line(reply));
        Self {
            results: results.collect(),
            notes: vec![(text, 0)],
            untried: false,
        }
    }

    /// Takes the replies of a report; answers the recipients that have none yet.
    fn take(
        &mut self,
        open: Vec<(u32, Mailbox)>,
        hop: &NextHop,
        report: &ClientReport,
        micros: u64,
    ) -> Vec<(u32, Mailbox)> {
        let mut still_open = Vec::new();
        for ((position, mailbox), reply) in open.into_iter().zip(&report.recipients) {
            let Some(reply) = reply else {
                still_open.push((position, mailbox));
                continue;
            };
            let (host, address) = (&hop.host, hop.address);
            let text = format!("{host} [{address}]: {mailbox}: {}", one_line(reply));
            self.notes.push((text, micros));
            self.results.push(RecipientResult {
                position,
                outcome: by_class(reply.clone()),
                via: Via::Relay {
                    host: Some(hop.host.clone()),
                    dsn_passed: report.dsn_passed,
                },
            });
        }
        if !still_open.is_empty() {
            note(self, hop, report, micros);
        }
        still_open
    }
}

/// Notes why a host did not settle all recipients.
fn note(result: &mut GroupResult, hop: &NextHop, report: &ClientReport, micros: u64) {
    if let Some(reply) = &report.failure {
        let text = format!("{} [{}]: {}", hop.host, hop.address, one_line(reply));
        result.notes.push((text, micros));
    }
}

fn log(leased: &Leased, hop: &NextHop, outcome: &Outcome) {
    let settled = outcome.report.recipients.iter().flatten();
    let delivered = settled.filter(|reply| reply.is_positive()).count();
    let failure = outcome.report.failure.as_ref().map(one_line);
    tracing::info!(message = %leased.id, host = %hop.host, address = %hop.address, delivered,
        recipients = outcome.report.recipients.len(), failure, "relay attempt");
    let label = match (outcome.connected, delivered > 0) {
        (false, _) => "unreachable",
        (true, true) => "delivered",
        (true, false) => "refused",
    };
    metrics::counter!("waxseal_delivery_relay_sessions_total", "outcome" => label).increment(1);
}
