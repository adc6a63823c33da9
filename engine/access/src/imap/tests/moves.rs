//! Those who learn from users hear of what was moved, once each, after the client had its answer.

use super::client::World;
use crate::{Access, Config};
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use waxseal_mail::{Flag, MailboxName};
use waxseal_net::{Accepted, AuthThrottle, Connection, Deadline, Handler, Throttling};
use waxseal_ports::filter::Protocol;
use waxseal_ports::mailbox_events::Moved;
use waxseal_ports::read_at::read_all;
use waxseal_ports::{MailboxEvents, Store};

/// Passes on what it hears, as text.
struct Listener {
    wanted: AtomicBool,
    asked: AtomicUsize,
    heard: mpsc::UnboundedSender<String>,
}

#[async_trait]
impl MailboxEvents for Listener {
    fn is_wanted(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.wanted.load(Ordering::Relaxed)
    }

    async fn moved(&self, moved: Moved) {
        let octets = read_all(&*moved.message).unwrap();
        let text = String::from_utf8(octets.to_vec()).unwrap();
        let subject = text.lines().find(|line| line.starts_with("Subject"));
        let (from, to) = (moved.origin, moved.destination);
        let line = format!("{} {from:?} {to:?} {}", moved.account, subject.unwrap());
        self.heard.send(line).unwrap();
    }
}

struct Server {
    client: Connection,
    access: Arc<Access>,
    listener: Arc<Listener>,
    heard: mpsc::UnboundedReceiver<String>,
}

async fn server() -> Server {
    let world = World::new();
    for n in 1..=6 {
        world.append("INBOX", n, Vec::<Flag>::new());
    }
    let lists = MailboxName::new("Lists").unwrap();
    let created = world.memory.create(world.alice(), &lists, None).await;
    created.unwrap();
    let (sender, heard) = mpsc::unbounded_channel();
    let listener = Arc::new(Listener {
        wanted: AtomicBool::new(true),
        asked: AtomicUsize::new(0),
        heard: sender,
    });
    let mut ports = world.ports.clone();
    ports.events = Arc::<Listener>::clone(&listener);
    let mut config = Config::default();
    config.imap.clear_text_login = true;
    let access = Access::new(config, ports, AuthThrottle::new(Throttling::default()));
    let access = Arc::new(access);
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let serving = Arc::clone(&access);
    tokio::spawn(async move {
        let (socket, _) = socket.accept().await.unwrap();
        let accepted = Accepted {
            protocol: Protocol::Imap,
            starttls: None,
            stop: CancellationToken::new(),
        };
        let connection = Connection::new(socket).unwrap();
        serving.handle(connection, accepted).await;
    });
    let socket = TcpStream::connect(address).await.unwrap();
    let mut server = Server {
        client: Connection::new(socket).unwrap(),
        access,
        listener,
        heard,
    };
    server
        .command(
            "a LOGIN alice@example.test secret1\r\nb SELECT INBOX\r\n",
            "b OK",
        )
        .await;
    server
}

impl Server {
    /// Sends `text` and waits for a line that begins with `end`.
    async fn command(&mut self, text: &str, end: &str) {
        let by = Deadline::after_secs(10);
        self.client.write_all(text.as_bytes(), by).await.unwrap();
        let later = format!("\r\n{end}");
        while !self.client.input().starts_with(end.as_bytes())
            && memchr::memmem::find(self.client.input(), later.as_bytes()).is_none()
        {
            let read = self.client.fill(by).await.unwrap();
            assert!(read > 0, "{:?}", self.client.input());
        }
        self.client.input().clear();
    }

    /// Everything heard once nothing is under way any more.
    async fn heard(mut self) -> Vec<String> {
        self.command("z LOGOUT\r\n", "z OK").await;
        let by = Deadline::after_secs(10);
        while self.client.fill(by).await.is_ok_and(|read| read > 0) {}
        self.access.finish().await;
        let mut lines = Vec::new();
        while let Ok(line) = self.heard.try_recv() {
            lines.push(line);
        }
        // Commands are told side by side.
        lines.sort();
        lines
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moves_and_copies_between_places_are_told_once() {
    let mut server = server().await;
    server.command("c UID MOVE 1:2 Junk\r\n", "c OK").await;
    let first = server.heard.recv().await.unwrap();
    assert_eq!(first, "alice@example.test Inbox Junk Subject: message 1");
    let second = server.heard.recv().await.unwrap();
    assert_eq!(second, "alice@example.test Inbox Junk Subject: message 2");
    // A client without MOVE: copy, delete, expunge.
    server.command("d UID COPY 3 Junk\r\n", "d OK").await;
    let store = "e UID STORE 3 +FLAGS (\\Deleted)\r\nf EXPUNGE\r\n";
    server.command(store, "f OK").await;
    // And back, with everything in one packet.
    let back = "g SELECT Junk\r\nh UID MOVE 1 INBOX\r\ni SELECT INBOX\r\n";
    server.command(back, "i OK").await;
    let heard = server.heard().await;
    let expected = [
        "alice@example.test Inbox Junk Subject: message 3",
        "alice@example.test Junk Inbox Subject: message 1",
    ];
    assert_eq!(heard, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_no_place_is_not_told() {
    let mut server = server().await;
    server.command("c CREATE Other\r\n", "c OK").await;
    server.command("d UID COPY 1 INBOX\r\n", "d OK").await;
    server.command("e UID MOVE 2 Missing\r\n", "e NO").await;
    server.command("f UID MOVE 99 Junk\r\n", "f OK").await;
    server.command("g UID COPY 3 Lists\r\n", "g OK").await;
    server.command("h SELECT Lists\r\n", "h OK").await;
    server.command("i UID MOVE 1 Other\r\n", "i OK").await;
    let expected = ["alice@example.test Inbox Other Subject: message 3"];
    assert_eq!(server.heard().await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_read_where_nobody_listens() {
    let mut server = server().await;
    server.listener.wanted.store(false, Ordering::Relaxed);
    server.command("c UID MOVE 1 Junk\r\n", "c OK").await;
    assert_eq!(server.listener.asked.load(Ordering::Relaxed), 1);
    assert!(server.heard().await.is_empty());
}
