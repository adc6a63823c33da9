//! A message that waits in a server's queue.

use super::{Replayed, envelope_of};
use crate::AuthorError;
use crate::message::Mail;
use bytes::Bytes;
use waxseal_mail::HeaderSection;

/// The trace field that a server puts on top (RFC 5321 §4.4).
const RECEIVED: &str = "Received";

/// A queued message as it may have come in: the envelope is the queue's, the client that of our own
/// Received field, which is then taken off, because filters never see it. Edits of filters stay.
///
/// # Errors
/// [`AuthorError::Wrong`] where an address of the queue is none.
pub fn queued(
    id: String,
    sender: &str,
    recipients: &[String],
    octets: Bytes,
) -> Result<Replayed, AuthorError> {
    let (mut header, head) = HeaderSection::split(&octets);
    let is_own = header.fields().first().is_some_and(|field| {
        let value = String::from_utf8_lossy(field.value());
        field.is_named(RECEIVED) && value.contains(&id)
    });
    let mut came_in = octets.clone();
    if is_own && header.remove(RECEIVED, 0) {
        came_in = [header.to_bytes(), octets.slice(head..)].concat().into();
    }
    let mut replayed = envelope_of(id, octets, None)?;
    replayed.mail = Mail::new(sender, recipients, came_in)?;
    Ok(replayed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_field_tells_the_client_and_goes() {
        let octets = "Received: from client.test (client.test [192.0.2.7])\r\n\tby mx.test with ESMTP id m1;\r\n\tTue\r\n\
                      Received: from elsewhere ([192.0.2.9]) by x; y\r\nSubject: x\r\n\r\nbody\r\n";
        let to = ["a@b.test".to_owned()];
        let found = queued("m1".to_owned(), "", &to, octets.into()).unwrap();
        assert_eq!(found.session.peer.ip().to_string(), "192.0.2.7");
        assert_eq!(
            (found.helo.as_str(), found.mail.recipients()),
            ("client.test", to.to_vec())
        );
        assert!(found.mail.octets.starts_with(b"Received: from elsewhere"));
        let other = queued("m2".to_owned(), "c@d.test", &to, found.mail.octets).unwrap();
        assert!(other.mail.octets.starts_with(b"Received: from elsewhere"));
        assert_eq!(other.mail.envelope.reverse_path.to_string(), "c@d.test");
    }
}
