//! What is known of a session, as macros for the milter.

use crate::wire::{MacroRequest, PeerAddress};
use bytes::Bytes;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use waxseal_mail::{MessageId, ReversePath};
use waxseal_ports::filter::SessionInfo;

/// Macros that are sent where the milter asked for no others.
const CONNECT: &[&str] = &[
    "j",
    "v",
    "_",
    "{daemon_name}",
    "{client_addr}",
    "{client_name}",
    "{client_port}",
    "{client_ptr}",
];
const HELO: &[&str] = &["{tls_version}", "{cipher}", "{cipher_bits}"];
const MAIL: &[&str] = &[
    "i",
    "{auth_authen}",
    "{auth_type}",
    "{auth_author}",
    "{mail_addr}",
    "{mail_host}",
];
const RCPT: &[&str] = &["i", "{rcpt_addr}", "{rcpt_host}"];
const CONTENT: &[&str] = &["i"];

/// An ESMTP parameter as the port has it.
type Parameter = (String, Option<String>);

/// One session, and the transaction under way.
pub(super) struct Facts {
    /// This host.
    hostname: Arc<str>,
    info: SessionInfo,
    tls: Option<String>,
    /// What the client called itself.
    pub(super) helo: Option<String>,
    auth: Option<(String, String)>,
    id: Option<MessageId>,
    /// The reverse-path and its parameters.
    pub(super) sender: Option<Path>,
    /// The recipient asked about.
    pub(super) recipient: Option<Path>,
}

/// A path with its parameters.
#[derive(Debug, Clone)]
pub(super) struct Path {
    /// Without angle brackets.
    address: String,
    parameters: Vec<Bytes>,
}

impl Path {
    pub(super) fn new(address: String, parameters: &[Parameter]) -> Self {
        let wire = |(name, value): &Parameter| match value {
            Some(value) => Bytes::from(format!("{name}={value}")),
            None => Bytes::from(name.clone()),
        };
        Self {
            address,
            parameters: parameters.iter().map(wire).collect(),
        }
    }

    /// As on the wire, with angle brackets.
    pub(super) fn wire(&self) -> (Bytes, Vec<Bytes>) {
        let path = Bytes::from(format!("<{}>", self.address));
        (path, self.parameters.clone())
    }

    /// Without angle brackets.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    fn domain(&self) -> Option<String> {
        let (_, domain) = self.address.rsplit_once('@')?;
        Some(domain.to_owned())
    }
}

impl Facts {
    pub(super) fn new(hostname: Arc<str>, info: SessionInfo) -> Self {
        Self {
            hostname,
            tls: info.tls.clone(),
            info,
            helo: None,
            auth: None,
            id: None,
            sender: None,
            recipient: None,
        }
    }

    pub(super) fn set_tls(&mut self, tls: &str) {
        self.tls = Some(tls.to_owned());
    }

    pub(super) fn set_user(&mut self, user: &str, mechanism: &str) {
        self.auth = Some((user.to_owned(), mechanism.to_owned()));
    }

    pub(super) const fn set_id(&mut self, id: MessageId) {
        self.id = Some(id);
    }

    pub(super) fn set_sender(&mut self, sender: &ReversePath, parameters: &[Parameter]) {
        self.sender = Some(Path::new(sender.to_string(), parameters));
    }

    /// The transaction is over.
    pub(super) fn end_transaction(&mut self) {
        self.id = None;
        self.sender = None;
        self.recipient = None;
    }

    /// The client's name as far as it is known: its address in brackets.
    pub(super) fn client_name(&self) -> Bytes {
        match self.peer().ip() {
            IpAddr::V4(address) => Bytes::from(format!("[{address}]")),
            IpAddr::V6(address) => Bytes::from(format!("[IPv6:{address}]")),
        }
    }

    /// Where the client is.
    pub(super) fn client_address(&self) -> PeerAddress {
        PeerAddress::Inet(self.peer())
    }

    fn peer(&self) -> SocketAddr {
        SocketAddr::new(self.info.peer.ip().to_canonical(), self.info.peer.port())
    }

    /// The macros to send before the command of `kind`: what the milter asked for, or else our choice.
    /// Those without a value are left out.
    pub(super) fn macros(&self, kind: u8, requests: &[MacroRequest]) -> Vec<(Bytes, Bytes)> {
        let (stage, usual) = match kind {
            b'C' => (0, CONNECT),
            b'H' => (1, HELO),
            b'M' => (2, MAIL),
            b'R' => (3, RCPT),
            b'T' => (4, CONTENT),
            b'E' => (5, CONTENT),
            b'N' => (6, CONTENT),
            _ => return Vec::new(),
        };
        let value = |name: &str| Some((Bytes::from(name.to_owned()), self.value(name)?.into()));
        match requests.iter().find(|request| request.stage == stage) {
            None => usual.iter().filter_map(|name| value(name)).collect(),
            Some(request) => String::from_utf8_lossy(&request.names)
                .split([' ', ',', '\t'])
                .filter_map(value)
                .collect(),
        }
    }

    /// The value of a macro; names as Sendmail and Postfix have them.
    fn value(&self, name: &str) -> Option<String> {
        let bare = name
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'));
        let name = bare.unwrap_or(name);
        let peer = self.peer();
        match name {
            "j" => Some(self.hostname.to_string()),
            "v" => Some(concat!("Waxseal ", env!("CARGO_PKG_VERSION")).to_owned()),
            "_" => Some(format!("[{}]", peer.ip())),
            "i" => self.id.map(|id| id.to_string()),
            "daemon_name" => Some(self.info.protocol.as_str().to_owned()),
            "client_addr" => Some(peer.ip().to_string()),
            "client_port" => Some(peer.port().to_string()),
            // Nobody looked it up; the word Postfix has for that.
            "client_name" | "client_ptr" => Some("unknown".to_owned()),
            "s" => self.helo.clone(),
            "tls_version" => Some(self.tls_parts()?.0.to_owned()),
            "cipher" => Some(openssl_name(self.tls_parts()?.1)),
            "cipher_bits" => cipher_bits(self.tls_parts()?.1),
            "auth_authen" | "auth_author" => self.auth.as_ref().map(|(user, _)| user.clone()),
            "auth_type" => self.auth.as_ref().map(|(_, mechanism)| mechanism.clone()),
            "mail_addr" | "f" => self.sender.as_ref().map(|path| path.address.clone()),
            "mail_host" => self.sender.as_ref()?.domain(),
            "rcpt_addr" => self.recipient.as_ref().map(|path| path.address.clone()),
            "rcpt_host" => self.recipient.as_ref()?.domain(),
            _ => None,
        }
    }

    fn tls_parts(&self) -> Option<(&str, &str)> {
        self.tls.as_deref()?.split_once(' ')
    }
}

/// `TLS13_AES_128_GCM_SHA256` is `TLS_AES_128_GCM_SHA256` to everyone else.
fn openssl_name(cipher: &str) -> String {
    match cipher.strip_prefix("TLS13_") {
        Some(rest) => format!("TLS_{rest}"),
        None => cipher.to_owned(),
    }
}

fn cipher_bits(cipher: &str) -> Option<String> {
    let known = [("_128_", "128"), ("_256_", "256"), ("CHACHA20", "256")];
    let found = known.iter().find(|(part, _)| cipher.contains(part));
    found.map(|(_, bits)| (*bits).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use waxseal_mail::{Mailbox, SessionId};
    use waxseal_ports::filter::Protocol;

    fn facts() -> Facts {
        let info = SessionInfo {
            id: SessionId(1),
            protocol: Protocol::Submission,
            peer: "[::ffff:192.0.2.7]:4711".parse().unwrap(),
            tls: None,
        };
        let mut facts = Facts::new("mx.example.test".into(), info);
        facts.set_tls("TLSv1.3 TLS13_AES_128_GCM_SHA256");
        facts.set_user("alice@example.test", "PLAIN");
        facts.set_id(MessageId(1));
        let sender = ReversePath::Mailbox(Mailbox::parse("alice@example.test").unwrap());
        facts.set_sender(&sender, &[("SIZE".into(), Some("9".into()))]);
        facts
    }

    #[track_caller]
    fn check(kind: u8, requests: &[MacroRequest], expected: Expect) {
        let macros = facts().macros(kind, requests);
        let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        let pairs: Vec<_> = macros
            .iter()
            .map(|(name, value)| format!("{}={}", text(name), text(value)))
            .collect();
        expected.assert_eq(&pairs.join(" "));
    }

    #[test]
    fn macros_by_command() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(facts().value("v").unwrap(), format!("Waxseal {version}"));
        check(
            b'H',
            &[],
            expect!["{tls_version}=TLSv1.3 {cipher}=TLS_AES_128_GCM_SHA256 {cipher_bits}=128"],
        );
        check(
            b'M',
            &[],
            expect![
                "i=m0000000000001 {auth_authen}=alice@example.test {auth_type}=PLAIN {auth_author}=alice@example.test {mail_addr}=alice@example.test {mail_host}=example.test"
            ],
        );
        check(b'R', &[], expect!["i=m0000000000001"]);
        check(b'L', &[], expect![""]);
    }

    #[test]
    fn a_milter_chooses_its_macros() {
        let requests = [MacroRequest {
            stage: 0,
            names: Bytes::from_static(b"j {client_addr} {client_port} {if_name} _"),
        }];
        check(
            b'C',
            &requests,
            expect!["j=mx.example.test {client_addr}=192.0.2.7 {client_port}=4711 _=[192.0.2.7]"],
        );
    }

    #[test]
    fn paths_keep_their_parameters() {
        let (path, parameters) = facts().sender.unwrap().wire();
        assert_eq!(
            (&path[..], &parameters[0][..]),
            (&b"<alice@example.test>"[..], &b"SIZE=9"[..])
        );
    }
}
