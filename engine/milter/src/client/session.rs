//! One client's session as a milter hears it.
//!
//! A milter keeps state: it hears everything in order, on one connection. What it has not heard yet
//! (because a former filter ended a stage, or the connection is new) is told before what comes next.

use super::Shared;
use super::facts::{Facts, Path};
use super::failure::CallFailure;
use super::link::{Link, Wait};
use super::said::Said;
use super::stage::{Stage, Step};
use crate::wire::{Command, Response, Steps};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use waxseal_mail::{Envelope, Mailbox, MessageId, ReversePath};
use waxseal_ports::filter::{Ruling, SessionInfo, Verdict, describe};
use waxseal_ports::trace::TraceEvent;
use waxseal_ports::{Draft, FilterSession};

/// Times a milter may say "still at work" in one answer.
const PROGRESS_MAX: u32 = 1_000;
/// Seconds for the farewell.
const FAREWELL_SECS_MAX: u64 = 5;

/// A session.
pub(super) struct MilterSession {
    pub(super) shared: Arc<Shared>,
    pub(super) facts: Facts,
    pub(super) link: Option<Link>,
    pub(super) told: Told,
    asked: Asked,
    /// What the call under way is at.
    step: Step,
}

/// What the milter at the other end of the link heard.
#[derive(Debug, Default)]
pub(super) struct Told {
    connect: bool,
    helo: bool,
    /// A transaction is open in its eyes.
    pub(super) mail: bool,
    /// The recipients of that transaction that it heard of.
    pub(super) recipients: BTreeSet<String>,
    /// It took one of them.
    pub(super) has_recipient: bool,
}

/// Whether the milter is asked.
enum Asked {
    Yes,
    /// Not until the next transaction; this answers instead.
    NotInTransaction(Verdict),
    /// No more.
    No,
}

/// What came of a stage.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    /// For the trace.
    pub(super) notes: String,
    pub(super) added: Vec<Mailbox>,
}

impl Outcome {
    pub(super) fn of(said: &Said) -> Self {
        let notes = if *said == Said::Accept {
            "; accepted"
        } else {
            ""
        };
        Self {
            verdict: said.verdict(),
            notes: notes.to_owned(),
            added: Vec::new(),
        }
    }
}

/// A command with the steps that leave it out or leave it unanswered.
pub(super) struct Telling {
    pub(super) command: Command,
    pub(super) left_out: Steps,
    pub(super) unanswered: Steps,
}

impl MilterSession {
    pub(super) fn new(shared: Arc<Shared>, info: SessionInfo) -> Self {
        Self {
            facts: Facts::new(shared.hostname.clone(), info),
            shared,
            link: None,
            told: Told::default(),
            asked: Asked::Yes,
            step: Step::Reach,
        }
    }

    /// Asks the milter at `stage`, about `message` at the last one.
    async fn stage(
        &mut self,
        stage: Stage,
        message: Option<(&mut Envelope, &mut Draft)>,
    ) -> Ruling {
        let mut ruling = Ruling::next();
        match &self.asked {
            Asked::Yes => {}
            Asked::No => return ruling,
            Asked::NotInTransaction(verdict) => {
                ruling.verdict = verdict.clone();
                return ruling;
            }
        }
        let began = self.shared.clock.monotonic();
        let outcome = self.outcome(stage, message).await;
        let now = self.shared.clock.monotonic();
        let took = now.saturating_duration_since(began);
        let shared = &self.shared;
        let text = match outcome {
            Ok(outcome) => {
                shared.worked(Step::Tell(stage));
                shared.meters.called(stage, &outcome.verdict, took);
                ruling.added_recipients = outcome.added;
                let text = describe(&outcome.verdict) + &outcome.notes;
                ruling.verdict = outcome.verdict;
                text
            }
            Err(failure) => {
                ruling.verdict = self.failed(stage, &failure, took);
                format!("failed: {failure}; {}", describe(&ruling.verdict))
            }
        };
        ruling.trace.push(TraceEvent {
            at: self.shared.clock.wall(),
            stage: stage.as_str().to_owned(),
            actor: self.shared.actor.clone(),
            outcome: text,
            micros: u64::try_from(took.as_micros()).ok(),
        });
        ruling
    }

    /// The connection is of no use any more; the policy answers until the next transaction.
    fn failed(&mut self, stage: Stage, failure: &CallFailure, took: Duration) -> Verdict {
        self.link = None;
        self.told = Told::default();
        let shared = &self.shared;
        let name = &shared.config.name;
        shared.meters.failed(stage, failure, took);
        if matches!(failure, CallFailure::Resting) {
            tracing::debug!(milter = name, stage = stage.as_str(), %failure, "milter not asked");
        } else {
            tracing::warn!(milter = name, stage = stage.as_str(), %failure, "milter failed");
            if failure.is_the_milters() {
                shared.broke(self.step);
            }
        }
        let verdict = shared.config.on_failure.verdict(stage == Stage::Connect);
        // What is asked later is never asked at connect.
        self.asked = Asked::NotInTransaction(shared.config.on_failure.verdict(false));
        verdict
    }

    async fn outcome(
        &mut self,
        stage: Stage,
        message: Option<(&mut Envelope, &mut Draft)>,
    ) -> Result<Outcome, CallFailure> {
        if let Some((envelope, _)) = &message
            && self.facts.sender.is_none()
        {
            self.facts.set_sender(&envelope.reverse_path, &[]);
        }
        let (at, said) = self.catch_up(stage).await?;
        if said != Said::Continue {
            self.heed(at, &said);
            return Ok(Outcome::of(&said));
        }
        match message {
            None => Ok(Outcome::of(&said)),
            Some((envelope, draft)) => self.content(envelope, draft).await,
        }
    }

    /// Tells everything up to `stage`, on a new connection if the one from the pool is gone.
    async fn catch_up(&mut self, stage: Stage) -> Result<(Stage, Said), CallFailure> {
        if !self.shared.breaker.admits(self.shared.clock.monotonic()) {
            return Err(CallFailure::Resting);
        }
        if self.link.is_none() {
            self.step = Step::Reach;
            self.link = Some(self.shared.connect().await?);
            self.shared.worked(Step::Reach);
            self.told = Told::default();
        }
        self.step = Step::Tell(stage);
        match self.tell_up_to(stage).await {
            Err(failure) if failure.is_lost_connection() && self.is_unproven() => {
                self.link = Some(self.shared.open().await?);
                self.told = Told::default();
                self.tell_up_to(stage).await
            }
            told => told,
        }
    }

    fn is_unproven(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.unproven)
    }

    /// Tells what the milter has not heard, until it says anything but to go on.
    async fn tell_up_to(&mut self, stage: Stage) -> Result<(Stage, Said), CallFailure> {
        if !self.told.connect {
            self.told.connect = true;
            let said = self.tell(self.connect_telling(), Stage::Connect).await?;
            if said != Said::Continue {
                return Ok((Stage::Connect, said));
            }
        }
        if stage >= Stage::Helo
            && !self.told.helo
            && let Some(telling) = self.helo_telling()
        {
            self.told.helo = true;
            let said = self.tell(telling, Stage::Helo).await?;
            if said != Said::Continue {
                return Ok((Stage::Helo, said));
            }
        }
        if stage >= Stage::Mail
            && !self.told.mail
            && let Some(telling) = self.mail_telling()
        {
            self.told.mail = true;
            self.told.recipients.clear();
            self.told.has_recipient = false;
            let said = self.tell(telling, Stage::Mail).await?;
            if said != Said::Continue {
                return Ok((Stage::Mail, said));
            }
        }
        if stage == Stage::Rcpt && self.told.mail {
            return Ok((Stage::Rcpt, self.tell_recipient().await?));
        }
        Ok((stage, Said::Continue))
    }

    /// Tells the recipient that is asked about.
    pub(super) async fn tell_recipient(&mut self) -> Result<Said, CallFailure> {
        let Some(recipient) = &self.facts.recipient else {
            return Ok(Said::Continue);
        };
        let address = recipient.address().to_owned();
        let (path, parameters) = recipient.wire();
        let telling = Telling {
            command: Command::Rcpt { path, parameters },
            left_out: Steps::NO_RCPT,
            unanswered: Steps::RCPT_UNANSWERED,
        };
        let said = self.tell(telling, Stage::Rcpt).await?;
        self.told.recipients.insert(address);
        self.told.has_recipient |= said == Said::Continue;
        Ok(said)
    }

    /// What an answer means for later stages.
    pub(super) fn heed(&mut self, stage: Stage, said: &Said) {
        match said {
            Said::Accept if stage.is_session() => self.asked = Asked::No,
            Said::Accept | Said::Discard => {
                self.asked = Asked::NotInTransaction(Verdict::Next);
            }
            Said::Continue | Said::Skip | Said::Refuse(_) => {}
        }
    }

    fn connect_telling(&self) -> Telling {
        Telling {
            command: Command::Connect {
                hostname: self.facts.client_name(),
                address: self.facts.client_address(),
            },
            left_out: Steps::NO_CONNECT,
            unanswered: Steps::CONNECT_UNANSWERED,
        }
    }

    fn helo_telling(&self) -> Option<Telling> {
        let name = self.facts.helo.clone()?;
        Some(Telling {
            command: Command::Helo(name.into()),
            left_out: Steps::NO_HELO,
            unanswered: Steps::HELO_UNANSWERED,
        })
    }

    fn mail_telling(&self) -> Option<Telling> {
        let (path, parameters) = self.facts.sender.as_ref()?.wire();
        Some(Telling {
            command: Command::Mail { path, parameters },
            left_out: Steps::NO_MAIL,
            unanswered: Steps::MAIL_UNANSWERED,
        })
    }

    /// Sends a command after its macros, and hears the answer where there is one.
    pub(super) async fn tell(
        &mut self,
        telling: Telling,
        stage: Stage,
    ) -> Result<Said, CallFailure> {
        let wait = self.shared.command_wait();
        let link = self.link.as_mut().ok_or(CallFailure::Closed)?;
        if link.terms.steps.contains(telling.left_out) {
            return Ok(Said::Continue);
        }
        let kind = telling.command.kind();
        let macros = self.facts.macros(kind, &link.terms.macros);
        if !macros.is_empty() {
            link.say(&Command::Macros { kind, macros }, wait).await?;
        }
        link.say(&telling.command, wait).await?;
        if link.terms.steps.contains(telling.unanswered) {
            return Ok(Said::Continue);
        }
        let response = hear(link, wait).await?;
        Said::from_response(&response, stage)
    }

    /// Whether the transaction in the milter's eyes has to be ended first; said without an answer.
    async fn abort(&mut self) -> Result<(), CallFailure> {
        let wait = self.shared.command_wait();
        match &mut self.link {
            Some(link) if std::mem::take(&mut self.told.mail) => {
                link.say(&Command::Abort, wait).await
            }
            _ => Ok(()),
        }
    }

    /// Ends the milter's session, and keeps the connection for another where the protocol can.
    async fn part(&mut self) -> Result<(), CallFailure> {
        self.abort().await?;
        let Some(mut link) = self.link.take() else {
            return Ok(());
        };
        let wait = Wait {
            name: "command_secs_max",
            time: Duration::from_secs(FAREWELL_SECS_MAX),
        };
        let shared = &self.shared;
        // Older versions know no second session on a connection.
        if link.terms.version >= 6 && shared.pool.has_room(shared.clock.monotonic()) {
            link.say(&Command::QuitNewConnection, wait).await?;
            link.flush(wait).await?;
            shared.pool.put(link, shared.clock.monotonic());
            return Ok(());
        }
        link.say(&Command::Quit, wait).await?;
        link.close(wait).await
    }
}

/// The next response that is not "still at work".
pub(super) async fn hear(link: &mut Link, wait: Wait) -> Result<Response, CallFailure> {
    for _ in 0..PROGRESS_MAX {
        let response = link.hear(wait).await?;
        if response != Response::Progress {
            return Ok(response);
        }
    }
    Err(CallFailure::TimedOut(wait.name))
}

#[async_trait]
impl FilterSession for MilterSession {
    async fn connect(&mut self) -> Ruling {
        self.stage(Stage::Connect, None).await
    }

    async fn helo(&mut self, name: &str) -> Ruling {
        self.facts.helo = Some(name.to_owned());
        self.told.helo = false;
        self.stage(Stage::Helo, None).await
    }

    fn tls(&mut self, tls: &str) {
        self.facts.set_tls(tls);
    }

    /// Milters are not asked about authentication; they learn of it from macros.
    async fn auth(&mut self, user: &str, mechanism: &str, success: bool) -> Ruling {
        if success {
            self.facts.set_user(user, mechanism);
        }
        Ruling::next()
    }

    fn transaction(&mut self, id: MessageId) {
        self.facts.set_id(id);
    }

    async fn mail(&mut self, sender: &ReversePath, params: &[(String, Option<String>)]) -> Ruling {
        if let Asked::NotInTransaction(_) = self.asked {
            self.asked = Asked::Yes;
        }
        self.facts.set_sender(sender, params);
        self.facts.recipient = None;
        if self.abort().await.is_err() {
            // A connection that breaks here is replaced before MAIL is told.
            self.link = None;
        }
        self.stage(Stage::Mail, None).await
    }

    async fn rcpt(&mut self, recipient: &str, params: &[(String, Option<String>)]) -> Ruling {
        if self.facts.sender.is_none() {
            return Ruling::next();
        }
        self.facts.recipient = Some(Path::new(recipient.to_owned(), params));
        self.stage(Stage::Rcpt, None).await
    }

    async fn message(&mut self, envelope: &mut Envelope, draft: &mut Draft) -> Ruling {
        let mut ruling = self.stage(Stage::Message, Some((envelope, draft))).await;
        let refused = matches!(ruling.verdict, Verdict::Reject(_) | Verdict::Defer(_));
        if envelope.recipients.is_empty() && !refused {
            ruling.verdict = Verdict::Discard;
        }
        ruling
    }

    fn reset(&mut self) {
        self.facts.end_transaction();
        if let Asked::NotInTransaction(_) = self.asked {
            self.asked = Asked::Yes;
        }
    }

    async fn disconnect(&mut self) {
        if let Err(failure) = self.part().await {
            let name = &self.shared.config.name;
            tracing::debug!(milter = name, %failure, "no farewell");
        }
    }
}
