//! What a client hears that cannot be served: one line in the words of its protocol.

use crate::Denied;
use waxseal_ports::filter::Protocol;

/// The line, CRLF included, with which a connection is refused instead of being greeted: `421` for
/// SMTP and LMTP (RFC 5321 §3.1), `* BYE` for IMAP (RFC 9051 §7.1.5), `-ERR` for POP3 (RFC 3206 §4).
#[must_use]
pub const fn refusal_line(protocol: Protocol, denied: Denied) -> &'static str {
    match (protocol, denied) {
        (Protocol::Smtp | Protocol::Submission | Protocol::Lmtp, Denied::AddressFull) => {
            "421 4.7.0 Too many connections from your address, closing\r\n"
        }
        (Protocol::Smtp | Protocol::Submission | Protocol::Lmtp, Denied::ListenerFull) => {
            "421 4.3.2 Too many connections, try again later\r\n"
        }
        (Protocol::Imap, Denied::AddressFull) => {
            "* BYE [UNAVAILABLE] Too many connections from your address\r\n"
        }
        (Protocol::Imap, Denied::ListenerFull) => {
            "* BYE [UNAVAILABLE] Too many connections, try again later\r\n"
        }
        (Protocol::Pop3, Denied::AddressFull) => {
            "-ERR [SYS/TEMP] Too many connections from your address\r\n"
        }
        (Protocol::Pop3, Denied::ListenerFull) => {
            "-ERR [SYS/TEMP] Too many connections, try again later\r\n"
        }
    }
}
