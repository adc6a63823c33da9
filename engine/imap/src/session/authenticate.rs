//! STARTTLS, LOGIN, AUTHENTICATE and ENABLE (RFC 9051 §6.2 and §6.3.1, RFC 4616, RFC 4959).

use super::pending::{Missing, Pending, printable, unexpected};
use super::{Running, Session, Status};
use crate::grammar::cursor::SyntaxError;
use crate::question::{Answer, Login, Question};
use crate::view::Expunges;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

impl Session {
    pub(super) fn start_tls(&mut self, tag: &str) {
        if self.policy.tls {
            return self.malformed(Some(tag), SyntaxError("TLS is in use already"));
        }
        if !self.policy.starttls {
            return self.malformed(Some(tag), SyntaxError("STARTTLS is not available"));
        }
        self.running = Running::StartTls;
        self.tagged(tag, &Status::ok("begin TLS negotiation now"));
    }

    /// Whether a password may be taken now; the tagged line was written where it may not.
    fn may_log_in(&mut self, tag: &str) -> bool {
        let allowed = self.policy.tls || self.policy.clear_text_login;
        if !allowed {
            let status = Status::no("[PRIVACYREQUIRED] passwords are taken under TLS only");
            self.tagged(tag, &status);
        }
        allowed
    }

    pub(super) fn login(&mut self, tag: String, user: String, password: String) {
        if self.may_log_in(&tag) {
            let question = Question::Login {
                user,
                password,
                mechanism: "LOGIN",
            };
            self.ask(question, Pending::Login { tag });
        }
    }

    pub(super) fn authenticate(&mut self, tag: String, mechanism: &str, initial: Option<Vec<u8>>) {
        if mechanism != "PLAIN" {
            let status = Status::no("[CANNOT] that mechanism is not supported");
            return self.tagged(&tag, &status);
        }
        if !self.may_log_in(&tag) {
            return;
        }
        match initial {
            Some(message) => self.plain(tag, &message),
            None => {
                self.output.put("+ \r\n");
                self.running = Running::Sasl { tag };
            }
        }
    }

    /// The client's answer to the empty challenge.
    pub(super) fn sasl_response(&mut self, tag: &str, line: &[u8]) {
        if line == b"*" {
            return self.tagged(tag, &Status::bad("authentication cancelled"));
        }
        match STANDARD.decode(line) {
            Ok(message) => self.plain(tag.to_owned(), &message),
            Err(_) => self.malformed(Some(tag), SyntaxError("that is not base 64")),
        }
    }

    /// `message = [authzid] UTF8NUL authcid UTF8NUL passwd` (RFC 4616 §2).
    fn plain(&mut self, tag: String, message: &[u8]) {
        let parts: Vec<_> = message.split(|octet| *octet == 0).collect();
        let [identity, user, password] = parts.as_slice() else {
            return self.malformed(Some(&tag), SyntaxError("that is no PLAIN message"));
        };
        let texts = [identity, user, password].map(|part| String::from_utf8(part.to_vec()));
        let [Ok(identity), Ok(user), Ok(password)] = texts else {
            return self.malformed(Some(&tag), SyntaxError("a PLAIN message is UTF-8"));
        };
        if !identity.is_empty() && identity != user {
            let status = Status::no("[AUTHORIZATIONFAILED] nobody may act for another user here");
            return self.tagged(&tag, &status);
        }
        let question = Question::Login {
            user,
            password,
            mechanism: "PLAIN",
        };
        self.ask(question, Pending::Login { tag });
    }

    pub(super) fn logged_in(&mut self, tag: &str, answer: Answer) {
        let Answer::Login(login) = answer else {
            let status = unexpected(&answer, Missing::Source);
            return self.tagged(tag, &status);
        };
        let status = match login {
            Login::Accepted => {
                self.authenticated = true;
                Status::ok(&format!("[CAPABILITY {}] logged in", self.capabilities()))
            }
            Login::Wrong => Status::no("[AUTHENTICATIONFAILED] wrong user or password"),
            Login::Refused(text) => {
                let text = printable(&text);
                Status::no(&format!("[AUTHORIZATIONFAILED] {text}"))
            }
            Login::Unavailable => {
                Status::no("[UNAVAILABLE] cannot check the password now, try again later")
            }
        };
        self.tagged(tag, &status);
    }

    pub(super) fn enable(&mut self, tag: String, names: &[String]) {
        let mut enabled = String::from("ENABLED");
        for name in names {
            match name.as_str() {
                "IMAP4REV2" => {
                    self.rev2 = true;
                    enabled.push_str(" IMAP4rev2");
                }
                "CONDSTORE" => {
                    self.condstore = true;
                    enabled.push_str(" CONDSTORE");
                }
                _ => {}
            }
        }
        self.output.untagged(&enabled);
        self.finish(tag, Status::ok("ENABLE completed"), Expunges::Told);
    }
}
