//! The stored form of what a queued message keeps unchanged until it leaves.

use super::{Decoder, Encoder, Undecodable};
use waxseal_mail::{
    BodyKind, DsnNotify, DsnReturn, Envelope, ForwardPath, Mailbox, Recipient, ReversePath,
    Timestamp,
};
use waxseal_ports::Notes;

/// The form with notes at its end; without notes it is the first one.
const VERSION: u8 = 2;
const WITHOUT_NOTES: u8 = 1;

/// What a queued message keeps unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueEntry {
    pub(crate) envelope: Envelope,
    pub(crate) received: Timestamp,
    pub(crate) tags: Vec<String>,
    pub(crate) notes: Notes,
    pub(crate) quarantine: Option<String>,
}

impl QueueEntry {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let has_notes = !self.notes.is_empty();
        let mut out = Encoder::new(if has_notes { VERSION } else { WITHOUT_NOTES });
        let envelope = &self.envelope;
        let sender = match &envelope.reverse_path {
            ReversePath::Null => None,
            ReversePath::Mailbox(mailbox) => Some(mailbox),
        };
        out.option(sender, |out, mailbox| {
            out.text(&mailbox.to_string());
        });
        out.flag(envelope.body == BodyKind::EightBitMime);
        out.flag(envelope.smtputf8);
        out.option(envelope.envid.as_deref(), Encoder::text);
        out.number(match envelope.dsn_return {
            None => 0,
            Some(DsnReturn::Full) => 1,
            Some(DsnReturn::Headers) => 2,
        });
        out.count(envelope.recipients.len());
        for recipient in &envelope.recipients {
            encode_recipient(&mut out, recipient);
        }
        out.signed(self.received.unix_secs);
        out.signed(i64::from(self.received.offset_minutes));
        out.count(self.tags.len());
        for tag in &self.tags {
            out.text(tag);
        }
        out.option(self.quarantine.as_deref(), Encoder::text);
        if has_notes {
            out.count(self.notes.iter().count());
            for (plugin, key, text) in self.notes.iter() {
                for part in [plugin, key, text] {
                    out.text(part);
                }
            }
        }
        out.finish()
    }

    pub(crate) fn decode(octets: &[u8]) -> Result<Self, Undecodable> {
        let version = octets.first().copied().unwrap_or_default();
        let has_notes = version == VERSION;
        let known = if has_notes { VERSION } else { WITHOUT_NOTES };
        let mut input = Decoder::new(octets, known)?;
        let reverse_path = input.option(mailbox)?;
        let body = input.flag()?;
        let smtputf8 = input.flag()?;
        let envid = input.option(Decoder::text)?;
        let dsn_return = match input.number()? {
            0 => None,
            1 => Some(DsnReturn::Full),
            2 => Some(DsnReturn::Headers),
            _ => return Err(Undecodable),
        };
        let recipients = input.list(recipient)?;
        let unix_secs = input.signed()?;
        let offset_minutes = i16::try_from(input.signed()?).map_err(|_| Undecodable)?;
        let tags = input.list(Decoder::text)?;
        let quarantine = input.option(Decoder::text)?;
        let notes = if has_notes {
            notes(&mut input)?
        } else {
            Notes::new()
        };
        input.finish()?;
        let envelope = Envelope {
            reverse_path: reverse_path.map_or(ReversePath::Null, ReversePath::Mailbox),
            recipients,
            body: if body {
                BodyKind::EightBitMime
            } else {
                BodyKind::SevenBit
            },
            smtputf8,
            envid,
            dsn_return,
        };
        Ok(Self {
            envelope,
            received: Timestamp {
                unix_secs,
                offset_minutes,
            },
            tags,
            notes,
            quarantine,
        })
    }
}

fn notes(input: &mut Decoder<'_>) -> Result<Notes, Undecodable> {
    let note = |input: &mut Decoder<'_>| Ok((input.text()?, input.text()?, input.text()?));
    let mut notes = Notes::new();
    for (plugin, key, text) in input.list(note)? {
        notes.set(&plugin, &key, &text);
    }
    Ok(notes)
}

fn encode_recipient(out: &mut Encoder, recipient: &Recipient) {
    let mailbox = match &recipient.forward_path {
        ForwardPath::Postmaster => None,
        ForwardPath::Mailbox(mailbox) => Some(mailbox),
    };
    out.option(mailbox, |out, mailbox| out.text(&mailbox.to_string()));
    out.option(recipient.orcpt.as_deref(), Encoder::text);
    out.flag(recipient.notify.success);
    out.flag(recipient.notify.failure);
    out.flag(recipient.notify.delay);
}

fn recipient(input: &mut Decoder<'_>) -> Result<Recipient, Undecodable> {
    let forward_path = input.option(mailbox)?;
    Ok(Recipient {
        forward_path: forward_path.map_or(ForwardPath::Postmaster, ForwardPath::Mailbox),
        orcpt: input.option(Decoder::text)?,
        notify: DsnNotify {
            success: input.flag()?,
            failure: input.flag()?,
            delay: input.flag()?,
        },
    })
}

fn mailbox(input: &mut Decoder<'_>) -> Result<Mailbox, Undecodable> {
    Mailbox::parse(&input.text()?).map_err(|_| Undecodable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        let recipient = |text: Option<&str>| Recipient {
            forward_path: text.map_or(ForwardPath::Postmaster, |text| {
                ForwardPath::Mailbox(Mailbox::parse(text).unwrap())
            }),
            orcpt: text.map(|text| format!("rfc822;{text}")),
            notify: DsnNotify {
                success: true,
                ..DsnNotify::default()
            },
        };
        let sender = Mailbox::parse("\"a \\\" b\"@xn--bcher-kva.example").unwrap();
        let mut noted = Notes::new();
        for reverse_path in [ReversePath::Null, ReversePath::Mailbox(sender)] {
            let entry = QueueEntry {
                envelope: Envelope {
                    reverse_path,
                    recipients: vec![recipient(None), recipient(Some("pelé@bücher.example"))],
                    body: BodyKind::EightBitMime,
                    smtputf8: true,
                    envid: Some("x y".into()),
                    dsn_return: Some(DsnReturn::Headers),
                },
                received: Timestamp {
                    unix_secs: -5,
                    offset_minutes: -210,
                },
                tags: vec!["a".into(), String::new()],
                notes: noted.clone(),
                quarantine: Some("why".into()),
            };
            let encoded = entry.encode();
            assert_eq!(QueueEntry::decode(&encoded).unwrap(), entry);
            for cut in 0..encoded.len() {
                assert_eq!(QueueEntry::decode(&encoded[..cut]), Err(Undecodable));
            }
            let version = if noted.is_empty() { 1 } else { 2 };
            assert_eq!(
                encoded[0], version,
                "rows without notes are as they ever were"
            );
            noted.set("rules", "why", "it is \u{e9}");
        }
    }
}
