//! A listener from outside: handshakes, limits, deadlines, the end.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use async_trait::async_trait;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waxseal_net::{
    Accepted, Admission, Connection, Deadline, Descriptors, Gate, Handler, Listener,
    ListenerConfig, NetError, SelfSigned, TlsAcceptor, TlsConfig, TlsConnector, TlsMode, Trust,
    dial,
};
use waxseal_ports::filter::Protocol;

/// Greets, then answers each line: `STARTTLS` with a handshake, `BOOM` with a panic, `FLOOD` with more
/// than any buffer holds, others by saying them again.
struct Echo;

#[async_trait]
impl Handler for Echo {
    async fn handle(&self, mut connection: Connection, accepted: Accepted) {
        let greeting: &[u8] = b"hello\n";
        connection.write_all(greeting, soon()).await.unwrap();
        loop {
            let filled = tokio::select! {
                filled = connection.fill(soon()) => filled,
                () = accepted.stop.cancelled() => {
                    connection.write_all(b"bye\n", soon()).await.unwrap();
                    return;
                }
            };
            if !matches!(filled, Ok(1..)) {
                return;
            }
            while let Some(line) = take_line(&mut connection) {
                match (line.as_str(), &accepted.starttls) {
                    ("STARTTLS", Some(tls)) => {
                        connection.write_all(b"go\n", soon()).await.unwrap();
                        if connection.start_tls(tls, soon()).await.is_err() {
                            return;
                        }
                    }
                    ("BOOM", _) => panic!("as asked"),
                    ("FLOOD", _) => {
                        let wait = Deadline::after(Duration::from_millis(300));
                        let flood = vec![b'x'; 64 << 20];
                        let error = connection.write_all(&flood, wait).await.unwrap_err();
                        assert!(matches!(error, NetError::TimedOut), "{error:?}");
                        return;
                    }
                    _ => {
                        let echo = line + "\n";
                        connection.write_all(echo.as_bytes(), soon()).await.unwrap();
                    }
                }
            }
        }
    }
}

fn take_line(connection: &mut Connection) -> Option<String> {
    let end = connection.input().iter().position(|b| *b == b'\n')?;
    let line = connection.input().split_to(end + 1);
    Some(String::from_utf8_lossy(&line[..end]).into_owned())
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

struct Running {
    address: SocketAddr,
    admission: Arc<Admission>,
    stop: CancellationToken,
    tracker: TaskTracker,
    certificate: PathBuf,
}

fn certificate(name: &str) -> TlsConfig {
    let dir = std::env::temp_dir().join(format!("waxseal-net-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let files = TlsConfig {
        certificate: dir.join("certificate.pem"),
        key: dir.join("key.pem"),
    };
    let made = SelfSigned::generate(&["localhost", "127.0.0.1"]).unwrap();
    made.write(&files).unwrap();
    files
}

fn start(name: &str, mode: TlsMode, change: impl FnOnce(&mut ListenerConfig)) -> Running {
    let files = certificate(name);
    let tls = TlsAcceptor::load(&files).unwrap();
    let mut config = ListenerConfig {
        protocol: Protocol::Smtp,
        address: "127.0.0.1:0".parse().unwrap(),
        tls: mode,
        connections_max: 100,
        connections_per_address_max: 100,
        handshake_secs_max: 20,
    };
    change(&mut config);
    let listener = Listener::bind(config).unwrap();
    let (address, admission) = (listener.address().unwrap(), listener.admission());
    let gate = Gate {
        tls: Some(tls),
        descriptors: Descriptors::new(50),
        tracker: TaskTracker::new(),
        stop: CancellationToken::new(),
    };
    let (stop, tracker) = (gate.stop.clone(), gate.tracker.clone());
    tokio::spawn(listener.run(Arc::new(Echo), gate));
    Running {
        address,
        admission,
        stop,
        tracker,
        certificate: files.certificate,
    }
}

async fn read_line(connection: &mut Connection) -> String {
    loop {
        if let Some(line) = take_line(connection) {
            return line;
        }
        assert_ne!(connection.fill(soon()).await.unwrap(), 0, "closed");
    }
}

async fn say(connection: &mut Connection, line: &str) -> String {
    let octets = format!("{line}\n");
    connection
        .write_all(octets.as_bytes(), soon())
        .await
        .unwrap();
    read_line(connection).await
}

async fn greeted(server: &Running) -> Connection {
    let mut connection = dial(server.address, soon()).await.unwrap();
    assert_eq!(read_line(&mut connection).await, "hello");
    connection
}

#[tokio::test]
async fn starttls_verifies_names_and_discards_what_was_injected() {
    let server = start("starttls", TlsMode::Starttls, |_| {});
    let trusting = TlsConnector::new(&Trust::Any).unwrap();
    let mut client = greeted(&server).await;
    // Both lines arrive in one packet, so the second lies behind STARTTLS in clear text.
    client
        .write_all(b"STARTTLS\nINJECTED\n", soon())
        .await
        .unwrap();
    assert_eq!(read_line(&mut client).await, "go");
    client
        .connect_tls(&trusting, "localhost", soon())
        .await
        .unwrap();
    assert_eq!(say(&mut client, "after").await, "after", "INJECTED is gone");
    let summary = client.tls_summary().unwrap().to_string();
    assert!(summary.starts_with("TLSv1.3 TLS13_"), "{summary}");

    let anchored = TlsConnector::new(&Trust::File(server.certificate.clone())).unwrap();
    for (host, fits) in [
        ("localhost", true),
        ("127.0.0.1", true),
        ("other.test", false),
    ] {
        let mut client = greeted(&server).await;
        assert_eq!(say(&mut client, "STARTTLS").await, "go");
        let outcome = client.connect_tls(&anchored, host, soon()).await;
        assert_eq!(outcome.is_ok(), fits, "{host}: {outcome:?}");
    }
}

#[tokio::test]
async fn implicit_tls_does_not_wait_for_those_who_say_nothing() {
    let server = start("implicit", TlsMode::Implicit, |config| {
        config.handshake_secs_max = 1
    });
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let trusting = TlsConnector::new(&Trust::Any).unwrap();
    let mut client = dial(server.address, soon()).await.unwrap();
    client
        .connect_tls(&trusting, "localhost", soon())
        .await
        .unwrap();
    assert_eq!(read_line(&mut client).await, "hello");
    let mut nothing = Vec::new();
    silent.read_to_end(&mut nothing).await.unwrap();
    assert_eq!(nothing, b"", "closed after the handshake's deadline");
}

#[tokio::test]
async fn too_many_from_one_address_are_told_so() {
    let server = start("cap", TlsMode::None, |config| {
        config.connections_per_address_max = 2
    });
    let first = greeted(&server).await;
    let _second = greeted(&server).await;
    let mut third = dial(server.address, soon()).await.unwrap();
    let refusal = read_line(&mut third).await;
    assert!(refusal.starts_with("421 4.7.0 "), "{refusal}");
    assert_eq!(third.fill(soon()).await.unwrap(), 0);
    drop(first);
    while server.admission.connections() > 1 {
        tokio::task::yield_now().await;
    }
    greeted(&server).await;
}

#[tokio::test]
async fn a_panic_costs_its_own_session_only() {
    let server = start("panic", TlsMode::None, |_| {});
    let mut other = greeted(&server).await;
    let mut client = greeted(&server).await;
    client.write_all(b"BOOM\n", soon()).await.unwrap();
    assert!(matches!(
        client.fill(soon()).await,
        Ok(0) | Err(NetError::Closed)
    ));
    assert_eq!(say(&mut other, "still here").await, "still here");
}

#[tokio::test]
async fn deadlines_are_total() {
    let server = start("deadlines", TlsMode::None, |_| {});
    let mut idle = greeted(&server).await;
    let begun = tokio::time::Instant::now();
    let deadline = Deadline::after(Duration::from_millis(200));
    let error = loop {
        // Octets keep trickling in; the deadline does not move.
        idle.write_all(b"x\n", soon()).await.unwrap();
        match idle.fill(deadline).await {
            Ok(_) => tokio::task::yield_now().await,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, NetError::TimedOut), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(10));

    // A reader that does not read ends the writer's wait, too (asserted in the handler).
    let mut flooded = TcpStream::connect(server.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut flooded, b"FLOOD\n")
        .await
        .unwrap();
    let mut octets = vec![0; 7];
    flooded.read_exact(&mut octets).await.unwrap();
    drop(idle);
    while server.admission.connections() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_stop_ends_sessions_politely() {
    let server = start("stop", TlsMode::None, |_| {});
    let mut client = greeted(&server).await;
    server.stop.cancel();
    assert_eq!(read_line(&mut client).await, "bye");
    server.tracker.close();
    tokio::time::timeout(Duration::from_secs(20), server.tracker.wait())
        .await
        .unwrap();
    let refused = dial(server.address, soon()).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test]
async fn descriptors_make_the_accept_loop_wait() {
    let server = start("descriptors", TlsMode::None, |_| {});
    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(greeted(&server).await);
    }
    let mut waiting = dial(server.address, soon()).await.unwrap();
    let early = waiting
        .fill(Deadline::after(Duration::from_millis(100)))
        .await;
    assert!(matches!(early, Err(NetError::TimedOut)), "{early:?}");
    clients.pop();
    assert_eq!(read_line(&mut waiting).await, "hello");
}

#[tokio::test]
async fn certificates_are_read_again() {
    let files = certificate("reload");
    let acceptor = TlsAcceptor::load(&files).unwrap();
    let other = certificate("reload-other");
    std::fs::copy(&other.key, &files.key).unwrap();
    let error = acceptor.reload().unwrap_err().to_string();
    assert!(error.contains("do not fit"), "{error}");
    std::fs::copy(&other.certificate, &files.certificate).unwrap();
    acceptor.reload().unwrap();
    std::fs::write(&files.key, "nothing\n").unwrap();
    let error = acceptor.reload().unwrap_err().to_string();
    assert!(
        error.ends_with("key.pem: holds no private key in PEM form"),
        "{error}"
    );
}
