//! What is judged: a session and a message, the same in every test.

use bytes::Bytes;
use std::sync::Arc;
use waxseal_mail::{
    BodyKind, DsnNotify, Envelope, ForwardPath, HeaderSection, Mailbox, MessageId, Recipient,
    ReversePath, SessionId,
};
use waxseal_milter::{Milter, MilterConfig, Socket};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::{Filter, Protocol, Ruling, SessionInfo, Verdict, describe};
use waxseal_ports::memory::Memory;
use waxseal_ports::read_at::read_all;
use waxseal_ports::{Draft, FilterSession};

pub(crate) const MESSAGE: &str = "Subject: hello\r\n\tthere\r\nX-A: 1\r\n\r\nbody\r\n";

pub(crate) fn config(socket: &Socket) -> MilterConfig {
    let mut config = MilterConfig::new("test", socket.clone());
    config.limits.command_secs_max = 1;
    config.limits.message_secs_max = 1;
    config
}

pub(crate) fn milter(config: MilterConfig) -> Milter {
    let memory = Arc::new(Memory::example());
    Milter::new(config, "mx.example.test", memory, Arc::new(SystemClock))
}

pub(crate) fn info() -> SessionInfo {
    SessionInfo {
        id: SessionId(1),
        protocol: Protocol::Smtp,
        peer: "192.0.2.7:4711".parse().unwrap(),
        tls: None,
    }
}

pub(crate) fn session(socket: &Socket) -> Box<dyn FilterSession> {
    milter(config(socket)).session(info())
}

pub(crate) fn mailbox(address: &str) -> Mailbox {
    Mailbox::parse(address).unwrap()
}

pub(crate) fn sender() -> ReversePath {
    ReversePath::Mailbox(mailbox("s@client.test"))
}

pub(crate) fn envelope() -> Envelope {
    Envelope {
        reverse_path: sender(),
        recipients: vec![Recipient {
            forward_path: ForwardPath::Mailbox(mailbox("a@example.test")),
            orcpt: None,
            notify: DsnNotify::default(),
        }],
        body: BodyKind::SevenBit,
        smtputf8: false,
        envid: None,
        dsn_return: None,
    }
}

pub(crate) fn draft(text: &str) -> Draft {
    let octets = Bytes::from(text.to_owned());
    let (header, at) = HeaderSection::split(&octets);
    Draft {
        header,
        body: Arc::new(octets.slice(at..)),
    }
}

pub(crate) fn text(draft: &Draft) -> String {
    let octets = read_all(&*draft.message()).unwrap();
    String::from_utf8(octets.to_vec()).unwrap()
}

/// Everything up to the message; answers each verdict.
pub(crate) async fn open(session: &mut dyn FilterSession) -> Vec<String> {
    let mut said = vec![
        said("connect", &session.connect().await),
        said("helo", &session.helo("client.test").await),
    ];
    said.extend(transaction(session).await);
    said
}

/// MAIL and RCPT.
pub(crate) async fn transaction(session: &mut dyn FilterSession) -> Vec<String> {
    session.transaction(MessageId(1));
    let size = [("SIZE".to_owned(), Some("9".to_owned()))];
    vec![
        said("mail", &session.mail(&sender(), &size).await),
        said("rcpt", &session.rcpt("a@example.test", &[]).await),
    ]
}

/// The message as the filter leaves it.
pub(crate) struct Judged {
    pub(crate) ruling: Ruling,
    pub(crate) envelope: Envelope,
    pub(crate) text: String,
}

pub(crate) async fn judge(session: &mut dyn FilterSession, message: &str) -> Judged {
    let (mut envelope, mut draft) = (envelope(), draft(message));
    let ruling = session.message(&mut envelope, &mut draft).await;
    Judged {
        text: text(&draft),
        ruling,
        envelope,
    }
}

pub(crate) fn said(stage: &str, ruling: &Ruling) -> String {
    format!("{stage}: {}", describe(&ruling.verdict))
}

pub(crate) fn is_next(said: &[String]) -> bool {
    said.iter().all(|said| said.ends_with(": next"))
}

pub(crate) fn shown(verdict: &Verdict) -> String {
    describe(verdict)
}
