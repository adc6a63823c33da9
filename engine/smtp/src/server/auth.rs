//! Authentication exchanges: PLAIN (RFC 4616) and LOGIN, framed by RFC 4954.

use super::{Password, Question};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use waxseal_mail::Reply;

/// The mechanisms, as EHLO announces them.
pub(super) const MECHANISMS: &str = "PLAIN LOGIN";

/// Base64 of `Username:` and `Password:`, which LOGIN has always used.
const LOGIN_USER_CHALLENGE: &str = "VXNlcm5hbWU6";
const LOGIN_PASSWORD_CHALLENGE: &str = "UGFzc3dvcmQ6";

/// What the server waits for within an exchange.
#[derive(Debug)]
pub(super) enum Exchange {
    /// The message of PLAIN.
    Plain,
    /// The user of LOGIN.
    LoginUser,
    /// The password of LOGIN, for this user.
    LoginPassword(String),
}

/// What follows from a response.
#[derive(Debug)]
pub(super) enum Progress {
    /// Send this 334 and wait for the next response.
    Challenge(Reply, Exchange),
    /// All is there: ask.
    Ask(Question),
    /// The exchange failed with this reply.
    Failed(Reply),
}

/// Begins an exchange; `initial` is the initial response as sent.
pub(super) fn begin(mechanism: &str, initial: Option<&str>) -> Progress {
    let exchange = if mechanism.eq_ignore_ascii_case("PLAIN") {
        Exchange::Plain
    } else if mechanism.eq_ignore_ascii_case("LOGIN") {
        Exchange::LoginUser
    } else {
        let text = format!("mechanism not supported; use one of {MECHANISMS}");
        return Progress::Failed(Reply::own(504, (5, 5, 4), text));
    };
    match initial {
        None => challenge(exchange),
        // A lone "=" is an empty response (RFC 4954 §4).
        Some("=") => exchange.decoded(Vec::new()),
        Some(response) => exchange.respond(response.as_bytes()),
    }
}

fn challenge(exchange: Exchange) -> Progress {
    let text = match exchange {
        Exchange::Plain => "",
        Exchange::LoginUser => LOGIN_USER_CHALLENGE,
        Exchange::LoginPassword(_) => LOGIN_PASSWORD_CHALLENGE,
    };
    Progress::Challenge(Reply::plain(334, [text]), exchange)
}

impl Exchange {
    /// Takes a response line without its CRLF.
    pub(super) fn respond(self, line: &[u8]) -> Progress {
        if line == b"*" {
            return Progress::Failed(Reply::own(501, (5, 7, 0), "authentication cancelled"));
        }
        match STANDARD.decode(line) {
            Ok(response) => self.decoded(response),
            Err(_) => Progress::Failed(Reply::own(501, (5, 5, 2), "the response is not base64")),
        }
    }

    fn decoded(self, response: Vec<u8>) -> Progress {
        let malformed = || Reply::own(501, (5, 5, 2), "the response is malformed");
        let Ok(response) = String::from_utf8(response) else {
            return Progress::Failed(malformed());
        };
        match self {
            Self::Plain => {
                plain(&response).map_or_else(|| Progress::Failed(malformed()), Progress::Ask)
            }
            Self::LoginUser if response.is_empty() => Progress::Failed(malformed()),
            Self::LoginUser => challenge(Self::LoginPassword(response)),
            Self::LoginPassword(user) => Progress::Ask(Question::Authenticate {
                mechanism: "LOGIN",
                user,
                password: Password(response),
            }),
        }
    }
}

/// `message = [authzid] UTF8NUL authcid UTF8NUL passwd`, RFC 4616 §2. Nobody may act for another
/// user, so that `authzid` has to be absent or the same.
fn plain(message: &str) -> Option<Question> {
    let mut parts = message.split('\0');
    let (authzid, authcid, password) = (parts.next()?, parts.next()?, parts.next()?);
    let valid =
        parts.next().is_none() && !authcid.is_empty() && (authzid.is_empty() || authzid == authcid);
    valid.then(|| Question::Authenticate {
        mechanism: "PLAIN",
        user: authcid.to_owned(),
        password: Password(password.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_messages() {
        let asked = |message| match plain(message) {
            Some(Question::Authenticate { user, password, .. }) => Some((user, password.0)),
            _ => None,
        };
        assert_eq!(asked("\0a\0b"), Some(("a".into(), "b".into())));
        assert_eq!(asked("a\0a\0"), Some(("a".into(), String::new())));
        for bad in ["", "\0", "a\0b\0c", "\0\0b", "\0a\0b\0", "a"] {
            assert_eq!(asked(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_password_does_not_print() {
        let progress = begin("plain", Some("AGEAc2VjcmV0"));
        let text = format!("{progress:?}");
        assert!(
            text.contains("user: \"a\"") && !text.contains("secret"),
            "{text}"
        );
    }
}
