//! One intake on a loopback port, and what it stands on.

use crate::client::Client;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use waxseal_intake::{Config, Intake, Ports};
use waxseal_mail::MessageId;
use waxseal_net::{
    Accepted, AuthThrottle, Connection, SelfSigned, Throttling, TlsAcceptor, TlsConfig,
};
use waxseal_ports::filter::{NoFilter, Protocol};
use waxseal_ports::memory::Memory;
use waxseal_ports::queue::Leased;
use waxseal_ports::read_at::read_all;
use waxseal_ports::{Filter, Queue};

/// What a session may take beside its TLS state and its replies: there are thousands.
const SESSION_OCTETS_MAX: usize = 8 * 1024;

/// A server for one test.
pub(crate) struct Server {
    pub(crate) memory: Arc<Memory>,
    pub(crate) stop: CancellationToken,
    intake: Arc<Intake>,
    protocol: Protocol,
}

/// A message out of the queue.
pub(crate) struct Queued {
    pub(crate) leased: Leased,
    /// The Received field of this server.
    pub(crate) received: String,
    /// What is below it.
    pub(crate) sent: String,
}

impl Server {
    pub(crate) fn new(protocol: Protocol) -> Self {
        Self::with(protocol, Config::default(), Arc::new(NoFilter))
    }

    pub(crate) fn with(protocol: Protocol, config: Config, filter: Arc<dyn Filter>) -> Self {
        let memory = Arc::new(Memory::example());
        let config = Config {
            hostname: "mx.example.test".to_owned(),
            ..config
        };
        let ports = Ports {
            directory: memory.clone(),
            queue: memory.clone(),
            spool: memory.clone(),
            filter,
            clock: memory.clock().clone(),
            throttle: AuthThrottle::new(Throttling::default()),
        };
        Self {
            memory,
            stop: CancellationToken::new(),
            intake: Arc::new(Intake::new(&config, ports).unwrap()),
            protocol,
        }
    }

    /// A client whose greeting has come, and the server's side of it.
    pub(crate) async fn connect(&self) -> (Client, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let intake = self.intake.clone();
        let accepted = Accepted {
            protocol: self.protocol,
            starttls: Some(acceptor()),
            stop: self.stop.clone(),
        };
        let served = tokio::spawn(async move {
            let (socket, _) = listener.accept().await.unwrap();
            let session = intake.serve(Connection::new(socket).unwrap(), accepted);
            let octets = size_of_val(&session);
            assert!(
                octets < SESSION_OCTETS_MAX,
                "a session takes {octets} octets"
            );
            session.await;
        });
        (Client::connect(address).await, served)
    }

    /// A client that has said EHLO or LHLO.
    pub(crate) async fn greeted(&self) -> Client {
        let (mut client, _) = self.connect().await;
        client.expect("", "220 ").await;
        let lmtp = self.protocol == Protocol::Lmtp;
        let hello = if lmtp {
            "LHLO client.example"
        } else {
            "EHLO client.example"
        };
        client.expect(hello, "250-").await;
        client
    }

    /// How many messages are in the queue.
    pub(crate) async fn queued(&self) -> usize {
        self.memory.list(100).await.unwrap().len()
    }

    /// The only message of the queue.
    pub(crate) async fn message(&self) -> Queued {
        assert_eq!(self.queued().await, 1);
        let leased = self.memory.claim(10).await.unwrap().remove(0);
        let octets = read_all(leased.message.as_ref()).unwrap();
        let text = String::from_utf8(octets.to_vec()).unwrap();
        let end = text
            .match_indices("\r\n")
            .find(|(at, _)| !text[at + 2..].starts_with('\t'));
        let (received, sent) = text.split_at(end.unwrap().0 + 2);
        Queued {
            received: received.to_owned(),
            sent: sent.to_owned(),
            leased,
        }
    }
}

/// The message that a `250` reply names.
pub(crate) fn id(reply: &str) -> MessageId {
    MessageId::parse(reply.trim_end().rsplit(' ').next().unwrap()).unwrap()
}

fn acceptor() -> TlsAcceptor {
    let folder = tempfile::tempdir().unwrap();
    let files = TlsConfig {
        certificate: folder.path().join("certificate.pem"),
        key: folder.path().join("key.pem"),
    };
    let pair = SelfSigned::generate(&["mx.example.test"]).unwrap();
    pair.write(&files).unwrap();
    TlsAcceptor::load(&files).unwrap()
}
