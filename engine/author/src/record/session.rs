//! A session that is recorded as it passes.

use super::{Entry, Tape};
use async_trait::async_trait;
use std::sync::Arc;
use waxseal_mail::{Envelope, MessageId, ReversePath};
use waxseal_ports::filter::{Ruling, SessionInfo, Verdict, describe};
use waxseal_ports::{Draft, FilterSession, ReadAt};

/// The filters' session, and what passed so far.
pub(super) struct RecordedSession {
    filter: Box<dyn FilterSession>,
    tape: Arc<Tape>,
    entry: Entry,
}

impl RecordedSession {
    pub(super) fn new(
        filter: Box<dyn FilterSession>,
        tape: Arc<Tape>,
        session: SessionInfo,
    ) -> Self {
        let entry = Entry {
            protocol: session.protocol.as_str().to_owned(),
            peer: session.peer.to_string(),
            tls: session.tls,
            ..Entry::default()
        };
        Self {
            filter,
            tape,
            entry,
        }
    }

    fn heard(&mut self, ruling: &Ruling) {
        if ruling.verdict != Verdict::Next {
            self.entry.verdict = describe(&ruling.verdict);
        }
    }

    /// Whether the ruling ends the transaction before there is a message.
    fn refused(ruling: &Ruling) -> bool {
        matches!(ruling.verdict, Verdict::Reject(_) | Verdict::Defer(_))
    }

    /// Writes the entry off the reactor; the session does not wait for it.
    fn keep(&self, message: Option<Arc<dyn ReadAt>>) {
        let (tape, entry) = (self.tape.clone(), self.entry.clone());
        tokio::task::spawn_blocking(move || tape.write(&entry, message.as_deref()));
    }
}

#[async_trait]
impl FilterSession for RecordedSession {
    async fn connect(&mut self) -> Ruling {
        let ruling = self.filter.connect().await;
        self.heard(&ruling);
        ruling
    }

    async fn helo(&mut self, name: &str) -> Ruling {
        self.entry.helo = name.to_owned();
        let ruling = self.filter.helo(name).await;
        self.heard(&ruling);
        ruling
    }

    fn tls(&mut self, tls: &str) {
        self.entry.tls = Some(tls.to_owned());
        self.filter.tls(tls);
    }

    async fn auth(&mut self, user: &str, mechanism: &str, success: bool) -> Ruling {
        if success {
            self.entry.user = Some(user.to_owned());
            self.entry.mechanism = Some(mechanism.to_owned());
        }
        let ruling = self.filter.auth(user, mechanism, success).await;
        self.heard(&ruling);
        ruling
    }

    fn transaction(&mut self, id: MessageId) {
        self.filter.transaction(id);
    }

    async fn mail(&mut self, sender: &ReversePath, params: &[(String, Option<String>)]) -> Ruling {
        self.entry.sender = sender.to_string();
        self.entry.recipients.clear();
        self.entry.verdict.clear();
        let ruling = self.filter.mail(sender, params).await;
        self.heard(&ruling);
        if Self::refused(&ruling) {
            self.keep(None);
        }
        ruling
    }

    async fn rcpt(&mut self, recipient: &str, params: &[(String, Option<String>)]) -> Ruling {
        let ruling = self.filter.rcpt(recipient, params).await;
        self.heard(&ruling);
        if !Self::refused(&ruling) {
            self.entry.recipients.push(recipient.to_owned());
        }
        ruling
    }

    fn refused_later(&mut self, recipient: &str) {
        self.filter.refused_later(recipient);
        let mut known = self.entry.recipients.iter();
        if let Some(at) = known.rposition(|known| known == recipient) {
            self.entry.recipients.remove(at);
        }
    }

    async fn message(&mut self, envelope: &mut Envelope, draft: &mut Draft) -> Ruling {
        let before = draft.message();
        let ruling = self.filter.message(envelope, draft).await;
        self.heard(&ruling);
        self.keep(Some(before));
        ruling
    }

    fn reset(&mut self) {
        self.filter.reset();
    }

    async fn disconnect(&mut self) {
        self.filter.disconnect().await;
    }
}
