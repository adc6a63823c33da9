//! Runs a case: a world of stubs, the real host, one thing after another.

use super::act::Actor;
use super::compare::{Comparison, Facts};
use super::kind::Kind;
use super::parse::{CaseFile, wrong};
use super::stubs::Stubs;
use super::{CaseResult, Step};
use crate::bed::Bed;
use crate::component::Subject;
use crate::message::{Mail, with_crlf};
use crate::stub::{StubDns, StubHttp};
use crate::witness::Seen;
use crate::{AuthorError, files, world};
use bytes::Bytes;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use waxseal_plugin::{Metering, World};

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
        at: case.at,
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
    let runner = Runner {
        subject,
        // What no server would load is refused when it is loaded.
        world: subject.world()?.unwrap_or(World::Filter),
        case,
        stubs: &stubs,
    };
    for (index, (step, places)) in case.steps.iter().zip(&case.places).enumerate() {
        stubs.clock.advance(Duration::from_secs(step.after_secs));
        let mut comparison = Comparison::new(places);
        let seen = runner.step(index, step, &mut comparison).await?;
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
    let spot = case.places.get(step).map_or(case.at, |p| p.spot(path));
    wrong(&case.file, spot, &error.to_string())
}

struct Runner<'a> {
    subject: &'a Subject,
    world: World,
    case: &'a CaseFile,
    stubs: &'a Stubs,
}

impl Runner<'_> {
    /// Makes a step as often as it says and compares its last time.
    async fn step(
        &self,
        index: usize,
        step: &Step,
        comparison: &mut Comparison<'_>,
    ) -> Result<Seen, AuthorError> {
        let misplaced = |path: &str, error: AuthorError| at(self.case, index, path, &error);
        let kind = Kind::of(step, self.world);
        if let Some(places) = self.case.places.get(index)
            && let Some((path, text)) = kind.mistake(step, places)
        {
            return Err(misplaced(&path, AuthorError::Wrong(text)));
        }
        let mail = mail(step, &self.case.file).map_err(|error| misplaced("envelope", error))?;
        let dns = Arc::new(StubDns::new(&step.stub.dns));
        let answers = step.stub.http.clone();
        let http = Arc::new(StubHttp::new(answers, self.stubs.shelf.clone()));
        let reach = world::Reach {
            clock: self.stubs.clock.clone(),
            key_value: self.stubs.key_value.clone(),
            entropy: self.stubs.entropy.clone(),
            dns: dns.clone(),
            http: http.clone(),
        };
        let config = self.subject.config(step);
        let mut config = config.map_err(|error| misplaced("config", error))?;
        let vault = world::vault(&step.stub.secrets, &step.stub.aead_keys);
        config.vault = vault.map_err(|error| misplaced("stub", error))?;
        let bed = match Bed::start(self.subject, config, &reach, Metering::Fuel).await {
            Ok(bed) => bed,
            Err(error) => {
                refused(step, &error.to_string(), comparison);
                return Ok(Seen::default());
            }
        };
        if let Some(text) = &step.expect.refused {
            comparison.differs("expect.refused", text, "the configuration is taken");
        }
        let actor = Actor {
            bed: &bed,
            stubs: self.stubs,
            step,
            file: &self.case.file,
        };
        let mut happened = actor.act(kind, &mail).await;
        for _ in 1..step.repeat {
            bed.witness.take();
            happened = actor.act(kind, &mail).await;
        }
        let happened = happened.map_err(|(path, error)| misplaced(path, error))?;
        let seen = bed.witness.take();
        let facts = Facts {
            happened: &happened,
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
