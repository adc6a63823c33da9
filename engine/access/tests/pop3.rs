//! POP3 sessions over loopback and the in-memory ports.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use waxseal_access::{Access, Config, Ports};
use waxseal_mail::{AccountId, MailboxName, MessageIndex, Timestamp};
use waxseal_net::{
    Accepted, AuthThrottle, Connection, Deadline, SelfSigned, Throttling, TlsAcceptor, TlsConfig,
    TlsConnector, Trust,
};
use waxseal_ports::filter::{NoFilter, Protocol};
use waxseal_ports::mailbox_events::NoMailboxEvents;
use waxseal_ports::memory::Memory;
use waxseal_ports::store::NewAppend;
use waxseal_ports::{Directory, Store};

/// A server on a port of its own.
struct Server {
    memory: Arc<Memory>,
    access: Arc<Access>,
    stop: CancellationToken,
    alice: AccountId,
}

impl Server {
    async fn new(change: impl FnOnce(&mut Config)) -> Self {
        let memory = Arc::new(Memory::example());
        let mut config = Config::default();
        config.pop3.clear_text_login = true;
        change(&mut config);
        let ports = Ports {
            directory: memory.clone(),
            store: memory.clone(),
            spool: memory.clone(),
            parser: Arc::new(waxseal_mime::Parser::default()),
            filter: Arc::new(NoFilter),
            events: Arc::new(NoMailboxEvents),
            clock: memory.clock().clone(),
        };
        let account = memory.authenticate("alice@example.test", "secret1").await;
        Self {
            alice: account.unwrap().unwrap().id,
            access: Arc::new(Access::new(
                config,
                ports,
                AuthThrottle::new(Throttling::default()),
            )),
            memory,
            stop: CancellationToken::new(),
        }
    }

    async fn append(&self, text: &str) {
        let message = NewAppend {
            message: Arc::new(Bytes::copy_from_slice(text.as_bytes())),
            index: Arc::new(MessageIndex::default()),
            flags: Vec::new(),
            internal_date: Timestamp::utc(0),
        };
        let inbox = MailboxName::inbox();
        let appended = self.memory.append(self.alice, &inbox, vec![message]);
        appended.await.unwrap();
    }

    async fn messages(&self) -> usize {
        let watch = self.memory.open(self.alice, &MailboxName::inbox()).await;
        let snapshot = watch.unwrap().borrow().clone();
        snapshot.len()
    }

    /// A client whose greeting was read, and the session's task.
    async fn connect(&self) -> (Client, JoinHandle<()>) {
        let (socket, task) = self.serve(None).await;
        let mut client = Client(BufReader::new(socket));
        assert!(client.line().await.starts_with("+OK "));
        (client, task)
    }

    async fn serve(&self, starttls: Option<TlsAcceptor>) -> (TcpStream, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let connection = Connection::new(accepted.unwrap().0).unwrap();
        let accepted = Accepted {
            protocol: Protocol::Pop3,
            starttls,
            stop: self.stop.clone(),
        };
        let access = Arc::clone(&self.access);
        let task = tokio::spawn(async move { access.serve_pop3(connection, accepted).await });
        (client.unwrap(), task)
    }

    async fn log_in(&self) -> (Client, JoinHandle<()>) {
        let (mut client, task) = self.connect().await;
        assert!(
            client
                .say("USER alice@example.test")
                .await
                .starts_with("+OK")
        );
        assert!(client.say("PASS secret1").await.starts_with("+OK"));
        (client, task)
    }
}

struct Client(BufReader<TcpStream>);

impl Client {
    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line.trim_end_matches("\r\n").to_owned()
    }

    /// Sends a line, answers the first line of the reply.
    async fn say(&mut self, line: &str) -> String {
        let line = format!("{line}\r\n");
        self.0.write_all(line.as_bytes()).await.unwrap();
        self.line().await
    }

    /// Everything up to the end of the connection.
    async fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).await.unwrap();
        rest
    }
}

#[tokio::test]
async fn deletions_are_made_at_quit_only() {
    let server = Server::new(|_| {}).await;
    server.append("Subject: one\r\n\r\n.one\r\n").await;
    server.append("Subject: two\r\n\r\ntwo\r\n").await;
    let (mut client, task) = server.log_in().await;
    client.say("DELE 1").await;
    drop(client);
    task.await.unwrap();
    assert_eq!(
        server.messages().await,
        2,
        "without QUIT nothing is removed"
    );

    let (mut client, task) = server.log_in().await;
    assert_eq!(client.say("DELE 1").await, "+OK message 1 deleted");
    server.append("Subject: three\r\n\r\nthree\r\n").await;
    assert!(
        client.say("STAT").await.starts_with("+OK 1 "),
        "what comes later is not seen"
    );
    assert_eq!(client.say("QUIT").await, "+OK bye");
    assert_eq!(server.messages().await, 2, "removed before +OK");
    assert_eq!(client.rest().await, "");
    task.await.unwrap();
}

#[tokio::test]
async fn one_session_a_maildrop() {
    let server = Server::new(|_| {}).await;
    let (mut first, task) = server.log_in().await;
    let (mut second, _other) = server.connect().await;
    second.say("USER alice@example.test").await;
    assert!(
        second
            .say("PASS secret1")
            .await
            .starts_with("-ERR [IN-USE] ")
    );
    first.say("QUIT").await;
    second.say("USER alice@example.test").await;
    assert!(
        second.say("PASS secret1").await.starts_with("+OK "),
        "free before +OK of QUIT"
    );
    task.await.unwrap();
}

#[tokio::test]
async fn a_large_message_comes_whole_and_pipelined() {
    let server = Server::new(|_| {}).await;
    let body = "..A line that begins with dots, many times over.\r\n".repeat(20_000);
    let text = format!("Subject: large\r\n\r\n{body}");
    server.append(&text).await;
    let (mut client, task) = server.log_in().await;
    client
        .0
        .write_all(b"RETR 1\r\nTOP 1 1\r\nQUIT\r\n")
        .await
        .unwrap();
    let all = client.rest().await;
    let stuffed = text.replace("\r\n..", "\r\n...");
    let retr = format!("+OK {} octets\r\n{stuffed}.\r\n", text.len());
    assert!(all.starts_with(&retr));
    let top = "+OK top of the message follows\r\nSubject: large\r\n\r\n...A line that begins with \
               dots, many times over.\r\n.\r\n+OK bye\r\n";
    assert_eq!(&all[retr.len()..], top);
    task.await.unwrap();
}

#[tokio::test]
async fn expunged_elsewhere_means_gone() {
    let server = Server::new(|_| {}).await;
    server.append("Subject: one\r\n\r\none\r\n").await;
    let (mut client, task) = server.log_in().await;
    let watch = server
        .memory
        .open(server.alice, &MailboxName::inbox())
        .await
        .unwrap();
    let (mailbox, uid) = (watch.borrow().mailbox, waxseal_mail::Uid::FIRST);
    server
        .memory
        .remove(server.alice, mailbox, vec![uid])
        .await
        .unwrap();
    assert_eq!(client.say("RETR 1").await, "-ERR the message is gone");
    client.say("DELE 1").await;
    assert_eq!(
        client.say("QUIT").await,
        "+OK bye",
        "gone is as good as removed"
    );
    task.await.unwrap();
}

#[tokio::test]
async fn stop_says_goodbye_and_removes_nothing() {
    let server = Server::new(|_| {}).await;
    server.append("Subject: one\r\n\r\none\r\n").await;
    let (mut client, task) = server.log_in().await;
    client.say("DELE 1").await;
    server.stop.cancel();
    assert_eq!(
        client.rest().await,
        "-ERR [SYS/TEMP] the server is shutting down\r\n"
    );
    task.await.unwrap();
    assert_eq!(server.messages().await, 1);
}

#[tokio::test(start_paused = true)]
async fn patience_ends() {
    let server = Server::new(|_| {}).await;
    let (mut client, task) = server.connect().await;
    assert_eq!(client.rest().await, "-ERR [SYS/TEMP] you took too long\r\n");
    task.await.unwrap();
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let server = Server::new(|config| config.pop3.limits.login_failures_max = 99).await;
    let (mut client, _task) = server.connect().await;
    let mut replies = Vec::new();
    for _ in 0..11 {
        client.say("USER alice@example.test").await;
        replies.push(client.say("PASS guess").await);
    }
    assert!(replies[9].starts_with("-ERR [AUTH] "), "{}", replies[9]);
    assert!(
        replies[10].starts_with("-ERR [SYS/TEMP] "),
        "{}",
        replies[10]
    );
}

#[tokio::test]
async fn no_password_in_clear_text_by_default() {
    let server = Server::new(|config| config.pop3.clear_text_login = false).await;
    let (mut client, _task) = server.connect().await;
    assert!(
        client
            .say("USER alice@example.test")
            .await
            .starts_with("-ERR ")
    );
    assert!(
        client.say("STLS").await.starts_with("-ERR "),
        "no certificate, no STLS"
    );
}

/// RFC 2595 §4: what came in clear text behind STLS is never taken for protected input.
#[tokio::test]
async fn stls_forgets_what_came_before() {
    let server = Server::new(|config| config.pop3.clear_text_login = false).await;
    let folder = std::env::temp_dir().join(format!("waxseal-access-pop3-{}", std::process::id()));
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

    let (socket, task) = server.serve(Some(acceptor)).await;
    let mut client = Connection::new(socket).unwrap();
    let by = Deadline::after_secs(30);
    let injected = b"STLS\r\nUSER alice@example.test\r\n";
    client.write_all(injected, by).await.unwrap();
    read_until(&mut client, "+OK begin TLS now\r\n").await;
    let connector = TlsConnector::new(&Trust::Any).unwrap();
    client
        .connect_tls(&connector, "localhost", by)
        .await
        .unwrap();
    client.write_all(b"PASS secret1\r\n", by).await.unwrap();
    read_until(&mut client, "-ERR say USER first\r\n").await;
    client
        .write_all(b"USER alice@example.test\r\nPASS secret1\r\nQUIT\r\n", by)
        .await
        .unwrap();
    read_until(&mut client, "+OK bye\r\n").await;
    task.await.unwrap();
}

/// Takes input until it ends with `end`.
async fn read_until(client: &mut Connection, end: &str) {
    while !client.input().ends_with(end.as_bytes()) {
        let read = client.fill(Deadline::after_secs(30)).await.unwrap();
        assert!(read > 0, "{:?}", client.input());
    }
    client.input().clear();
}
