//! The AUTHORIZATION state (RFC 1939 §4, RFC 2595 §4, RFC 5034).

use super::{Session, State};
use crate::{Maildrop, Question, Refusal, Step};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

impl Session {
    /// Whether a login may begin; answers `-ERR` if not.
    fn check_login(&mut self) -> bool {
        if self.is_logged_in() {
            self.err("you are logged in already");
            false
        } else if !self.may_log_in() {
            self.err("passwords are taken under TLS only; say STLS first");
            false
        } else {
            true
        }
    }

    pub(super) fn user(&mut self, user: String) -> Option<Step> {
        if self.check_login() {
            self.state = State::Authorization(Some(user));
            self.ok("now the password");
        }
        None
    }

    pub(super) fn pass(&mut self, password: String) -> Option<Step> {
        if !self.check_login() {
            return None;
        }
        let State::Authorization(Some(user)) =
            std::mem::replace(&mut self.state, State::Authorization(None))
        else {
            self.err("say USER first");
            return None;
        };
        self.ask_login(user, password, "USER")
    }

    pub(super) fn auth(&mut self, argument: Option<(String, Option<String>)>) -> Option<Step> {
        let Some((mechanism, initial)) = argument else {
            // Not in RFC 5034, but asked by clients of before it.
            self.ok("mechanisms");
            let list: &[u8] = if self.may_log_in() && !self.is_logged_in() {
                b"PLAIN\r\n.\r\n"
            } else {
                b".\r\n"
            };
            self.output.extend_from_slice(list);
            return None;
        };
        if !self.check_login() {
            return None;
        }
        if mechanism != "PLAIN" {
            self.err("this mechanism is not offered");
            return None;
        }
        match initial.as_deref() {
            None => {
                self.state = State::Sasl;
                self.output.extend_from_slice(b"+ \r\n");
                None
            }
            // An initial response of no octets (RFC 5034 §4).
            Some("=") => self.plain(b""),
            Some(text) => self.decode_plain(text.as_bytes()),
        }
    }

    /// A response line; `*` cancels (RFC 5034 §4).
    pub(super) fn sasl_response(&mut self, line: &[u8]) -> Option<Step> {
        self.state = State::Authorization(None);
        if line == b"*" {
            self.err("cancelled");
            return None;
        }
        self.decode_plain(line)
    }

    fn decode_plain(&mut self, text: &[u8]) -> Option<Step> {
        match STANDARD.decode(text) {
            Ok(octets) => self.plain(&octets),
            Err(_) => {
                self.malformed("the response is not base64");
                None
            }
        }
    }

    /// `[authzid] NUL authcid NUL passwd` (RFC 4616 §2). Nobody may act for another user.
    fn plain(&mut self, octets: &[u8]) -> Option<Step> {
        let parts = str::from_utf8(octets).ok().and_then(|text| {
            let (authzid, rest) = text.split_once('\0')?;
            let (user, password) = rest.split_once('\0')?;
            let whole = !user.is_empty() && !password.is_empty() && !password.contains('\0');
            whole.then(|| (authzid.to_owned(), user.to_owned(), password.to_owned()))
        });
        let Some((authzid, user, password)) = parts else {
            self.malformed("the response is not that of PLAIN");
            return None;
        };
        if !authzid.is_empty() && authzid != user {
            self.refuse_login(&Refusal::Credentials);
            return None;
        }
        self.ask_login(user, password, "PLAIN")
    }

    fn ask_login(
        &mut self,
        user: String,
        password: String,
        mechanism: &'static str,
    ) -> Option<Step> {
        self.state = State::LoggingIn;
        Some(Step::Ask(Question::Login {
            user,
            password,
            mechanism,
        }))
    }

    pub(super) fn log_in(&mut self, maildrop: Maildrop) {
        let (messages, octets) = maildrop.totals();
        self.state = State::Transaction(maildrop);
        self.ok(&format!(
            "maildrop has {messages} messages ({octets} octets)"
        ));
    }

    /// Counts a failed login, and ends the session after too many.
    pub(super) fn refuse_login(&mut self, refusal: &Refusal) {
        self.state = State::Authorization(None);
        self.err(&refusal.text());
        let guessing = matches!(refusal, Refusal::Credentials | Refusal::Throttled);
        self.login_failures += u32::from(guessing);
        self.closing |= self.login_failures >= self.limits.login_failures_max;
    }

    pub(super) fn stls(&mut self) -> Option<Step> {
        if self.is_logged_in() {
            self.err("STLS comes before login");
        } else if self.policy.tls {
            self.err("TLS is in use already");
        } else if self.policy.stls {
            self.ok("begin TLS now");
            self.state = State::StartingTls;
            return Some(Step::StartTls);
        } else {
            self.err("TLS is not offered");
        }
        None
    }
}
