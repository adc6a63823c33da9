//! IDLE (RFC 9051 §6.3.13).

use super::{Running, Session, Status};
use crate::grammar::cursor::SyntaxError;
use crate::view::Expunges;

impl Session {
    pub(super) fn idle(&mut self, tag: String) {
        self.output.put("+ idling\r\n");
        self.running = Running::Idle { tag };
    }

    /// A line of the client ends IDLE; it should be DONE.
    pub(super) fn idle_line(&mut self, tag: String, line: &[u8]) {
        if line.eq_ignore_ascii_case(b"DONE") {
            self.finish(tag, Status::ok("IDLE terminated"), Expunges::Told);
        } else {
            self.malformed(Some(&tag), SyntaxError("expected DONE"));
        }
    }
}
