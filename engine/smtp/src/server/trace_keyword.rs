//! The `with` keyword of Received (RFC 3848, RFC 6531 §4.3).

use super::Role;
use std::fmt;

/// How a message came, for the `with` clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceKeyword {
    /// The protocol.
    pub role: Role,
    /// Whether the client said EHLO or LHLO.
    pub extended: bool,
    /// Whether TLS was in use.
    pub tls: bool,
    /// Whether the client had authenticated.
    pub authenticated: bool,
    /// Whether MAIL said SMTPUTF8.
    pub smtputf8: bool,
}

impl fmt::Display for TraceKeyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.extended {
            return f.write_str("SMTP");
        }
        f.write_str(match (self.role, self.smtputf8) {
            (Role::Lmtp, false) => "LMTP",
            (Role::Lmtp, true) => "UTF8LMTP",
            (Role::Smtp | Role::Submission, false) => "ESMTP",
            (Role::Smtp | Role::Submission, true) => "UTF8SMTP",
        })?;
        if self.tls {
            f.write_str("S")?;
        }
        if self.authenticated {
            f.write_str("A")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_registered_ones() {
        let plain = TraceKeyword {
            role: Role::Smtp,
            extended: false,
            tls: true,
            authenticated: false,
            smtputf8: false,
        };
        assert_eq!(plain.to_string(), "SMTP");
        let extended = TraceKeyword {
            extended: true,
            ..plain
        };
        assert_eq!(extended.to_string(), "ESMTPS");
        let full = TraceKeyword {
            role: Role::Submission,
            authenticated: true,
            ..extended
        };
        assert_eq!(full.to_string(), "ESMTPSA");
        let utf8 = TraceKeyword {
            smtputf8: true,
            ..full
        };
        assert_eq!(utf8.to_string(), "UTF8SMTPSA");
        let lmtp = TraceKeyword {
            role: Role::Lmtp,
            tls: false,
            ..extended
        };
        assert_eq!(lmtp.to_string(), "LMTP");
    }
}
