//! The stored form of what was decided about a recipient that is still open.

use super::{Decoder, Encoder, Undecodable};
use waxseal_mail::{EnhancedStatus, Reply, Timestamp};
use waxseal_ports::queue::{Kept, KeptTransport};

pub(super) fn encode(out: &mut Encoder, kept: &Kept) {
    out.option(kept.not_before, |out, at| out.signed(at.unix_secs));
    out.count(kept.asked.len());
    kept.asked.iter().for_each(|name| out.text(name));
    out.flag(kept.planned);
    out.count(kept.transports.len());
    for transport in &kept.transports {
        out.text(&transport.name);
        out.number(u64::from(transport.attempts));
    }
    out.option(kept.failed.as_ref(), encode_reply);
}

pub(super) fn decode(input: &mut Decoder<'_>) -> Result<Kept, Undecodable> {
    Ok(Kept {
        not_before: input.option(Decoder::signed)?.map(Timestamp::utc),
        asked: input.list(Decoder::text)?,
        planned: input.flag()?,
        transports: input.list(|input| {
            Ok(KeptTransport {
                name: input.text()?,
                attempts: input.small()?,
            })
        })?,
        failed: input.option(decode_reply)?,
    })
}

/// Several lines of text become one.
fn encode_reply(out: &mut Encoder, reply: &Reply) {
    out.number(u64::from(reply.code()));
    let status = reply.status().map(|status| status.to_string());
    out.option(status.as_deref(), Encoder::text);
    out.text(&reply.lines().join(" "));
}

fn decode_reply(input: &mut Decoder<'_>) -> Result<Reply, Undecodable> {
    let code = input.small()?;
    let status = match input.option(Decoder::text)? {
        Some(text) => Some(EnhancedStatus::parse(&text).ok_or(Undecodable)?),
        None => None,
    };
    let text = input.text()?;
    // Lines that were joined can be too long for one.
    Ok(
        Reply::new(code, status, &text).unwrap_or_else(|_| match status {
            Some(EnhancedStatus(class, subject, detail)) => {
                Reply::own(code, (class, subject, detail), text)
            }
            None => Reply::plain(code, [text]),
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: Option<&str>, expected: Option<EnhancedStatus>) {
        let mut out = Encoder::new(1);
        out.number(550);
        out.option(status, Encoder::text);
        out.text(&"long ".repeat(200));
        let stored = out.finish();
        let reply = decode_reply(&mut Decoder::new(&stored, 1).unwrap()).unwrap();
        assert_eq!((reply.code(), reply.status()), (550, expected));
        assert!(reply.lines()[0].starts_with("long long "));
    }

    #[test]
    fn a_reply_too_long_for_one_line_keeps_its_status() {
        check(Some("5.7.1"), Some(EnhancedStatus(5, 7, 1)));
        check(None, None);
    }
}
