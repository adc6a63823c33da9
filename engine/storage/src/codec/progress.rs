//! The stored form of what changes about a queued message between attempts.

use super::{Decoder, Encoder, Undecodable};
use waxseal_ports::queue::Outcome;

const VERSION: u8 = 1;

/// How far the delivery of a queued message has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) attempts: u32,
    pub(crate) delay_reported: bool,
    /// One a recipient, in the envelope's order.
    pub(crate) recipients: Vec<RecipientProgress>,
}

/// How far one recipient has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecipientProgress {
    pub(crate) open: bool,
    /// Code, status and text of the last reply.
    pub(crate) last_reply: Option<String>,
}

impl Progress {
    /// No attempt made yet.
    pub(crate) fn new(recipients: usize) -> Self {
        let recipient = RecipientProgress {
            open: true,
            last_reply: None,
        };
        Self {
            attempts: 0,
            delay_reported: false,
            recipients: vec![recipient; recipients],
        }
    }

    /// Positions of the open recipients, ascending.
    pub(crate) fn open(&self) -> Vec<u32> {
        let open = (0_u32..).zip(&self.recipients);
        open.filter(|(_, recipient)| recipient.open)
            .map(|(position, _)| position)
            .collect()
    }

    /// Takes over what came of one more attempt. Outcomes of positions that do not exist are ignored.
    pub(crate) fn record(&mut self, outcomes: &[(u32, Outcome)], delay_reported: bool) {
        self.attempts = self.attempts.saturating_add(1);
        self.delay_reported |= delay_reported;
        for (position, outcome) in outcomes {
            let position = usize::try_from(*position).unwrap_or(usize::MAX);
            let Some(recipient) = self.recipients.get_mut(position) else {
                continue;
            };
            let reply = match outcome {
                Outcome::Delivered => {
                    recipient.open = false;
                    continue;
                }
                Outcome::Deferred(reply) => reply,
                Outcome::Failed(reply) => {
                    recipient.open = false;
                    reply
                }
            };
            let mut wire = Vec::new();
            reply.write_to(&mut wire);
            recipient.last_reply = Some(String::from_utf8_lossy(&wire).trim_end().to_owned());
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::new(VERSION);
        out.number(u64::from(self.attempts));
        out.flag(self.delay_reported);
        out.count(self.recipients.len());
        for recipient in &self.recipients {
            out.flag(recipient.open);
            out.option(recipient.last_reply.as_deref(), Encoder::text);
        }
        out.finish()
    }

    pub(crate) fn decode(octets: &[u8]) -> Result<Self, Undecodable> {
        let mut input = Decoder::new(octets, VERSION)?;
        let progress = Self {
            attempts: input.small()?,
            delay_reported: input.flag()?,
            recipients: input.list(|input| {
                Ok(RecipientProgress {
                    open: input.flag()?,
                    last_reply: input.option(Decoder::text)?,
                })
            })?,
        };
        input.finish()?;
        Ok(progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_mail::Reply;

    #[test]
    fn records_outcomes_and_round_trips() {
        let mut progress = Progress::new(4);
        let later = Reply::own(451, (4, 3, 0), "later");
        let never = Reply::own(550, (5, 1, 1), "never");
        let outcomes = [
            (0, Outcome::Delivered),
            (1, Outcome::Deferred(later)),
            (2, Outcome::Failed(never)),
            (9, Outcome::Delivered),
        ];
        progress.record(&outcomes, true);
        assert_eq!(progress.open(), [1, 3]);
        assert_eq!((progress.attempts, progress.delay_reported), (1, true));
        assert_eq!(
            progress.recipients[1].last_reply.as_deref(),
            Some("451 4.3.0 later")
        );
        assert_eq!(Progress::decode(&progress.encode()).unwrap(), progress);
    }
}
