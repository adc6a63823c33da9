//! A client that says what it is told and shows what it hears.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Buf;
use std::net::SocketAddr;
use waxseal_net::{Connection, Deadline, TlsConnector, Trust, dial};

/// Far beyond the server's own deadlines.
const FAR_SECS: u64 = 100_000;

pub(crate) struct Client {
    connection: Connection,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let connection = dial(address, Deadline::after_secs(FAR_SECS)).await.unwrap();
        Self { connection }
    }

    /// Sends octets as they are.
    pub(crate) async fn send(&mut self, octets: &[u8]) {
        let deadline = Deadline::after_secs(FAR_SECS);
        self.connection.write_all(octets, deadline).await.unwrap();
    }

    /// The next reply, all its lines; empty when the server has closed.
    pub(crate) async fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let line = self.line().await;
            reply.push_str(&line);
            if line.as_bytes().get(3) != Some(&b'-') {
                return reply;
            }
        }
    }

    async fn line(&mut self) -> String {
        loop {
            let input = self.connection.input();
            if let Some(end) = input.iter().position(|octet| *octet == b'\n') {
                let line = input.split_to(end + 1);
                return String::from_utf8(line.to_vec()).unwrap();
            }
            let read = self.connection.fill(Deadline::after_secs(FAR_SECS)).await;
            if matches!(read, Ok(0) | Err(_)) {
                let left = self.connection.input().remaining();
                assert_eq!(left, 0, "half a line");
                return String::new();
            }
        }
    }

    /// Sends a line (none where it is empty); the reply has to start so.
    #[track_caller]
    pub(crate) fn expect<'a>(
        &'a mut self,
        line: &'a str,
        start: &'a str,
    ) -> impl Future<Output = String> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            if !line.is_empty() {
                self.send(format!("{line}\r\n").as_bytes()).await;
            }
            let reply = self.reply().await;
            assert!(
                reply.starts_with(start) && !reply.is_empty()
                    || start == "closed" && reply.is_empty(),
                "{caller}: {line:?} got {reply:?}, not {start:?}"
            );
            reply
        }
    }

    /// One whole transaction; answers the last reply.
    pub(crate) async fn transact(&mut self, from: &str, to: &[&str], message: &str) -> String {
        self.expect(&format!("MAIL FROM:<{from}>"), "250 2.1.0")
            .await;
        for to in to {
            self.expect(&format!("RCPT TO:<{to}>"), "250 2.1.5").await;
        }
        self.expect("DATA", "354 ").await;
        self.expect(&format!("{message}."), "").await
    }

    /// STARTTLS, the handshake and a new EHLO.
    pub(crate) async fn start_tls(&mut self) {
        self.expect("STARTTLS", "220 ").await;
        self.handshake().await;
        self.expect("EHLO client.example", "250-").await;
    }

    pub(crate) async fn handshake(&mut self) {
        let connector = TlsConnector::new(&Trust::Any).unwrap();
        let deadline = Deadline::after_secs(FAR_SECS);
        let host = "mx.example.test";
        let started = self.connection.connect_tls(&connector, host, deadline);
        started.await.unwrap();
    }

    /// AUTH PLAIN; answers the reply.
    pub(crate) async fn auth(&mut self, user: &str, password: &str) -> String {
        let response = STANDARD.encode(format!("\0{user}\0{password}"));
        self.send(format!("AUTH PLAIN {response}\r\n").as_bytes())
            .await;
        self.reply().await
    }
}
