//! What a submission server repairs (RFC 6409 §8): a missing Date and a missing Message-ID.

use waxseal_mail::{HeaderEdit, HeaderError, HeaderSection, MessageId, Timestamp};

/// Adds the fields that every message has to have (RFC 5322 §3.6) and this one lacks.
///
/// # Errors
/// [`HeaderError`] where the hostname is none.
pub(crate) fn complete(
    header: &mut HeaderSection,
    id: MessageId,
    hostname: &str,
    at: Timestamp,
) -> Result<(), HeaderError> {
    let mut add = |name: &str, value: String| {
        if header.named(name).next().is_some() {
            return Ok(());
        }
        header.apply(&HeaderEdit::Add {
            name: name.to_owned(),
            value: value.into_bytes(),
        })
    };
    add("Date", at.rfc5322())?;
    add("Message-ID", format!("<{id}@{hostname}>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    #[test]
    fn only_what_is_missing_is_added() {
        let whole = "Message-Id: <a@b>\r\nDATE: now\r\n\r\n";
        for (sent, expected) in [
            (whole, whole),
            (
                "Subject: x\r\n\r\n",
                "Subject: x\r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\n\
                 Message-ID: <m0000000000001@mx.test>\r\n\r\n",
            ),
        ] {
            let (mut header, _) = HeaderSection::split(&Bytes::from_static(sent.as_bytes()));
            complete(&mut header, MessageId(1), "mx.test", Timestamp::utc(0)).unwrap();
            assert_eq!(header.to_bytes(), expected);
        }
    }
}
