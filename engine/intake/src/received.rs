//! The trace field this server adds (RFC 5321 §4.4).

use std::net::IpAddr;
use waxseal_mail::{HeaderError, HeaderField, MessageId, Recipient, Timestamp};
use waxseal_smtp::server::TraceKeyword;

/// What a Received field tells.
pub(crate) struct Received<'a> {
    /// What the client called itself; a domain or an address literal.
    pub hello: &'a str,
    /// Where it was.
    pub peer: IpAddr,
    /// This host.
    pub hostname: &'a str,
    /// How the message came.
    pub with: TraceKeyword,
    /// The TLS in use.
    pub tls: Option<&'a str>,
    /// The name of the message here.
    pub id: MessageId,
    /// The recipients; named only where there is one, so that none learns of another
    /// (RFC 5321 §7.2).
    pub recipients: &'a [Recipient],
    /// When.
    pub at: Timestamp,
}

impl Received<'_> {
    /// As a header field.
    ///
    /// # Errors
    /// Only where a name holds what the grammar does not let in.
    pub(crate) fn field(&self) -> Result<HeaderField, HeaderError> {
        let address = match self.peer.to_canonical() {
            IpAddr::V4(v4) => format!("[{v4}]"),
            IpAddr::V6(v6) => format!("[IPv6:{v6}]"),
        };
        let mut value = format!(
            "from {} ({address})\r\n\tby {} with {}",
            self.hello, self.hostname, self.with
        );
        if let Some(tls) = self.tls {
            value.push_str(&format!(" ({tls})"));
        }
        value.push_str(&format!("\r\n\tid {}", self.id));
        if let [only] = self.recipients {
            value.push_str(&format!("\r\n\tfor <{}>", only.forward_path));
        }
        value.push_str(&format!(";\r\n\t{}", self.at.rfc5322()));
        HeaderField::new("Received", value.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use waxseal_mail::{DsnNotify, ForwardPath, Mailbox};
    use waxseal_smtp::server::Role;

    #[test]
    fn names_one_recipient_and_no_more() {
        let recipient = |address| Recipient {
            forward_path: ForwardPath::Mailbox(Mailbox::parse(address).unwrap()),
            orcpt: None,
            notify: DsnNotify::default(),
        };
        let two = [recipient("a@example.test"), recipient("b@example.test")];
        let received = |recipients| Received {
            hello: "client.example",
            peer: "::ffff:192.0.2.7".parse().unwrap(),
            hostname: "mx.example.test",
            with: TraceKeyword {
                role: Role::Smtp,
                extended: true,
                tls: true,
                authenticated: false,
                smtputf8: false,
            },
            tls: Some("TLSv1.3 TLS13_AES_128_GCM_SHA256"),
            id: MessageId(1),
            recipients,
            at: Timestamp::utc(0),
        };
        let text = |recipients| {
            let field = received(recipients).field().unwrap();
            String::from_utf8(field.raw().to_vec())
                .unwrap()
                .replace("\r\n", "\n")
        };
        expect![[r#"
            Received: from client.example ([192.0.2.7])
            	by mx.example.test with ESMTPS (TLSv1.3 TLS13_AES_128_GCM_SHA256)
            	id m0000000000001
            	for <a@example.test>;
            	Thu, 1 Jan 1970 00:00:00 +0000
        "#]]
        .assert_eq(&text(&two[..1]));
        assert!(!text(&two).contains("for "));
    }

    #[test]
    fn nothing_ends_the_field_early() {
        let received = Received {
            hello: "evil\r\nBcc: x",
            peer: "2001:db8::1".parse().unwrap(),
            hostname: "mx",
            with: TraceKeyword {
                role: Role::Lmtp,
                extended: true,
                tls: false,
                authenticated: false,
                smtputf8: false,
            },
            tls: None,
            id: MessageId(1),
            recipients: &[],
            at: Timestamp::utc(0),
        };
        assert!(received.field().is_err());
    }
}
