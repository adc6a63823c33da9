//! Envelope and client of a stored message, from the fields that servers put on top of it.

use super::Replayed;
use crate::AuthorError;
use crate::message::Mail;
use bytes::Bytes;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use waxseal_mail::{HeaderSection, Mailbox, SessionId};
use waxseal_ports::filter::{Protocol, SessionInfo};

/// Who gets a message that names no recipient.
const UNKNOWN_RECIPIENT: &str = "recipient@example.test";
/// What a client of unknown name calls itself.
const UNKNOWN_HELO: &str = "client.example.org";

/// A stored message as it may have come in: the reverse-path of Return-Path (else of Sender or From),
/// the recipients of Delivered-To, X-Original-To and the like (else of To and Cc), the client of the
/// topmost Received field that names an address. `from_line` is the sender of an mbox `From ` line.
///
/// # Errors
/// [`AuthorError::Wrong`] never in practice: addresses that are none are left out.
pub fn envelope_of(
    place: String,
    octets: Bytes,
    from_line: Option<&str>,
) -> Result<Replayed, AuthorError> {
    let (header, _) = HeaderSection::split(&octets);
    let sender = sender(&header, from_line);
    let mut recipients = recipients(&header);
    if recipients.is_empty() {
        recipients.push(UNKNOWN_RECIPIENT.to_owned());
    }
    let (helo, address) = client(&header);
    Ok(Replayed {
        place,
        mail: Mail::new(&sender, &recipients, octets)?,
        session: SessionInfo {
            id: SessionId(1),
            protocol: Protocol::Smtp,
            peer: SocketAddr::new(address.unwrap_or(Ipv4Addr::LOCALHOST.into()), 25),
            tls: None,
        },
        helo: helo.unwrap_or_else(|| UNKNOWN_HELO.to_owned()),
        user: None,
        recorded: None,
    })
}

fn sender(header: &HeaderSection, from_line: Option<&str>) -> String {
    if let Some(path) = values(header, "Return-Path").next() {
        let path = path.trim().trim_matches(['<', '>']).to_owned();
        if path.is_empty() || is_mailbox(&path) {
            return path;
        }
    }
    let from_line = from_line
        .filter(|sender| is_mailbox(sender))
        .map(str::to_owned);
    let fields = ["Sender", "From"].into_iter();
    let mut fields = fields.flat_map(|name| values(header, name));
    from_line
        .or_else(|| fields.find_map(|value| addresses(&value).into_iter().next()))
        .unwrap_or_default()
}

fn recipients(header: &HeaderSection) -> Vec<String> {
    let by_servers = [
        "Delivered-To",
        "X-Original-To",
        "Envelope-To",
        "X-Envelope-To",
    ];
    let by_authors = ["To", "Cc"];
    for names in [&by_servers[..1], &by_servers[1..], &by_authors[..]] {
        let mut found: Vec<String> = Vec::new();
        for value in names.iter().flat_map(|name| values(header, name)) {
            for address in addresses(&value) {
                if !found.contains(&address) {
                    found.push(address);
                }
            }
        }
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// HELO name and address of the first Received field with an address in brackets (RFC 5321 §4.4).
fn client(header: &HeaderSection) -> (Option<String>, Option<IpAddr>) {
    for value in values(header, "Received") {
        let from = value
            .trim_start()
            .strip_prefix("from ")
            .map(str::trim_start);
        let Some(from) = from else { continue };
        let helo = from.split([' ', '\t', '(']).next().unwrap_or_default();
        let before_by = from.split(" by ").next().unwrap_or(from);
        let address = before_by.split('[').skip(1).find_map(|rest| {
            let text = rest.split(']').next()?;
            let text = text.strip_prefix("IPv6:").unwrap_or(text);
            text.parse().ok()
        });
        if address.is_some() {
            let helo = (!helo.is_empty() && !helo.starts_with('[')).then(|| helo.to_owned());
            return (helo, address);
        }
    }
    (None, None)
}

/// Values of all fields of a name, unfolded.
fn values<'a>(header: &'a HeaderSection, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let fields = header.named(name);
    fields.map(|field| {
        let value = String::from_utf8_lossy(field.value());
        value.replace(['\r', '\n'], "").replace('\t', " ")
    })
}

/// The addresses of a list, in angle brackets or bare.
fn addresses(value: &str) -> Vec<String> {
    let pieces = value.split(',').filter_map(|piece| {
        let inside = piece
            .rsplit_once('<')
            .map(|(_, rest)| rest.split('>').next());
        let text = inside.flatten().unwrap_or(piece).trim();
        is_mailbox(text).then(|| text.to_owned())
    });
    pieces.collect()
}

fn is_mailbox(text: &str) -> bool {
    Mailbox::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(header: &str, from_line: Option<&str>, expected: Expect) {
        let octets = Bytes::from(format!("{}\r\n\r\nbody", header.replace('\n', "\r\n")));
        let found = envelope_of("p".to_owned(), octets, from_line).unwrap();
        let text = format!(
            "<{}> to {} from {} ({})",
            found.mail.envelope.reverse_path,
            found.mail.recipients().join(" "),
            found.session.peer.ip(),
            found.helo
        );
        expected.assert_eq(&text);
    }

    #[test]
    fn trace_fields_come_first() {
        check(
            "Return-Path: <a@b.test>\nDelivered-To: c@d.test\nReceived: from mx.b.test (mx.b.test\n\t[192.0.2.7])\n by d.test; x\nFrom: Other <o@b.test>\nTo: list@x.test",
            None,
            expect!["<a@b.test> to c@d.test from 192.0.2.7 (mx.b.test)"],
        );
        check(
            "Return-Path: <>\nTo: \"L, x\" <l@x.test>, m@x.test\nReceived: by local; x\nReceived: from h ([IPv6:2001:db8::1]) by y; z",
            None,
            expect!["<> to l@x.test m@x.test from 2001:db8::1 (h)"],
        );
    }

    #[test]
    fn what_is_missing_is_made_up() {
        check(
            "From: Me <me@x.test>",
            None,
            expect!["<me@x.test> to recipient@example.test from 127.0.0.1 (client.example.org)"],
        );
        check(
            "Subject: x",
            Some("line@x.test"),
            expect!["<line@x.test> to recipient@example.test from 127.0.0.1 (client.example.org)"],
        );
    }
}
