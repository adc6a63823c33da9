//! Greetings, and who the client is: the connection, EHLO, STARTTLS, AUTH.

use super::{Pending, Phase, Session};
use crate::grammar::Hello;
use crate::server::auth::{self, MECHANISMS};
use crate::server::{Answer, Question, Role, Step, replies};
use waxseal_mail::Reply;

impl Session {
    /// The greeting, or the refusal in its place (RFC 5321 §3.1).
    pub(super) fn greet(&mut self, answer: Answer) {
        match answer {
            Answer::Proceed => {
                let protocol = match self.config.role {
                    Role::Smtp | Role::Submission => "ESMTP",
                    Role::Lmtp => "LMTP",
                };
                let text = format!("{} {protocol} Waxseal", self.config.hostname);
                self.send(&Reply::plain(220, [text]));
            }
            // Only 220, 421 and 554 may greet.
            Answer::Reply(reply) => {
                let code = if reply.is_transient() { 421 } else { 554 };
                self.phase = Phase::Refused;
                self.send(&Reply::plain(code, reply.lines()));
            }
        }
    }

    pub(super) fn hello_command<'i>(&mut self, hello: Hello, name: &str) -> Option<Step<'i>> {
        let expected = self.config.role == Role::Lmtp;
        if (hello == Hello::Lhlo) != expected {
            let text = "command not recognized here";
            self.misunderstood(&Reply::own(500, (5, 5, 1), text));
            return None;
        }
        self.forget_transaction();
        let pending = Pending::Hello(hello, name.to_owned());
        Some(self.ask(pending, Question::Hello(name.to_owned())))
    }

    pub(super) fn greeted(&mut self, hello: Hello, name: String, answer: Answer) {
        match answer {
            Answer::Proceed if hello == Hello::Helo => {
                let reply = Reply::plain(250, [&self.config.hostname]);
                self.send(&reply);
            }
            Answer::Proceed => {
                let reply = Reply::plain(250, self.extensions());
                self.send(&reply);
            }
            Answer::Reply(reply) => {
                self.send(&reply);
                if !reply.is_positive() {
                    return;
                }
            }
        }
        self.hello = Some((hello, name));
    }

    /// The lines of the reply to EHLO or LHLO (RFC 5321 §4.1.1.1).
    fn extensions(&self) -> Vec<String> {
        let mut lines = vec![self.config.hostname.to_string()];
        let plain = ["PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING"];
        lines.extend(plain.map(str::to_owned));
        lines.extend(["ENHANCEDSTATUSCODES", "DSN"].map(str::to_owned));
        lines.push(format!("SIZE {}", self.config.limits.message_octets_max));
        if self.config.starttls && !self.tls {
            lines.push("STARTTLS".to_owned());
        }
        if self.offers_auth() && self.tls {
            lines.push(format!("AUTH {MECHANISMS}"));
        }
        lines
    }

    fn offers_auth(&self) -> bool {
        self.config.role == Role::Submission
    }

    pub(super) fn starttls_command(&mut self) {
        if !self.config.starttls {
            self.send(&replies::not_implemented("STARTTLS is not offered"));
        } else if self.tls {
            self.send(&replies::sequence("TLS is in use already"));
        } else if self.transaction.is_some() {
            self.send(&replies::sequence("not within a transaction"));
        } else {
            self.send(&Reply::own(220, (2, 0, 0), "ready to start TLS"));
            self.phase = Phase::Tls;
        }
    }

    pub(super) fn auth_command<'i>(
        &mut self,
        mechanism: &str,
        initial: Option<&str>,
    ) -> Option<Step<'i>> {
        let refusal = if !self.offers_auth() {
            replies::not_implemented("AUTH is not offered")
        } else if !self.tls {
            Reply::own(538, (5, 7, 11), "encryption required: say STARTTLS first")
        } else if self.hello.is_none() {
            replies::sequence("say EHLO first")
        } else if self.authenticated {
            replies::sequence("authenticated already")
        } else if self.transaction.is_some() {
            replies::sequence("not within a transaction")
        } else {
            return self.progress(auth::begin(mechanism, initial));
        };
        self.send(&refusal);
        None
    }

    pub(super) fn authenticated(&mut self, answer: Answer) {
        match answer {
            Answer::Proceed => {
                self.authenticated = true;
                self.send(&Reply::own(235, (2, 7, 0), "authenticated"));
            }
            Answer::Reply(reply) => self.auth_failed(&reply),
        }
    }

    /// Counts an authentication that failed or was malformed.
    pub(super) fn auth_failed(&mut self, reply: &Reply) {
        self.auth_failures = self.auth_failures.saturating_add(1);
        if self.auth_failures >= self.config.limits.auth_failures_max {
            self.send(&replies::enough("too many failed authentications"));
        } else {
            self.send(reply);
        }
    }
}
