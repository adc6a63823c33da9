//! A server that answers as it is told, and writes down what it hears.

use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use waxseal_net::{Connection, Deadline, TlsAcceptor};

/// `(what the command starts with, the reply)`; `CONNECT` is the greeting, `.` the end of a message.
/// An empty reply closes the connection. The first that fits answers; others get the usual reply.
pub(crate) type Rules = Vec<(&'static str, &'static str)>;

/// One listening server.
pub(crate) struct FakeServer {
    pub(crate) port: u16,
    log: Arc<Mutex<Vec<String>>>,
}

struct Script {
    rules: Rules,
    ehlo: &'static str,
    tls: Option<TlsAcceptor>,
    log: Arc<Mutex<Vec<String>>>,
}

impl FakeServer {
    /// Listens and serves one session after the other. `ehlo` holds the extension lines.
    pub(crate) async fn start(ehlo: &'static str, tls: Option<TlsAcceptor>, rules: Rules) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Mutex::default());
        let script = Arc::new(Script {
            rules,
            ehlo,
            tls,
            log: Arc::clone(&log),
        });
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let script = Arc::clone(&script);
                tokio::spawn(async move {
                    let connection = Connection::new(socket).unwrap();
                    script.serve(connection).await
                });
            }
        });
        Self { port, log }
    }

    /// Everything heard so far, a command or a whole message each, in order.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Commands that start with `prefix`.
    pub(crate) fn count(&self, prefix: &str) -> usize {
        self.heard()
            .iter()
            .filter(|line| line.starts_with(prefix))
            .count()
    }
}

impl Script {
    fn answer(&self, command: &str) -> String {
        let rule = self
            .rules
            .iter()
            .find(|(prefix, _)| command.starts_with(prefix));
        if let Some((_, reply)) = rule {
            return (*reply).to_owned();
        }
        match command.split(' ').next().unwrap_or_default() {
            "CONNECT" => "220 fake.test\r\n".to_owned(),
            "EHLO" => format!("250-fake.test\r\n{}250 HELP\r\n", self.ehlo),
            "DATA" => "354 go\r\n".to_owned(),
            "STARTTLS" => "220 go\r\n".to_owned(),
            "AUTH" => "235 2.7.0 ok\r\n".to_owned(),
            "QUIT" => "221 bye\r\n".to_owned(),
            _ => "250 2.0.0 ok\r\n".to_owned(),
        }
    }

    async fn serve(&self, mut connection: Connection) {
        let far = || Deadline::after_secs(30);
        let mut command = "CONNECT".to_owned();
        let mut message: Option<String> = None;
        loop {
            let reply = self.answer(&command);
            let written = connection.write_all(reply.as_bytes(), far()).await;
            if reply.is_empty() || written.is_err() || command == "QUIT" {
                return;
            }
            if command == "STARTTLS" && reply.starts_with("220") {
                let acceptor = self.tls.clone().unwrap();
                if connection.start_tls(&acceptor, far()).await.is_err() {
                    return;
                }
            }
            if command == "DATA" && reply.starts_with("354") {
                message = Some(String::new());
            }
            command = loop {
                let Some(line) = line(&mut connection).await else {
                    return;
                };
                match &mut message {
                    None => break line,
                    Some(_) if line == "." => break line,
                    Some(text) => {
                        text.push_str(&line);
                        text.push_str("\r\n");
                    }
                }
            };
            let heard = message
                .take_if(|_| command == ".")
                .unwrap_or(command.clone());
            self.log.lock().unwrap().push(heard);
        }
    }
}

/// One line without its CRLF.
async fn line(connection: &mut Connection) -> Option<String> {
    loop {
        if let Some(end) = connection.input().iter().position(|octet| *octet == b'\n') {
            let line = connection.input().split_to(end + 1);
            return Some(
                String::from_utf8(line.to_vec())
                    .unwrap()
                    .trim_end()
                    .to_owned(),
            );
        }
        match connection.fill(Deadline::after_secs(30)).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return None,
        }
    }
}

/// A port nobody listens on: bound and closed again.
pub(crate) async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}
