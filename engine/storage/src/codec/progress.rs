//! The stored form of what changes about a queued message between attempts.

use super::{Decoder, Encoder, Undecodable, kept};
use waxseal_ports::queue::{Kept, Outcome};

/// With what is kept about recipients; the first version had the last reply only.
const VERSION: u8 = 2;
const VERSION_WITHOUT_KEPT: u8 = 1;

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
    /// What earlier attempts decided about it.
    pub(crate) kept: Option<Box<Kept>>,
}

/// What an attempt leaves to record.
#[derive(Debug, Default)]
pub(crate) struct Attempt {
    pub(crate) outcomes: Vec<(u32, Outcome)>,
    pub(crate) kept: Vec<(u32, Kept)>,
    pub(crate) delay_reported: bool,
}

impl RecipientProgress {
    fn record(&mut self, outcome: &Outcome) {
        let reply = match outcome {
            Outcome::Delivered => {
                self.open = false;
                return;
            }
            Outcome::Deferred(reply) => reply,
            Outcome::Failed(reply) => {
                self.open = false;
                reply
            }
        };
        let mut wire = Vec::new();
        reply.write_to(&mut wire);
        self.last_reply = Some(String::from_utf8_lossy(&wire).trim_end().to_owned());
    }
}

impl Progress {
    /// No attempt made yet.
    pub(crate) fn new(recipients: usize) -> Self {
        let recipient = RecipientProgress {
            open: true,
            last_reply: None,
            kept: None,
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

    /// What is kept about open recipients, by position.
    pub(crate) fn kept(&self) -> Vec<(u32, Kept)> {
        let recipients = (0_u32..).zip(&self.recipients);
        let open = recipients.filter(|(_, recipient)| recipient.open);
        open.filter_map(|(position, recipient)| {
            Some((position, Kept::clone(recipient.kept.as_ref()?)))
        })
        .collect()
    }

    /// Takes over what came of one more attempt. Positions that do not exist are ignored.
    pub(crate) fn record(&mut self, attempt: &Attempt) {
        self.attempts = self.attempts.saturating_add(1);
        self.delay_reported |= attempt.delay_reported;
        for (position, outcome) in &attempt.outcomes {
            if let Some(recipient) = self.recipient(*position) {
                recipient.record(outcome);
            }
        }
        for (position, kept) in &attempt.kept {
            if let Some(recipient) = self.recipient(*position) {
                recipient.kept = Some(Box::new(kept.clone()));
            }
        }
    }

    fn recipient(&mut self, position: u32) -> Option<&mut RecipientProgress> {
        let position = usize::try_from(position).ok()?;
        self.recipients.get_mut(position)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Encoder::new(VERSION);
        out.number(u64::from(self.attempts));
        out.flag(self.delay_reported);
        out.count(self.recipients.len());
        for recipient in &self.recipients {
            out.flag(recipient.open);
            out.option(recipient.last_reply.as_deref(), Encoder::text);
            out.option(recipient.kept.as_deref(), kept::encode);
        }
        out.finish()
    }

    pub(crate) fn decode(octets: &[u8]) -> Result<Self, Undecodable> {
        let with_kept = octets.first() != Some(&VERSION_WITHOUT_KEPT);
        let version = if with_kept {
            VERSION
        } else {
            VERSION_WITHOUT_KEPT
        };
        let mut input = Decoder::new(octets, version)?;
        let progress = Self {
            attempts: input.small()?,
            delay_reported: input.flag()?,
            recipients: input.list(|input| {
                Ok(RecipientProgress {
                    open: input.flag()?,
                    last_reply: input.option(Decoder::text)?,
                    kept: match with_kept {
                        true => input.option(kept::decode)?.map(Box::new),
                        false => None,
                    },
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
    use waxseal_mail::{Reply, Timestamp};
    use waxseal_ports::queue::KeptTransport;

    fn recorded() -> Progress {
        let mut progress = Progress::new(4);
        let later = Reply::own(451, (4, 3, 0), "later");
        let never = Reply::own(550, (5, 1, 1), "never");
        let kept = Kept {
            not_before: Some(Timestamp::utc(-5)),
            asked: vec!["vacation".into()],
            planned: false,
            transports: vec![KeptTransport {
                name: "fax".into(),
                attempts: 3,
            }],
            failed: Some(never.clone()),
        };
        progress.record(&Attempt {
            outcomes: vec![
                (0, Outcome::Delivered),
                (1, Outcome::Deferred(later)),
                (2, Outcome::Failed(never)),
                (9, Outcome::Delivered),
            ],
            kept: vec![(1, kept), (2, Kept::default()), (9, Kept::default())],
            delay_reported: true,
        });
        progress
    }

    #[test]
    fn records_outcomes_and_round_trips() {
        let progress = recorded();
        assert_eq!(progress.open(), [1, 3]);
        assert_eq!((progress.attempts, progress.delay_reported), (1, true));
        assert_eq!(
            progress.recipients[1].last_reply.as_deref(),
            Some("451 4.3.0 later")
        );
        let kept = progress.kept();
        assert_eq!((kept.len(), kept[0].0), (1, 1), "of the open one");
        let encoded = progress.encode();
        assert_eq!(Progress::decode(&encoded).unwrap(), progress);
        for cut in 0..encoded.len() {
            assert_eq!(Progress::decode(&encoded[..cut]), Err(Undecodable));
        }
    }

    #[test]
    fn reads_the_first_version() {
        // Version, attempts, not reported, two recipients: done; open with a reply.
        let octets = [&[1, 2, 0, 2, 0, 0, 1, 1, 5][..], b"later"].concat();
        let progress = Progress::decode(&octets).unwrap();
        assert_eq!((progress.attempts, progress.open()), (2, vec![1]));
        assert!(progress.recipients[1].kept.is_none());
        assert_eq!(Progress::decode(&[3, 0, 0, 0]), Err(Undecodable));
    }
}
