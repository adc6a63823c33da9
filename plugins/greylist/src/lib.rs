//! A filter that lets strangers wait once (RFC 6647): a client, sender and recipient that were never
//! seen together are asked to come back later. See README.md.

pub mod memory;
pub mod settings;

use memory::{Memory, Step, plain_sender, step};
use settings::{By, Settings};
use std::net::IpAddr;
use std::time::Duration;
use waxseal_plugin_sdk::digest::short;
use waxseal_plugin_sdk::network::{is_private, network_of};
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Param, Protocol, Stage, address, clock, config, filter, glob, kv, log,
    message, metrics, session,
};

/// The filter of one session.
pub struct Greylist {
    settings: Settings,
    /// Whether the client was found to be trusted, so that the store is asked once.
    trusted: bool,
}

filter!(Greylist);

impl Filter for Greylist {
    const STAGES: &'static [Stage] = &[Stage::Rcpt];

    fn configure() -> Result<Self, Error> {
        Ok(Self {
            settings: Settings::read(&config::document()?)?,
            trusted: false,
        })
    }

    fn on_rcpt(&mut self, recipient: &str, _params: &[Param]) -> Result<Outcome, Error> {
        if self.trusted {
            return Ok(Outcome::next());
        }
        let Some(network) = self.stranger(recipient) else {
            return Ok(Outcome::next());
        };
        match self.judge(&network, recipient) {
            Ok(outcome) => Ok(outcome),
            Err(kv::Error::Denied) => Err(kv::Error::Denied.into()),
            Err(error) => {
                // Mail is worth more than making it wait.
                let error = Error::from(error);
                metrics::count("passed_total", 1, &[("why", "no-store")]);
                let fields = [
                    ("code", error.code.as_str()),
                    ("error", error.message.as_str()),
                ];
                log::write(
                    log::Level::Warn,
                    "nobody waits: the store does not work",
                    &fields,
                );
                Ok(Outcome::next())
            }
        }
    }
}

impl Greylist {
    /// The network of a client that may have to wait for this recipient.
    fn stranger(&self, recipient: &str) -> Option<String> {
        let settings = &self.settings;
        let session = session::info();
        let peer: IpAddr = session.peer_ip.parse().ok()?;
        if session.auth_user.is_some()
            || session.protocol != Protocol::Smtp
            || is_private(peer)
            || settings.skip.iter().any(|network| network.contains(peer))
            || glob::any(&settings.skip_recipients, recipient)
        {
            return None;
        }
        if glob::any(&settings.skip_senders, &message::sender())
            || message::has_tag(&settings.skip_tags)
        {
            return None;
        }
        if let Some(score_over) = settings.score_over {
            let scores = message::scores();
            let sum: f64 = scores.iter().map(|score| f64::from(score.points)).sum();
            if sum <= score_over {
                return None;
            }
        }
        Some(network_of(peer, settings.v4_bits, settings.v6_bits))
    }

    fn judge(&mut self, network: &str, recipient: &str) -> Result<Outcome, kv::Error> {
        let settings = &self.settings;
        let keep = Some(settings.keep);
        let client = format!("c:{network}");
        let entry = match settings.by {
            By::Client => format!("n:{network}"),
            By::Sender => {
                let sender = plain_sender(&message::sender());
                format!("s:{}", short(&format!("{network} {sender}")))
            }
            By::Triplet => {
                let (sender, recipient) =
                    (plain_sender(&message::sender()), address::folded(recipient));
                format!("t:{}", short(&format!("{network} {sender} {recipient}")))
            }
        };
        let mut values = kv::get_many(&[client.clone(), entry.clone()])?.into_iter();
        let (passed, memory) = (values.next().flatten(), values.next().flatten());
        let passed = passed.and_then(|text| String::from_utf8(text).ok()?.parse::<i32>().ok());
        let passed = passed.unwrap_or(0);
        if settings.trust_after > 0 && passed >= settings.trust_after {
            self.trusted = true;
            kv::set(&client, passed.to_string(), keep)?;
            return Ok(pass("trusted-client"));
        }
        let now = clock::unix();
        let memory = memory.and_then(|text| Memory::parse(&text));
        match step(memory, now, settings.wait) {
            Step::Begin(left) => {
                let text = Memory::Waiting(now).to_text();
                kv::set(&entry, text, Some(settings.window))?;
                Ok(self.defer("new", left))
            }
            Step::Wait(left) => Ok(self.defer("early", left)),
            Step::Pass => {
                kv::set(&entry, Memory::Waited(now).to_text(), keep)?;
                if settings.trust_after > 0 {
                    kv::incr(&client, 1, keep)?;
                }
                Ok(pass("waited"))
            }
            Step::Known { refresh } => {
                if refresh {
                    kv::set(&entry, Memory::Waited(now).to_text(), keep)?;
                }
                Ok(pass("known"))
            }
        }
    }

    fn defer(&self, why: &str, left: Duration) -> Outcome {
        metrics::count("deferred_total", 1, &[("why", why)]);
        let seconds = left.as_millis().div_ceil(1000);
        let text = format!("{} (in {seconds} seconds)", self.settings.text);
        Outcome::defer(451, "4.7.1", &text)
    }
}

fn pass(why: &str) -> Outcome {
    metrics::count("passed_total", 1, &[("why", why)]);
    Outcome::next()
}

#[cfg(test)]
mod tests;
