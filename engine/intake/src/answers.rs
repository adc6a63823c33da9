//! The answers to a session's questions up to RCPT.

use crate::conversation::Conversation;
use crate::gathering::{Fate, Gathering};
use crate::story::Story;
use std::time::Instant;
use waxseal_mail::{Domain, ForwardPath, LocalPart, Mailbox, MessageId, Reply, ReversePath};
use waxseal_net::random_u64;
use waxseal_ports::directory::{DirectoryError, Resolution, Target};
use waxseal_ports::filter::Ruling;
use waxseal_smtp::grammar::Parameters;
use waxseal_smtp::server::{Answer, Question, Role};

/// Characters by which local-parts once named a further hop.
const ROUTING_CHARACTERS: [char; 3] = ['@', '%', '!'];

impl Conversation<'_> {
    /// Finds the answer to `question`.
    pub(crate) async fn answer(&mut self, question: Question) -> Answer {
        match question {
            Question::Connect => self.connect().await,
            Question::Hello(name) => self.hello(name).await,
            Question::Authenticate {
                mechanism,
                user,
                password,
            } => self.authenticate(mechanism, &user, &password.0).await,
            Question::Mail(path, parameters) => self.mail(&path, &parameters).await,
            Question::Rcpt(path, parameters) => self.rcpt(&path, &parameters).await,
            Question::Finish(envelope) => self.finish(*envelope).await,
        }
    }

    async fn connect(&mut self) -> Answer {
        let outcome = format!("{} {}", self.peer, self.protocol.as_str());
        let now = self.intake.ports.clock.wall();
        self.session_story.story.tell(now, "connect", outcome, None);
        let ruling = self.filter.connect().await;
        self.heed(ruling)
    }

    async fn hello(&mut self, name: String) -> Answer {
        let ruling = self.filter.helo(&name).await;
        let now = self.intake.ports.clock.wall();
        let outcome = match &self.tls {
            Some(tls) => format!("{name} {tls}"),
            None => name,
        };
        self.session_story.story.tell(now, "helo", outcome, None);
        self.heed(ruling)
    }

    /// RFC 4954 §4, §6. The reply to a failure is the same whichever half was wrong.
    async fn authenticate(&mut self, mechanism: &str, user: &str, password: &str) -> Answer {
        let ports = &self.intake.ports;
        let unavailable = || Answer::Reply(Reply::own(454, (4, 7, 0), "try again later"));
        let Ok(attempt) = ports.throttle.begin(user, self.peer.ip()) else {
            self.count_auth("throttled");
            return unavailable();
        };
        let account = match ports.directory.authenticate(user, password).await {
            Ok(account) => account,
            Err(error) => {
                attempt.cancelled();
                self.count_auth("unavailable");
                tracing::error!(session = %self.id, error = %chain(&error), "cannot authenticate");
                return unavailable();
            }
        };
        let success = account.is_some();
        if success {
            attempt.succeeded();
        } else {
            attempt.failed();
        }
        self.count_auth(if success { "accepted" } else { "failed" });
        tracing::info!(session = %self.id, peer = %self.peer, user, mechanism, success, "authentication");
        let ruling = self.filter.auth(user, mechanism, success).await;
        let answer = self.heed(ruling);
        if !success {
            return Answer::Reply(Reply::own(535, (5, 7, 8), "authentication failed"));
        }
        if answer == Answer::Proceed {
            let now = self.intake.ports.clock.wall();
            self.session_story
                .story
                .tell(now, "auth", user.to_owned(), None);
            self.account = account;
        }
        answer
    }

    /// A transaction begins: it gets its name, and the filters are asked.
    async fn mail(&mut self, path: &ReversePath, parameters: &Parameters) -> Answer {
        let now = self.intake.ports.clock.wall();
        if let Some(refusal) = self.refuse_sender(path).await {
            self.count_refusal("mail");
            return Answer::Reply(refusal);
        }
        let id = MessageId(random_u64());
        let mut gathering = Gathering::new(id, &self.intake.limits, &self.session_story, now);
        gathering.story.tell(now, "mail", format!("<{path}>"), None);
        self.gathering = Some(gathering);
        self.filter.transaction(id);
        let ruling = self.filter.mail(path, parameters).await;
        let answer = self.heed(ruling);
        if answer != Answer::Proceed {
            self.count_refusal("mail");
            self.reset();
        }
        answer
    }

    /// Users may only send as themselves (RFC 6409 §6.1).
    async fn refuse_sender(&mut self, path: &ReversePath) -> Option<Reply> {
        let (Some(account), ReversePath::Mailbox(sender)) = (&self.account, path) else {
            return None;
        };
        match self
            .intake
            .ports
            .directory
            .may_send_as(account.id, sender)
            .await
        {
            Ok(true) => None,
            Ok(false) => Some(Reply::own(553, (5, 7, 1), "not your address")),
            Err(error) => Some(self.directory_failed(&error)),
        }
    }

    async fn rcpt(&mut self, path: &ForwardPath, parameters: &Parameters) -> Answer {
        if let Some(refusal) = self.refuse_recipient(path).await {
            self.count_refusal("rcpt");
            tracing::info!(session = %self.id, peer = %self.peer, recipient = %path,
                code = refusal.code(), "recipient refused");
            return Answer::Reply(refusal);
        }
        let ruling = self.filter.rcpt(&path.to_string(), parameters).await;
        let answer = self.heed(ruling);
        match &mut self.gathering {
            Some(gathering) if answer == Answer::Proceed => {
                let now = self.intake.ports.clock.wall();
                gathering.story.tell(now, "rcpt", format!("<{path}>"), None);
            }
            _ => self.count_refusal("rcpt"),
        }
        answer
    }

    /// Mail is taken for hosted mailboxes; for others from authenticated users only.
    async fn refuse_recipient(&mut self, path: &ForwardPath) -> Option<Reply> {
        let mailbox = match path {
            ForwardPath::Postmaster => return self.find_postmaster().await,
            ForwardPath::Mailbox(mailbox) => mailbox,
        };
        match self.intake.ports.directory.resolve(mailbox).await {
            Ok(Resolution::NotHosted) if self.role == Role::Submission => None,
            Ok(Resolution::NotHosted) => Some(Reply::own(550, (5, 7, 1), "relaying denied")),
            Ok(Resolution::Unknown) => Some(Reply::own(550, (5, 1, 1), "no such user here")),
            Ok(Resolution::Targets(targets)) if names_a_route(mailbox, &targets) => {
                Some(Reply::own(550, (5, 7, 1), "no routing through local-parts"))
            }
            Ok(Resolution::Targets(_)) => None,
            Err(error) => Some(self.directory_failed(&error)),
        }
    }

    /// `<Postmaster>` is the postmaster of this host's domain, or else of the first hosted domain that
    /// has one (RFC 5321 §4.5.1: always accepted).
    async fn find_postmaster(&mut self) -> Option<Reply> {
        let directory = &self.intake.ports.directory;
        let domains = match directory.domains().await {
            Ok(domains) => domains,
            Err(error) => return Some(self.directory_failed(&error)),
        };
        let own = Domain::parse(&self.intake.hostname).ok();
        let names = own
            .into_iter()
            .chain(domains.into_iter().map(|domain| domain.name));
        for name in names {
            let local_part = LocalPart::parse("postmaster").ok()?;
            let mailbox = Mailbox::new(local_part, name);
            if let Ok(Resolution::Targets(_)) = directory.resolve(&mailbox).await {
                if let Some(gathering) = &mut self.gathering {
                    gathering.postmaster = Some(mailbox);
                }
                return None;
            }
        }
        None
    }

    fn directory_failed(&self, error: &DirectoryError) -> Reply {
        tracing::error!(session = %self.id, error = %chain(error), "the directory failed");
        Reply::own(451, (4, 3, 0), "try again later")
    }

    /// Takes a ruling into account, for the transaction under way or else for the session.
    fn heed(&mut self, ruling: Ruling) -> Answer {
        let Ruling { verdict, trace, .. } = ruling;
        let refusal = match &mut self.gathering {
            Some(gathering) => note(&mut gathering.fate, &mut gathering.story, verdict, trace),
            None => {
                let session = &mut self.session_story;
                note(&mut session.fate, &mut session.story, verdict, trace)
            }
        };
        refusal.map_or(Answer::Proceed, Answer::Reply)
    }

    fn count_auth(&self, outcome: &'static str) {
        metrics::counter!("waxseal_intake_auth_total", "outcome" => outcome).increment(1);
    }

    pub(crate) fn count_refusal(&self, stage: &'static str) {
        metrics::counter!("waxseal_intake_refused_total",
            "protocol" => self.protocol.as_str(), "stage" => stage)
        .increment(1);
    }
}

fn note(
    fate: &mut Fate,
    story: &mut Story,
    verdict: waxseal_ports::filter::Verdict,
    trace: Vec<waxseal_ports::trace::TraceEvent>,
) -> Option<Reply> {
    story.extend(trace);
    fate.heed(verdict)
}

/// Whether a local-part asks for a further hop (`user%elsewhere`, `"user@elsewhere"`,
/// `elsewhere!user`) and only a catch-all would take it. An account that really has such a name
/// keeps it.
fn names_a_route(mailbox: &Mailbox, targets: &[Target]) -> bool {
    let folded = mailbox.local_part().folded();
    let exact = |target: &Target| match target {
        Target::Account { account, .. } => account.address.local_part().folded() == folded,
        Target::Remote(_) => false,
    };
    folded.contains(ROUTING_CHARACTERS) && !targets.iter().any(exact)
}

/// An error with its sources, for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// Microseconds since `began`.
pub(crate) fn micros(began: Instant, now: Instant) -> u64 {
    u64::try_from(now.saturating_duration_since(began).as_micros()).unwrap_or(u64::MAX)
}
