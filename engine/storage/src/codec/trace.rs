//! The stored form of trace events.

use super::{Decoder, Encoder, Undecodable};
use waxseal_mail::Timestamp;
use waxseal_ports::trace::TraceEvent;

const VERSION: u8 = 1;

/// Encodes events that are stored together.
pub(crate) fn encode_trace(events: &[TraceEvent]) -> Vec<u8> {
    let mut out = Encoder::new(VERSION);
    out.count(events.len());
    for event in events {
        out.signed(event.at.unix_secs);
        out.signed(i64::from(event.at.offset_minutes));
        out.text(&event.stage);
        out.text(&event.actor);
        out.text(&event.outcome);
        out.option(event.micros, Encoder::number);
    }
    out.finish()
}

/// The reverse of [`encode_trace`].
pub(crate) fn decode_trace(octets: &[u8]) -> Result<Vec<TraceEvent>, Undecodable> {
    let mut input = Decoder::new(octets, VERSION)?;
    let events = input.list(|input| {
        let unix_secs = input.signed()?;
        let offset_minutes = i16::try_from(input.signed()?).map_err(|_| Undecodable)?;
        Ok(TraceEvent {
            at: Timestamp {
                unix_secs,
                offset_minutes,
            },
            stage: input.text()?,
            actor: input.text()?,
            outcome: input.text()?,
            micros: input.option(Decoder::number)?,
        })
    })?;
    input.finish()?;
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        let event = |micros| TraceEvent {
            at: Timestamp {
                unix_secs: 1_795_498_174,
                offset_minutes: 60,
            },
            stage: "message".into(),
            actor: "rules 0.1.0".into(),
            outcome: "next".into(),
            micros,
        };
        let events = vec![event(None), event(Some(u64::MAX))];
        assert_eq!(decode_trace(&encode_trace(&events)), Ok(events));
        assert_eq!(decode_trace(&[]), Err(Undecodable));
    }
}
