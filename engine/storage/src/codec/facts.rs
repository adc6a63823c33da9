//! The stored form of [`MessageIndex`].

use super::{Decoder, Encoder, Undecodable};
use waxseal_mail::{Address, MessageIndex, Part, TransferEncoding};

const VERSION: u8 = 1;

/// Encodes the index of a message.
pub(crate) fn encode_facts(index: &MessageIndex) -> Vec<u8> {
    let mut out = Encoder::new(VERSION);
    out.number(index.size);
    out.number(index.header_octets);
    out.number(index.body_lines);
    out.octets(&index.envelope);
    out.octets(&index.bodystructure);
    out.octets(&index.body);
    out.option(index.date_unix_secs, Encoder::signed);
    out.text(&index.subject);
    out.option(index.from.as_ref(), |out, from| {
        out.text(&from.name);
        out.text(&from.address);
    });
    out.text(&index.message_id);
    out.flag(index.truncated);
    out.count(index.parts.len());
    for part in &index.parts {
        encode_part(&mut out, part);
    }
    out.finish()
}

fn encode_part(out: &mut Encoder, part: &Part) {
    out.count(part.section.len());
    for number in &part.section {
        out.number(u64::from(*number));
    }
    out.option(part.parent, |out, parent| out.number(u64::from(parent)));
    for text in [
        &part.media_type,
        &part.media_subtype,
        &part.charset,
        &part.disposition,
        &part.file_name,
    ] {
        out.text(text);
    }
    out.number(match part.encoding {
        TransferEncoding::Identity => 0,
        TransferEncoding::Base64 => 1,
        TransferEncoding::QuotedPrintable => 2,
    });
    out.number(part.header_start);
    out.number(part.content_start);
    out.number(part.content_end);
    out.option(part.inner_header_end, Encoder::number);
}

/// The reverse of [`encode_facts`].
pub(crate) fn decode_facts(octets: &[u8]) -> Result<MessageIndex, Undecodable> {
    let mut input = Decoder::new(octets, VERSION)?;
    let index = MessageIndex {
        size: input.number()?,
        header_octets: input.number()?,
        body_lines: input.number()?,
        envelope: input.octets()?.to_vec(),
        bodystructure: input.octets()?.to_vec(),
        body: input.octets()?.to_vec(),
        date_unix_secs: input.option(Decoder::signed)?,
        subject: input.text()?,
        from: input.option(|input| {
            let name = input.text()?;
            let address = input.text()?;
            Ok(Address { name, address })
        })?,
        message_id: input.text()?,
        truncated: input.flag()?,
        parts: input.list(decode_part)?,
    };
    input.finish()?;
    Ok(index)
}

fn decode_part(input: &mut Decoder<'_>) -> Result<Part, Undecodable> {
    Ok(Part {
        section: input.list(Decoder::small)?,
        parent: input.option(Decoder::small)?,
        media_type: input.text()?,
        media_subtype: input.text()?,
        charset: input.text()?,
        disposition: input.text()?,
        file_name: input.text()?,
        encoding: match input.number()? {
            0 => TransferEncoding::Identity,
            1 => TransferEncoding::Base64,
            2 => TransferEncoding::QuotedPrintable,
            _ => return Err(Undecodable),
        },
        header_start: input.number()?,
        content_start: input.number()?,
        content_end: input.number()?,
        inner_header_end: input.option(Decoder::number)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;

    fn part() -> impl Strategy<Value = Part> {
        let encoding = prop_oneof![
            Just(TransferEncoding::Identity),
            Just(TransferEncoding::Base64),
            Just(TransferEncoding::QuotedPrintable)
        ];
        let place = (any::<u64>(), any::<u64>(), any::<u64>(), of(any::<u64>()));
        let names = (".*", ".*", ".*");
        (
            vec(any::<u32>(), 0..4),
            of(any::<u32>()),
            names,
            encoding,
            place,
        )
            .prop_map(|(section, parent, names, encoding, place)| Part {
                section,
                parent,
                media_type: names.0.clone(),
                media_subtype: names.1.clone(),
                charset: names.2.clone(),
                disposition: names.1,
                file_name: names.0,
                encoding,
                header_start: place.0,
                content_start: place.1,
                content_end: place.2,
                inner_header_end: place.3,
            })
    }

    fn index() -> impl Strategy<Value = MessageIndex> {
        let data = vec(any::<u8>(), 0..200);
        let numbers = (any::<u64>(), any::<u64>(), any::<u64>(), of(any::<i64>()));
        let texts = (".*", ".*", of((".*", ".*")), any::<bool>());
        (numbers, data, texts, vec(part(), 0..5)).prop_map(|(numbers, data, texts, parts)| {
            MessageIndex {
                size: numbers.0,
                header_octets: numbers.1,
                body_lines: numbers.2,
                envelope: data.clone(),
                bodystructure: data.iter().rev().copied().collect(),
                body: data,
                parts,
                date_unix_secs: numbers.3,
                subject: texts.0,
                from: texts.2.map(|(name, address)| Address { name, address }),
                message_id: texts.1,
                truncated: texts.3,
            }
        })
    }

    proptest! {
        #[test]
        fn round_trips(index in index()) {
            let encoded = encode_facts(&index);
            prop_assert_eq!(decode_facts(&encoded), Ok(index));
            for cut in 0..encoded.len() {
                prop_assert_eq!(decode_facts(&encoded[..cut]), Err(Undecodable));
            }
        }

        #[test]
        fn survives_anything(octets in vec(any::<u8>(), 0..300)) {
            if let Ok(index) = decode_facts(&octets) {
                prop_assert_eq!(decode_facts(&encode_facts(&index)), Ok(index));
            }
        }
    }
}
