//! One recipient in the course of an attempt: what is left to do for it, and what came of it so far.

use crate::recipient_result::{RecipientResult, Via};
use crate::schedule::later;
use waxseal_mail::{Reply, Timestamp};
use waxseal_ports::queue::{Kept, KeptTransport, Leased, Outcome};

/// A recipient that this attempt is about.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) position: u32,
    /// What is left to do, as it would be kept now.
    kept: Kept,
    /// What the queue keeps.
    former: Option<Kept>,
    via: Via,
    deferred: Option<Deferral>,
    /// Routers decided something that must be kept before anything leaves this server.
    fresh: bool,
}

/// Why and until when a part of the work waits.
#[derive(Debug)]
struct Deferral {
    reply: Reply,
    via: Via,
    after_secs: Option<u64>,
}

/// What the next moments are worth: for recipients that were deferred, and for those not tried.
pub(crate) struct Moments {
    pub(crate) now: Timestamp,
    /// The schedule's next attempt.
    pub(crate) next: Timestamp,
    /// When recipients that were not tried are due.
    pub(crate) untried: Timestamp,
}

/// The recipients of `leased` that are due at `now`; all of them where none is, because then it was
/// an administrator who made the message due.
pub(crate) fn due(leased: &Leased, now: Timestamp) -> Vec<Case> {
    let kept = |position: u32| {
        let found = leased.kept.binary_search_by_key(&position, |(at, _)| *at);
        found
            .ok()
            .and_then(|at| leased.kept.get(at))
            .map(|(_, kept)| kept)
    };
    let waits = |position: u32| {
        let not_before = kept(position).and_then(|kept| kept.not_before);
        not_before.is_some_and(|moment| moment.unix_secs > now.unix_secs)
    };
    let by_hand = leased.open.iter().all(|position| waits(*position));
    let open = leased.open.iter().copied();
    open.filter(|position| by_hand || !waits(*position))
        .map(|position| Case::new(position, kept(position)))
        .collect()
}

impl Case {
    fn new(position: u32, kept: Option<&Kept>) -> Self {
        Self {
            position,
            kept: Kept {
                not_before: None,
                ..kept.cloned().unwrap_or_default()
            },
            former: kept.cloned(),
            via: Via::Discard,
            deferred: None,
            fresh: false,
        }
    }

    /// Who had their say already.
    pub(crate) fn asked(&self) -> &[String] {
        &self.kept.asked
    }

    /// These had their say now.
    pub(crate) fn had_their_say(&mut self, names: Vec<String>) {
        self.kept.asked.extend(names);
    }

    /// Whether routers are still to be asked, or a relay is.
    pub(crate) const fn is_planned(&self) -> bool {
        self.kept.planned
    }

    /// The routers have said all, or the relay is done.
    pub(crate) const fn planned_is_done(&mut self) {
        self.kept.planned = false;
    }

    /// What was decided must be kept before anything leaves this server.
    pub(crate) const fn decided(&mut self) {
        self.fresh = true;
    }

    /// Whether work that leaves this server has to wait for the decision to be kept.
    pub(crate) fn waits_to_be_kept(&self) -> bool {
        self.fresh && (self.kept.planned || !self.kept.transports.is_empty())
    }

    /// A transport is to take the message, too.
    pub(crate) fn hand_to(&mut self, name: String) {
        let mut known = self.kept.transports.iter();
        if !known.any(|transport| transport.name == name) {
            self.kept
                .transports
                .push(KeptTransport { name, attempts: 0 });
        }
    }

    /// The transports that are to take the message.
    pub(crate) fn transports(&self) -> &[KeptTransport] {
        &self.kept.transports
    }

    /// A copy stays in a mailbox here.
    pub(crate) fn is_kept_here(&mut self) {
        self.via = Via::Local;
    }

    /// Whether a copy stays here.
    pub(crate) fn has_copy_here(&self) -> bool {
        self.via == Via::Local
    }

    /// A message of its own goes on.
    pub(crate) fn is_forwarded(&mut self) {
        if self.via == Via::Discard {
            self.via = Via::Forward;
        }
    }

    /// A part of the work failed for good.
    pub(crate) fn fail(&mut self, reply: Reply, via: Via) {
        self.kept.failed.get_or_insert(reply);
        self.via = via;
    }

    /// A part of the work waits; the first reason stands.
    pub(crate) fn defer(&mut self, reply: Reply, via: Via, after_secs: Option<u64>) {
        self.deferred.get_or_insert(Deferral {
            reply,
            via,
            after_secs,
        });
    }

    /// The relay has an answer.
    pub(crate) fn relayed(&mut self, result: RecipientResult) {
        match result.outcome {
            Outcome::Delivered => {
                self.kept.planned = false;
                self.via = result.via;
            }
            Outcome::Failed(reply) => {
                self.kept.planned = false;
                self.fail(reply, result.via);
            }
            Outcome::Deferred(reply) => self.defer(reply, result.via, None),
        }
    }

    /// A transport has an answer.
    pub(crate) fn handed(&mut self, name: &str, outcome: Outcome) {
        let transports = &mut self.kept.transports;
        match outcome {
            Outcome::Delivered => {
                transports.retain(|transport| transport.name != name);
                self.via = Via::Transport;
            }
            Outcome::Failed(reply) => {
                transports.retain(|transport| transport.name != name);
                self.fail(reply, Via::Transport);
            }
            Outcome::Deferred(reply) => {
                let tried = transports.iter_mut().filter(|known| known.name == name);
                tried.for_each(|known| known.attempts = known.attempts.saturating_add(1));
                self.defer(reply, Via::Transport, None);
            }
        }
    }

    /// The outcome for the queue; none where the rest was not tried.
    pub(crate) fn result(&self) -> Option<RecipientResult> {
        let is_open = self.kept.planned || !self.kept.transports.is_empty();
        let (outcome, via) = match (&self.deferred, &self.kept.failed) {
            (Some(deferral), _) => (Outcome::Deferred(deferral.reply.clone()), &deferral.via),
            (None, _) if is_open => return None,
            (None, Some(reply)) => (Outcome::Failed(reply.clone()), &self.via),
            (None, None) => (Outcome::Delivered, &self.via),
        };
        Some(RecipientResult {
            position: self.position,
            outcome,
            via: via.clone(),
        })
    }

    /// When this recipient is due again, if it stays open.
    pub(crate) fn due(&self, moments: &Moments) -> Timestamp {
        match &self.deferred {
            None => moments.untried,
            Some(Deferral {
                after_secs: Some(secs),
                ..
            }) => later(moments.now, *secs),
            Some(_) => moments.next,
        }
    }

    /// What the queue is to keep, where that differs from what it has. `not_before` where the message
    /// is due earlier.
    pub(crate) fn into_kept(self, not_before: Option<Timestamp>) -> Option<(u32, Kept)> {
        let kept = Kept {
            not_before: not_before.map(|moment| Timestamp::utc(moment.unix_secs)),
            ..self.kept
        };
        let same = match &self.former {
            Some(former) => kept == *former,
            None => kept == Kept::default(),
        };
        (!same).then_some((self.position, kept))
    }
}
