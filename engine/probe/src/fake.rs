//! Scripted servers for the tests.
//!
//! A script answers by rules: `> TEXT` begins one, the lines behind it are sent when a client's line
//! contains the text; the first rule that fits answers. `%t` stands for the first word of the line, the
//! tag. `> greeting` is sent at once, `> else` when no rule fits. Lines with `!` do things: `!close`,
//! `!flood` (a line without end), `!garbage` (octets that are no text), `!silent`, `!tls` (a handshake).

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::wire::Stream;
use crate::{Endpoint, Limits, Plan, Protocol, Session, Tls, probe};

/// Runs the script, probes it as alice and gives back the session.
pub(crate) async fn probed(protocol: Protocol, tls: Tls, script: &'static str) -> Session {
    let address = serve(script).await;
    let mut endpoint = Endpoint::new(protocol, address, tls);
    endpoint.user = Some("alice@example.test".to_owned());
    endpoint.password = Some("secret1".to_owned());
    endpoint.recipient = endpoint.user.clone();
    endpoint.clear_text_login = tls == Tls::None;
    let plan = Plan {
        subject: crate::Subject::default(),
        limits: Limits {
            reply_ms: 1_000,
            session_ms: 20_000,
            ..Limits::default()
        },
        endpoint: vec![endpoint],
    };
    probe(&plan).await.pop().unwrap()
}

/// The checks, a line each.
pub(crate) fn listed(session: &Session) -> String {
    let mut text = String::new();
    for check in session.checks() {
        text.push_str(&format!(
            "{} {} {}: {}\n",
            check.extension,
            check.outcome.id(),
            check.phase.id(),
            check.detail.unwrap_or_default()
        ));
    }
    text.push_str(&format!("{:?} {:?}", session.reached, session.ended));
    text
}

/// Listens on a free port and answers every connection by the script.
pub(crate) async fn serve(script: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(converse(stream, script));
        }
    });
    address
}

fn rules(script: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut rules: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in script.lines().filter(|line| !line.starts_with('#')) {
        match (line.strip_prefix("> "), rules.last_mut()) {
            (Some(text), _) => rules.push((text, Vec::new())),
            (None, Some((_, answers))) => answers.push(line),
            (None, None) => panic!("{line} stands before the first rule"),
        }
    }
    rules
}

async fn converse(stream: TcpStream, script: &'static str) -> Option<()> {
    let rules = rules(script);
    let answer = |line: &str| {
        let found = rules.iter().find(|(text, _)| line.contains(text));
        let other = || rules.iter().find(|(text, _)| *text == "else");
        found
            .or_else(other)
            .map_or(Vec::new(), |(_, lines)| lines.clone())
    };
    let mut stream: BufReader<Box<dyn Stream>> = BufReader::new(Box::new(stream));
    let mut line = "greeting".to_owned();
    loop {
        let tag = line.split(' ').next().unwrap_or_default().to_owned();
        let answers = answer(&line);
        let data = answers.first().is_some_and(|line| line.starts_with("354"));
        for text in answers {
            match text {
                "!close" => return None,
                "!flood" => {
                    for _ in 0..100 {
                        stream.write_all(&[b'x'; 10_000]).await.ok()?;
                    }
                }
                "!garbage" => stream.write_all(b"\0\xff\xfe\x16\x03").await.ok()?,
                "!silent" => std::future::pending().await,
                "!tls" => {
                    stream.flush().await.ok()?;
                    let secured = acceptor().accept(stream.into_inner()).await.ok()?;
                    stream = BufReader::new(Box::new(secured));
                }
                text => {
                    let text = format!("{}\r\n", text.replace("%t", &tag));
                    stream.write_all(text.as_bytes()).await.ok()?;
                }
            }
        }
        stream.flush().await.ok()?;
        if data {
            let mut seen = String::new();
            while seen != ".\r\n" {
                seen.clear();
                stream.read_line(&mut seen).await.ok()?;
            }
            line = "end of data".to_owned();
            continue;
        }
        line = command(&mut stream).await?;
    }
}

/// A line with its literals, or a BDAT with its chunk.
async fn command(stream: &mut BufReader<Box<dyn Stream>>) -> Option<String> {
    let mut line = String::new();
    loop {
        let from = line.len();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let part = line.get(from..)?.trim_end().to_owned();
        let literal = part
            .strip_suffix('}')
            .and_then(|part| part.rsplit_once('{'));
        let chunk = part
            .strip_prefix("BDAT ")
            .and_then(|rest| rest.split(' ').next());
        let count = literal.map(|(_, count)| count).or(chunk);
        let Some(count) = count else {
            return Some(line.trim_end().to_owned());
        };
        if literal.is_some() && !count.ends_with('+') {
            stream.write_all(b"+ go on\r\n").await.ok()?;
            stream.flush().await.ok()?;
        }
        let mut octets = vec![0; count.trim_end_matches('+').parse().ok()?];
        stream.read_exact(&mut octets).await.ok()?;
        if literal.is_none() {
            return Some(line.trim_end().to_owned());
        }
    }
}

fn acceptor() -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
