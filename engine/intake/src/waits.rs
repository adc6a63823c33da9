//! How long the client may take: total deadlines per command line, per block of a message and per
//! message (RFC 5321 §4.5.3.2).

use waxseal_net::Deadline;
use waxseal_smtp::server::{Expects, Limits};

/// Octets that have to come within one block deadline.
const BLOCK_OCTETS: usize = 64 * 1024;

/// The deadlines in force. They start when something new is awaited, not with every octet, so that
/// a client that trickles gains nothing.
#[derive(Debug)]
pub(crate) struct Waits {
    /// For the command line or the block under way.
    step: Deadline,
    /// For the message under way.
    message: Option<Deadline>,
    /// Octets of the block that have come.
    block_octets: usize,
}

impl Waits {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            step: Deadline::after_secs(limits.command_secs_max),
            message: None,
            block_octets: 0,
        }
    }

    /// The session has done something since the last read: what comes now is new.
    pub(crate) fn renew(&mut self, expects: Expects, limits: &Limits) {
        match expects {
            Expects::Idle | Expects::Line => {
                self.step = Deadline::after_secs(limits.command_secs_max);
                self.message = None;
            }
            Expects::Content => {
                self.step = Deadline::after_secs(limits.data_block_secs_max);
                self.block_octets = 0;
                let message = || Deadline::after_secs(limits.data_secs_max);
                self.message.get_or_insert_with(message);
            }
        }
    }

    /// Octets of a message have come.
    pub(crate) fn received(&mut self, octets: usize, limits: &Limits) {
        self.block_octets += octets;
        if self.block_octets >= BLOCK_OCTETS {
            self.renew(Expects::Content, limits);
        }
    }

    /// When the next octets have to be here.
    pub(crate) fn deadline(&self) -> Deadline {
        self.message
            .map_or(self.step, |message| self.step.or_earlier(message))
    }
}
