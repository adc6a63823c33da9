//! Foreign SMTP and LMTP clients.

use waxseal_tests::{Client, Server};

#[test]
fn smtplib_uses_every_listener() {
    let server = Server::start("smtplib").unwrap();
    let text = server.python("smtplib_session.py").succeed();
    assert!(text.unwrap().contains("content"), "{}", server.log());
}

/// swaks for one listener; the caller adds what is special about it.
fn swaks(server: &Server, standard_port: u16) -> Client {
    let target = format!("127.0.0.1:{}", server.port(standard_port));
    Client::new("swaks").args([
        "--helo",
        "client.example.test",
        "--timeout",
        "60",
        "--server",
        &target,
    ])
}

#[test]
fn swaks_uses_every_listener() {
    let server = Server::start("swaks").unwrap();
    let to_alice = [
        "--from",
        "s@client.example.test",
        "--to",
        "alice@example.test",
    ];
    let login = [
        "--auth-user",
        "alice@example.test",
        "--auth-password",
        "secret1",
    ];
    let as_alice = ["--from", "alice@example.test", "--to", "bob@example.test"];

    swaks(&server, 25).args(to_alice).succeed().unwrap();
    swaks(&server, 25)
        .args(to_alice)
        .arg("--pipeline")
        .succeed()
        .unwrap();
    let text = swaks(&server, 25)
        .args(to_alice)
        .arg("--tls")
        .succeed()
        .unwrap();
    assert!(text.contains("TLSv1.3"), "{text}");
    swaks(&server, 24)
        .args(to_alice)
        .args(["--protocol", "LMTP"])
        .succeed()
        .unwrap();
    for mechanism in ["PLAIN", "LOGIN"] {
        let client = swaks(&server, 587).args(as_alice).args(login);
        client
            .args(["--tls", "--auth", mechanism])
            .succeed()
            .unwrap();
        let client = swaks(&server, 465).args(as_alice).args(login);
        client
            .args(["--tlsc", "--auth", mechanism])
            .succeed()
            .unwrap();
    }
    let open = swaks(&server, 587).args(as_alice).run().unwrap();
    assert_ne!(open.code, 0, "submission without AUTH: {}", open.text);
    let clear = swaks(&server, 587)
        .args(as_alice)
        .args(login)
        .args(["--auth", "PLAIN"])
        .run();
    assert_ne!(clear.unwrap().code, 0, "AUTH without TLS");
}
