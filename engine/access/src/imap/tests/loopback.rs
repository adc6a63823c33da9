//! The driver on real sockets of 127.0.0.1: STARTTLS, pipelining, IDLE, large bodies, deadlines and
//! the graceful stop.

use super::client::World;
use crate::{Access, Config};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use waxseal_net::{
    Accepted, AuthThrottle, Connection, Deadline, Handler, SelfSigned, Throttling, TlsAcceptor,
    TlsConfig, TlsConnector, Trust,
};
use waxseal_ports::filter::Protocol;

struct Server {
    world: World,
    client: Connection,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// One served connection; with `tls`, STARTTLS is offered, without it passwords go in clear text.
async fn server(name: &str, tls: bool, mut config: Config) -> Server {
    let world = World::new();
    config.imap.clear_text_login = !tls;
    let throttle = AuthThrottle::new(Throttling::default());
    let access = Arc::new(Access::new(config, world.ports.clone(), throttle));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let accepted = Accepted {
        protocol: Protocol::Imap,
        starttls: tls.then(|| acceptor(name)),
        stop: stop.clone(),
    };
    let task = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let connection = Connection::new(socket).unwrap();
        access.handle(connection, accepted).await;
    });
    let socket = TcpStream::connect(address).await.unwrap();
    let client = Connection::new(socket).unwrap();
    Server {
        world,
        client,
        stop,
        task,
    }
}

fn acceptor(name: &str) -> TlsAcceptor {
    let folder = std::env::temp_dir().join(format!("waxseal-imap-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let files = TlsConfig {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
    };
    SelfSigned::generate(&["localhost"])
        .unwrap()
        .write(&files)
        .unwrap();
    let acceptor = TlsAcceptor::load(&files).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    acceptor
}

impl Server {
    async fn send(&mut self, text: &str) {
        let by = Deadline::after_secs(10);
        self.client.write_all(text.as_bytes(), by).await.unwrap();
    }

    /// Reads up to and including `end`.
    async fn until(&mut self, end: &str) -> String {
        let by = Deadline::after_secs(10);
        loop {
            let input = self.client.input();
            let found = memchr::memmem::find(input, end.as_bytes());
            if let Some(at) = found {
                let taken = input.split_to(at + end.len());
                return String::from_utf8(taken.to_vec()).unwrap();
            }
            let read = self.client.fill(by).await.unwrap();
            assert!(read > 0, "closed before {end:?}: {:?}", self.client.input());
        }
    }

    async fn is_closed(&mut self) -> bool {
        matches!(
            self.client.fill(Deadline::after_secs(10)).await,
            Ok(0) | Err(_)
        )
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starttls_throws_away_what_came_with_it() {
    let mut server = server("starttls", true, Config::default()).await;
    server.until("IMAP ready\r\n").await;
    server.send("a LOGIN alice@example.test secret1\r\n").await;
    server.until("a NO [PRIVACYREQUIRED]").await;
    server.send("b STARTTLS\r\nc LOGOUT\r\n").await;
    server.until("b OK begin TLS negotiation now\r\n").await;
    let connector = TlsConnector::new(&Trust::Any).unwrap();
    let by = Deadline::after_secs(10);
    server
        .client
        .connect_tls(&connector, "localhost", by)
        .await
        .unwrap();
    server
        .send("d AUTHENTICATE PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQx\r\n")
        .await;
    let answer = server.until("logged in\r\n").await;
    assert!(answer.starts_with("d OK"), "{answer}");
    server.send("e LOGOUT\r\n").await;
    server.until("e OK LOGOUT completed\r\n").await;
    assert!(server.is_closed().await);
    server.task.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_wakes_large_bodies_stream_and_the_stop_says_bye() {
    let mut server = server("idle", false, Config::default()).await;
    server
        .send("a LOGIN alice@example.test secret1\r\nb SELECT INBOX\r\nc IDLE\r\n")
        .await;
    server.until("+ idling\r\n").await;
    server.world.append("INBOX", 1, Vec::new());
    server.until("* 1 EXISTS\r\n").await;
    let body = "0123456789abcde\r\n".repeat(40_000);
    let append = format!(
        "DONE\r\nd APPEND INBOX {{{}+}}\r\nX: y\r\n\r\n{body}\r\n",
        body.len() + 8
    );
    server.send(&append).await;
    server.until("d OK [APPENDUID").await;
    server
        .send("e UID FETCH 2 (BODY.PEEK[TEXT] BODY.PEEK[]<8.10>)\r\n")
        .await;
    let answer = server.until("e OK FETCH completed\r\n").await;
    let head = format!(
        "(UID 2 BODY[TEXT] {{{}}}\r\n{body} BODY[]<8> {{10}}\r\n0123456789)\r\n",
        body.len()
    );
    assert!(answer.contains(&head));
    server.stop.cancel();
    server.until("* BYE the server is shutting down\r\n").await;
    assert!(server.is_closed().await);
    server.task.await.unwrap();
}

/// 50 KB is the budget of an idle session with its TLS state and socket.
#[tokio::test]
async fn what_a_session_holds_while_it_waits_is_small() {
    let server = server("small", false, Config::default()).await;
    let access = Access::new(
        Config::default(),
        server.world.ports.clone(),
        AuthThrottle::new(Throttling::default()),
    );
    let accepted = Accepted {
        protocol: Protocol::Imap,
        starttls: None,
        stop: server.stop.clone(),
    };
    let driver = size_of::<crate::imap::Driver<'_>>();
    let future = size_of_val(&crate::imap::serve(&access, server.client, accepted));
    assert!(driver + future < 8_192, "driver {driver}, future {future}");
    server.task.abort();
}

#[tokio::test]
async fn a_client_that_does_not_log_in_is_sent_away() {
    let mut config = Config::default();
    config.imap.login_secs_max = 0;
    let mut server = server("slow", false, config).await;
    server
        .until("* BYE [UNAVAILABLE] you took too long\r\n")
        .await;
    assert!(server.is_closed().await);
    server.task.await.unwrap();
}
