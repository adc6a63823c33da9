//! A session that is judged natively.

use super::Judge;
use super::facts::Known;
use async_trait::async_trait;
use std::sync::Arc;
use waxseal_mail::{Envelope, ReversePath};
use waxseal_ports::Draft;
use waxseal_ports::filter::{Filter, FilterSession, Ruling, SessionInfo};

/// A filter of one judge.
pub(crate) struct NativeFilter(pub(crate) Arc<dyn Judge>);

impl Filter for NativeFilter {
    fn session(&self, session: SessionInfo) -> Box<dyn FilterSession> {
        Box::new(NativeSession {
            judge: self.0.clone(),
            known: Known::new(session),
        })
    }
}

struct NativeSession {
    judge: Arc<dyn Judge>,
    known: Known,
}

#[async_trait]
impl FilterSession for NativeSession {
    async fn connect(&mut self) -> Ruling {
        Ruling::next()
    }

    async fn helo(&mut self, name: &str) -> Ruling {
        self.known.helo = Some(name.to_owned());
        Ruling::next()
    }

    fn tls(&mut self, tls: &str) {
        self.known.session.tls = Some(tls.to_owned());
    }

    async fn auth(&mut self, user: &str, _mechanism: &str, success: bool) -> Ruling {
        if success {
            self.known.user = Some(user.to_owned());
        }
        Ruling::next()
    }

    async fn mail(&mut self, sender: &ReversePath, _: &[(String, Option<String>)]) -> Ruling {
        self.known.sender = match sender {
            ReversePath::Null => String::new(),
            ReversePath::Mailbox(mailbox) => mailbox.to_string(),
        };
        Ruling::next()
    }

    async fn rcpt(&mut self, recipient: &str, _: &[(String, Option<String>)]) -> Ruling {
        self.known.recipients.push(recipient.to_owned());
        Ruling::next()
    }

    async fn message(&mut self, _envelope: &mut Envelope, draft: &mut Draft) -> Ruling {
        self.judge.judge(&self.known, draft)
    }

    fn reset(&mut self) {
        self.known.recipients.clear();
    }

    async fn disconnect(&mut self) {}
}
