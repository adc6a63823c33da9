//! A mail server that sends what a test wants, and a filter that says what a test wants.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waxseal_mail::{Envelope, ReversePath};
use waxseal_milter::wire::{Actions, Command, Negotiation, Packet, PeerAddress, Response, Steps};
use waxseal_milter::{Listener, Server, ServerConfig, ServerPorts, Socket};
use waxseal_ports::Draft;
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::{Filter, FilterSession, Protocol, Ruling, SessionInfo, Verdict};
use waxseal_ports::memory::Memory;

type Says = dyn Fn(&str) -> Verdict + Send + Sync;
type Edits = dyn Fn(&mut Envelope, &mut Draft) + Send + Sync;

/// A filter that writes down what it is asked, says what `says` says of that, and makes `edits`.
#[derive(Clone)]
pub(crate) struct Scripted {
    heard: Arc<Mutex<Vec<String>>>,
    says: Arc<Says>,
    edits: Arc<Edits>,
}

impl Scripted {
    pub(crate) fn new(
        says: impl Fn(&str) -> Verdict + Send + Sync + 'static,
        edits: impl Fn(&mut Envelope, &mut Draft) + Send + Sync + 'static,
    ) -> Self {
        Self {
            heard: Arc::default(),
            says: Arc::new(says),
            edits: Arc::new(edits),
        }
    }

    /// One that has no opinion.
    pub(crate) fn silent() -> Self {
        Self::new(|_| Verdict::Next, |_, _| {})
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    fn hear(&self, what: String) -> Ruling {
        let verdict = (self.says)(&what);
        self.heard.lock().unwrap().push(what);
        Ruling {
            verdict,
            ..Ruling::next()
        }
    }
}

impl Filter for Scripted {
    fn session(&self, session: SessionInfo) -> Box<dyn FilterSession> {
        let SessionInfo {
            protocol,
            peer,
            tls,
            ..
        } = session;
        let protocol = protocol.as_str();
        self.heard
            .lock()
            .unwrap()
            .push(format!("session {protocol} {peer} {tls:?}"));
        Box::new(self.clone())
    }
}

#[async_trait]
impl FilterSession for Scripted {
    async fn connect(&mut self) -> Ruling {
        self.hear("connect".to_owned())
    }
    async fn helo(&mut self, name: &str) -> Ruling {
        self.hear(format!("helo {name}"))
    }
    fn tls(&mut self, tls: &str) {
        self.hear(format!("tls {tls}"));
    }
    async fn auth(&mut self, user: &str, mechanism: &str, success: bool) -> Ruling {
        self.hear(format!("auth {user} {mechanism} {success}"))
    }
    async fn mail(&mut self, sender: &ReversePath, params: &[(String, Option<String>)]) -> Ruling {
        self.hear(format!("mail <{sender}> {params:?}"))
    }
    async fn rcpt(&mut self, recipient: &str, _params: &[(String, Option<String>)]) -> Ruling {
        self.hear(format!("rcpt <{recipient}>"))
    }
    async fn message(&mut self, envelope: &mut Envelope, draft: &mut Draft) -> Ruling {
        let recipients = envelope.recipients.len();
        let (fields, octets) = (draft.header.fields().len(), draft.octets());
        let heard = format!("message to {recipients}: {fields} fields, {octets} octets");
        (self.edits)(envelope, draft);
        if (self.says)("slow") == Verdict::Accept {
            tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        }
        self.hear(heard)
    }
    fn reset(&mut self) {
        self.hear("reset".to_owned());
    }
    async fn disconnect(&mut self) {
        self.hear("disconnect".to_owned());
    }
}

/// A server of ours on a port of its own.
pub(crate) async fn serve(filter: &Scripted, config: ServerConfig) -> (Socket, CancellationToken) {
    let any = "inet:127.0.0.1:0".parse().unwrap();
    let listener = Listener::bind(&any, None).await.unwrap();
    let socket = listener.socket().unwrap();
    let ports = ServerPorts {
        filter: Arc::new(filter.clone()),
        spool: Arc::new(Memory::example()),
        clock: Arc::new(SystemClock),
    };
    let server = Arc::new(Server::new(config, Protocol::Smtp, ports));
    let stop = CancellationToken::new();
    tokio::spawn(server.run(listener, stop.clone(), TaskTracker::new()));
    (socket, stop)
}

/// What a mail server of today offers.
pub(crate) fn offer() -> Negotiation {
    Negotiation {
        version: 6,
        actions: Actions::ALL,
        steps: Steps(0x1f_ffff),
        macros: Vec::new(),
    }
}

pub(crate) fn bytes(text: &str) -> Bytes {
    Bytes::from(text.to_owned())
}

/// A mail server's connection.
pub(crate) struct FakeMta {
    stream: TcpStream,
    input: BytesMut,
}

impl FakeMta {
    pub(crate) async fn connect(socket: &Socket) -> Self {
        let Socket::Inet { host, port } = socket else {
            panic!("not a port");
        };
        Self {
            stream: TcpStream::connect((host.as_str(), *port)).await.unwrap(),
            input: BytesMut::new(),
        }
    }

    /// A connection on which `offer` was negotiated; answers what the milter wants.
    pub(crate) async fn negotiated(socket: &Socket, offer: Negotiation) -> (Self, Negotiation) {
        let mut mta = Self::connect(socket).await;
        match mta.ask(&Command::Negotiate(offer)).await {
            Some(Response::Negotiate(wants)) => (mta, wants),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn raw(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
    }

    pub(crate) async fn say(&mut self, command: &Command) {
        let mut out = BytesMut::new();
        command.put(&mut out);
        self.raw(&out).await;
    }

    /// The next response; `None` when the milter closed the connection.
    pub(crate) async fn hear(&mut self) -> Option<Response> {
        loop {
            if let Some(packet) = Packet::take(&mut self.input).unwrap() {
                return Some(Response::parse(&packet).unwrap());
            }
            if self.stream.read_buf(&mut self.input).await.unwrap_or(0) == 0 {
                return None;
            }
        }
    }

    pub(crate) async fn ask(&mut self, command: &Command) -> Option<Response> {
        self.say(command).await;
        self.hear().await
    }

    pub(crate) async fn macros(&mut self, kind: u8, pairs: &[(&str, &str)]) {
        let macros = pairs.iter();
        let macros = macros
            .map(|(name, value)| (bytes(name), bytes(value)))
            .collect();
        self.say(&Command::Macros { kind, macros }).await;
    }

    pub(crate) async fn client(&mut self) -> Option<Response> {
        self.ask(&Command::Connect {
            hostname: bytes("client.test"),
            address: PeerAddress::Inet("192.0.2.7:4711".parse().unwrap()),
        })
        .await
    }

    pub(crate) async fn mail(&mut self, path: &str, parameters: &[&str]) -> Option<Response> {
        let parameters = parameters.iter().map(|text| bytes(text)).collect();
        let path = bytes(path);
        self.ask(&Command::Mail { path, parameters }).await
    }

    pub(crate) async fn rcpt(&mut self, path: &str) -> Option<Response> {
        self.ask(&Command::Rcpt {
            path: bytes(path),
            parameters: Vec::new(),
        })
        .await
    }

    pub(crate) async fn header(&mut self, name: &str, value: &str) {
        let (name, value) = (bytes(name), bytes(value));
        self.say(&Command::Header { name, value }).await;
    }

    /// Everything up to the end of RCPT.
    pub(crate) async fn envelope(&mut self) {
        assert_eq!(self.client().await, Some(Response::Continue));
        let helo = self.ask(&Command::Helo(bytes("client.test"))).await;
        assert_eq!(helo, Some(Response::Continue));
        assert_eq!(
            self.mail("<s@client.test>", &[]).await,
            Some(Response::Continue)
        );
        assert_eq!(
            self.rcpt("<a@example.test>").await,
            Some(Response::Continue)
        );
    }

    /// The end of the message; answers everything up to the last response.
    pub(crate) async fn end(&mut self) -> Vec<Response> {
        self.say(&Command::EndOfMessage(Bytes::new())).await;
        let mut heard = Vec::new();
        while let Some(response) = self.hear().await {
            let is_last = !matches!(response, Response::Change(_) | Response::Progress);
            heard.push(response);
            if is_last {
                break;
            }
        }
        heard
    }
}
