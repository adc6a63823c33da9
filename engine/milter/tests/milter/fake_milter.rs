//! A milter that says what a test wants and writes down what it hears.

use bytes::BytesMut;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use waxseal_milter::Socket;
use waxseal_milter::wire::{Actions, Command, Negotiation, Packet, Response, Steps};

/// What it does after a command.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Says this.
    Say(Response),
    /// Sends these octets.
    Raw(Vec<u8>),
    /// Closes the connection.
    Close,
    /// Says nothing.
    Hang,
}

/// Says this and no more.
pub(crate) fn say(response: Response) -> Vec<Act> {
    vec![Act::Say(response)]
}

type Script = dyn Fn(&Command) -> Vec<Act> + Send + Sync;

/// A running one.
pub(crate) struct FakeMilter {
    pub(crate) socket: Socket,
    heard: Arc<Mutex<Vec<String>>>,
}

/// What a milter of version 6 wants that asks for nothing special.
pub(crate) fn plain() -> Negotiation {
    Negotiation {
        version: 6,
        actions: Actions::ALL,
        steps: Steps(0),
        macros: Vec::new(),
    }
}

impl FakeMilter {
    /// Starts one that negotiates `wants` and follows `script` at every command that is answered.
    pub(crate) async fn start(
        wants: Negotiation,
        script: impl Fn(&Command) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let written = heard.clone();
        let script: Arc<Script> = Arc::new(script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let served = serve(stream, wants.clone(), script.clone(), written.clone());
                tokio::spawn(served);
            }
        });
        Self {
            socket: Socket::Inet {
                host: "127.0.0.1".to_owned(),
                port,
            },
            heard,
        }
    }

    /// One that says "go on" to everything but where `script` says otherwise.
    pub(crate) async fn willing(
        script: impl Fn(&Command) -> Option<Vec<Act>> + Send + Sync + 'static,
    ) -> Self {
        let answer =
            move |command: &Command| script(command).unwrap_or_else(|| say(Response::Continue));
        Self::start(plain(), answer).await
    }

    /// Everything heard so far, forgotten with this.
    pub(crate) fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

async fn serve(
    mut stream: TcpStream,
    wants: Negotiation,
    script: Arc<Script>,
    heard: Arc<Mutex<Vec<String>>>,
) {
    let mut input = BytesMut::new();
    loop {
        let packet = match Packet::take(&mut input).unwrap() {
            Some(packet) => packet,
            None if stream.read_buf(&mut input).await.unwrap_or(0) == 0 => return,
            None => continue,
        };
        let command = Command::parse(&packet).unwrap();
        heard.lock().unwrap().push(show(&command));
        let acts = match &command {
            Command::Negotiate(_) => say(Response::Negotiate(wants.clone())),
            Command::Quit => return,
            Command::Macros { .. } | Command::Abort | Command::QuitNewConnection => continue,
            command => script(command),
        };
        for act in acts {
            let mut out = BytesMut::new();
            match act {
                Act::Say(response) => response.put(&mut out),
                Act::Raw(octets) => out.extend_from_slice(&octets),
                Act::Close => return,
                Act::Hang => continue,
            }
            if stream.write_all(&out).await.is_err() {
                return;
            }
        }
    }
}

/// A command in few words.
fn show(command: &Command) -> String {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).replace('\n', "\\n");
    match command {
        Command::Negotiate(_) => "negotiate".to_owned(),
        Command::Macros { kind, macros } => {
            let pairs = macros.iter();
            let pairs: Vec<_> = pairs
                .map(|(name, value)| format!("{}={}", text(name), text(value)))
                .collect();
            format!("  {} {}", char::from(*kind), pairs.join(" "))
        }
        Command::Connect { hostname, address } => {
            format!("connect {} {address:?}", text(hostname))
        }
        Command::Helo(name) => format!("helo {}", text(name)),
        Command::Mail { path, parameters } => format!("mail {} {parameters:?}", text(path)),
        Command::Rcpt { path, parameters } => format!("rcpt {} {parameters:?}", text(path)),
        Command::Header { name, value } => format!("header {}:{}", text(name), text(value)),
        Command::Body(octets) => format!("body of {} octets", octets.len()),
        Command::EndOfMessage(_) => "end of message".to_owned(),
        Command::Data => "data".to_owned(),
        Command::EndOfHeaders => "end of headers".to_owned(),
        Command::Abort => "abort".to_owned(),
        Command::Quit => "quit".to_owned(),
        Command::QuitNewConnection => "quit, new connection".to_owned(),
        Command::Unknown(text_) => format!("unknown {}", text(text_)),
    }
}
