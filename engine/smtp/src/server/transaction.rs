//! A mail transaction while it gathers (RFC 5321 §3.3).

use super::content::Content;
use crate::grammar::{MailParameters, RcptParameters};
use waxseal_mail::{Envelope, ForwardPath, Recipient, ReversePath};

/// What is known between MAIL and the end of the data.
#[derive(Debug)]
pub(super) struct Transaction {
    envelope: Envelope,
    /// RCPT commands answered with 250; LMTP owes each a reply at the end.
    replies_due: usize,
    /// The octets of BDAT so far; `None` before the first.
    pub(super) chunks: Option<Content>,
}

impl Transaction {
    pub(super) fn new(reverse_path: ReversePath, parameters: MailParameters) -> Self {
        Self {
            envelope: Envelope {
                reverse_path,
                recipients: Vec::new(),
                body: parameters.body,
                smtputf8: parameters.smtputf8,
                envid: parameters.envid,
                dsn_return: parameters.dsn_return,
            },
            replies_due: 0,
            chunks: None,
        }
    }

    /// Adds a recipient; one that is there already is answered but not kept twice.
    pub(super) fn add(&mut self, forward_path: ForwardPath, parameters: RcptParameters) {
        self.replies_due = self.replies_due.saturating_add(1);
        let known = |recipient: &Recipient| recipient.forward_path == forward_path;
        if !self.envelope.recipients.iter().any(known) {
            self.envelope.recipients.push(Recipient {
                forward_path,
                orcpt: parameters.orcpt,
                notify: parameters.notify,
            });
        }
    }

    pub(super) const fn replies_due(&self) -> usize {
        self.replies_due
    }

    pub(super) const fn smtputf8(&self) -> bool {
        self.envelope.smtputf8
    }

    pub(super) fn into_envelope(self) -> Envelope {
        self.envelope
    }
}
