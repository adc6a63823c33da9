//! Runs a case: a world of stubs, the real host, one session a step.

use super::compare::{Comparison, Facts};
use super::parse::CaseFile;
use super::{CaseResult, Step, session};
use crate::component::Subject;
use crate::message::{Mail, with_crlf};
use crate::stub::{StubDns, StubEntropy, StubHttp};
use crate::witness::{Seen, Witness};
use crate::{AuthorError, files, world};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use waxseal_mail::Timestamp;
use waxseal_plugin::{Host, Instruments, Metering};
use waxseal_ports::KeyValue;
use waxseal_ports::key_value::Owner;
use waxseal_ports::memory::{FakeClock, MemoryKeyValue};

/// Octets of a message that a case names.
const MESSAGE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The message of a case that names none; sender and recipient are put before it.
const DEFAULT_MESSAGE: &str = "Subject: test\r\nDate: Tue, 24 Nov 2026 05:29:34 +0000\r\n\
                               Message-ID: <test@example.org>\r\n\r\nHello.\r\n";

/// Runs all steps of a case against a component.
///
/// # Errors
/// [`AuthorError`] where the case itself is wrong; what the plugin does wrong is a difference.
pub async fn run_case(subject: &Subject, case: &CaseFile) -> Result<CaseResult, AuthorError> {
    let mut result = CaseResult {
        file: case.file.clone(),
        line: case.line,
        name: case.name.clone(),
        differences: Vec::new(),
        calls: Vec::new(),
        log: Vec::new(),
        fuel: 0,
    };
    let Some(first) = case.steps.first() else {
        return Ok(result);
    };
    let stubs = Stubs::new(subject, first).await;
    let stubs = stubs.map_err(|error| at(case, 0, "stub", &error))?;
    for (index, (step, places)) in case.steps.iter().zip(&case.places).enumerate() {
        stubs.clock.advance(Duration::from_secs(step.after_secs));
        let mut comparison = Comparison::new(places);
        let world = World {
            subject,
            case,
            stubs: &stubs,
        };
        let seen = world.step(index, step, &mut comparison).await?;
        if case.steps.len() > 1 {
            result
                .calls
                .push(format!("step {}: {}", index + 1, step.name));
        }
        result.fuel += seen.fuel();
        result.calls.extend(seen.calls);
        result.log.extend(seen.log);
        result.differences.extend(comparison.into_differences());
    }
    Ok(result)
}

/// An error with the place of the key that it is about.
fn at(case: &CaseFile, step: usize, path: &str, error: &AuthorError) -> AuthorError {
    let line = case.places.get(step).map_or(case.line, |p| p.line(path));
    AuthorError::Wrong(format!("{}:{line}: {error}", case.file.display()))
}

/// What stays from step to step.
struct Stubs {
    clock: Arc<FakeClock>,
    key_value: Arc<MemoryKeyValue>,
    /// The plugin as the owner of keys.
    owner: Owner,
    entropy: Arc<StubEntropy>,
}

impl Stubs {
    async fn new(subject: &Subject, step: &Step) -> Result<Self, AuthorError> {
        let now = step.stub.now.as_deref();
        let now = now
            .map(|text| OffsetDateTime::parse(text, &Rfc3339))
            .transpose();
        let now = now.map_err(|error| {
            AuthorError::Wrong(format!(
                "`stub.now` is not as 2026-11-24T05:29:34Z: {error}"
            ))
        })?;
        let wall = |now: OffsetDateTime| Timestamp::utc(now.unix_timestamp());
        let clock = now.map_or_else(FakeClock::default, |now| FakeClock::at(wall(now)));
        let clock = Arc::new(clock);
        let stubs = Self {
            key_value: Arc::new(MemoryKeyValue::new(clock.clone())),
            entropy: Arc::new(StubEntropy::new(step.stub.random)),
            owner: Owner {
                tenant: String::new(),
                plugin: subject.name.clone(),
                octets_max: u64::MAX,
            },
            clock,
        };
        for (key, value) in &step.stub.kv {
            let value = Bytes::from(value.clone());
            let set = stubs.key_value.set(&stubs.owner, key, value, None).await;
            set.map_err(|error| AuthorError::Wrong(format!("`stub.kv.{key}`: {error}")))?;
        }
        Ok(stubs)
    }

    /// The keys and values there are now; octets that are no UTF-8 are replaced.
    fn kv(&self) -> BTreeMap<String, String> {
        let entries = self.key_value.entries(&self.owner).into_iter();
        entries
            .map(|(key, value)| (key, String::from_utf8_lossy(&value).into_owned()))
            .collect()
    }
}

struct World<'a> {
    subject: &'a Subject,
    case: &'a CaseFile,
    stubs: &'a Stubs,
}

impl World<'_> {
    /// Makes a step as often as it says and compares its last time.
    async fn step(
        &self,
        index: usize,
        step: &Step,
        comparison: &mut Comparison<'_>,
    ) -> Result<Seen, AuthorError> {
        let misplaced = |path: &str, error: AuthorError| at(self.case, index, path, &error);
        let mail = mail(step, &self.case.file).map_err(|error| misplaced("envelope", error))?;
        let (dns, http) = (
            Arc::new(StubDns::new(&step.stub.dns)),
            Arc::new(StubHttp::new(step.stub.http.clone())),
        );
        let witness = Arc::new(Witness::default());
        let services = world::Reach {
            clock: self.stubs.clock.clone(),
            key_value: self.stubs.key_value.clone(),
            entropy: self.stubs.entropy.clone(),
            dns: dns.clone(),
            http: http.clone(),
        };
        let services = services.services(self.subject);
        let config = self.subject.config(step);
        let mut config = config.map_err(|error| misplaced("config", error))?;
        let vault = world::vault(&step.stub.secrets, &step.stub.aead_keys);
        config.vault = vault.map_err(|error| misplaced("stub", error))?;
        let instruments = Instruments {
            metering: Metering::Fuel,
            watch: Some(witness.clone()),
        };
        let host = match Host::start_with(config, services, instruments).await {
            Ok(host) => host,
            Err(error) => {
                refused(step, &error.to_string(), comparison);
                return Ok(witness.take());
            }
        };
        if let Some(text) = &step.expect.refused {
            comparison.differs("expect.refused", text, "the configuration is taken");
        }
        witness.take();
        let mut ended = session::run(&host, step, &mail).await;
        for _ in 1..step.repeat {
            witness.take();
            ended = session::run(&host, step, &mail).await;
        }
        let ended = ended.map_err(|error| misplaced("session", error))?;
        let seen = witness.take();
        let facts = Facts {
            ended: &ended,
            seen: &seen,
            kv: self.stubs.kv(),
            http: http.asked(),
            dns: dns.asked(),
        };
        comparison.compare(&step.expect, &facts);
        Ok(seen)
    }
}

/// The plugin could not be loaded with the configuration of a step.
fn refused(step: &Step, error: &str, comparison: &mut Comparison<'_>) {
    match &step.expect.refused {
        Some(text) if error.contains(text.as_str()) => {}
        Some(text) => comparison.differs("expect.refused", text, error),
        None => comparison.differs("expect", "a plugin that can be loaded", error),
    }
}

/// The message and envelope of a step.
fn mail(step: &Step, file: &Path) -> Result<Mail, AuthorError> {
    let envelope = &step.envelope;
    let octets = match (&step.message, &step.message_file) {
        (Some(text), _) => with_crlf(text.as_bytes()),
        (None, Some(name)) => {
            let path = file.parent().unwrap_or(Path::new(".")).join(name);
            with_crlf(&files::read(&path, MESSAGE_BYTES_MAX)?)
        }
        (None, None) => {
            let to = envelope.recipients.first().map_or("", String::as_str);
            let from = &envelope.sender;
            Bytes::from(format!("From: <{from}>\r\nTo: <{to}>\r\n{DEFAULT_MESSAGE}"))
        }
    };
    Mail::new(&envelope.sender, &envelope.recipients, octets)
}
