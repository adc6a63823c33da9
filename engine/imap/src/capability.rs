//! What the server says it can do, in each state (RFC 9051 §6.1.1).

/// How the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Logged in.
    pub(crate) authenticated: bool,
    /// STARTTLS may be used now.
    pub(crate) starttls: bool,
    /// Passwords are taken now.
    pub(crate) login: bool,
    /// Octets of a message (RFC 7889).
    pub(crate) append_limit: u64,
}

const BASE: &str = "IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ENABLE ID IDLE";
const AUTHENTICATED: &str = " NAMESPACE UIDPLUS MOVE UNSELECT CHILDREN SPECIAL-USE \
CREATE-SPECIAL-USE LIST-EXTENDED LIST-STATUS ESEARCH SEARCHRES STATUS=SIZE CONDSTORE MULTIAPPEND \
APPENDLIMIT=";

/// The capability list, without the word CAPABILITY.
pub(crate) fn capabilities(standing: Standing) -> String {
    let mut text = BASE.to_owned();
    if standing.authenticated {
        text.push_str(AUTHENTICATED);
        text.push_str(&standing.append_limit.to_string());
        return text;
    }
    if standing.starttls {
        text.push_str(" STARTTLS");
    }
    text.push_str(if standing.login {
        " AUTH=PLAIN"
    } else {
        " LOGINDISABLED"
    });
    text
}
