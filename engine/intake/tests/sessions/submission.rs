//! Authenticated users.

use crate::client::Client;
use crate::server::Server;
use waxseal_ports::filter::Protocol;

async fn under_tls(server: &Server) -> Client {
    let mut client = server.greeted().await;
    client.start_tls().await;
    client
}

#[tokio::test]
async fn users_send_as_themselves_anywhere() {
    let server = Server::new(Protocol::Submission);
    let mut client = under_tls(&server).await;
    client
        .expect("MAIL FROM:<alice@example.test>", "530 5.7.0 ")
        .await;
    let reply = client.auth("alice@example.test", "secret1").await;
    assert!(reply.starts_with("235 2.7.0 "), "{reply}");
    client
        .expect("MAIL FROM:<bob@example.test>", "553 5.7.1 ")
        .await;
    client
        .expect("MAIL FROM:<alice@elsewhere.test>", "553 5.7.1 ")
        .await;
    client
        .expect("MAIL FROM:<postmaster@example.test>", "250 ")
        .await;
    client.expect("RSET", "250 ").await;
    client.expect("MAIL FROM:<>", "250 ").await;
    client.expect("RSET", "250 ").await;
    client
        .expect("MAIL FROM:<alice+x@example.test>", "250 ")
        .await;
    client
        .expect("RCPT TO:<nobody@example.test>", "550 5.1.1 ")
        .await;
    client.expect("RSET", "250 ").await;
    let reply = client
        .transact(
            "alice@example.test",
            &["x@elsewhere.test"],
            "Subject: x\r\n\r\nbody\r\n",
        )
        .await;
    assert!(reply.starts_with("250 2.0.0 "), "{reply}");
    let queued = server.message().await;
    let id = queued.leased.id;
    let expected = format!(
        "Subject: x\r\nDate: Tue, 24 Nov 2026 05:29:34 +0000\r\n\
         Message-ID: <{id}@mx.example.test>\r\n\r\nbody\r\n"
    );
    assert_eq!(queued.sent, expected);
    assert!(
        queued.received.contains("with ESMTPSA (TLSv1.3 "),
        "{}",
        queued.received
    );
}

#[tokio::test]
async fn a_complete_message_is_not_touched() {
    let server = Server::new(Protocol::Submission);
    let mut client = under_tls(&server).await;
    client.auth("alice@example.test", "secret1").await;
    let message = "date: x\r\nMESSAGE-ID: <a@b>\r\n\r\nbody\r\n";
    client
        .transact("alice@example.test", &["bob@example.test"], message)
        .await;
    assert_eq!(server.message().await.sent, message);
}

#[tokio::test]
async fn both_halves_of_a_wrong_login_sound_the_same() {
    let server = Server::new(Protocol::Submission);
    let mut client = under_tls(&server).await;
    let password = client.auth("alice@example.test", "wrong").await;
    let user = client.auth("nobody@example.test", "secret1").await;
    assert_eq!(password, user);
    assert!(user.starts_with("535 5.7.8 "), "{user}");
}

#[tokio::test]
async fn guessing_is_slowed_down_across_sessions() {
    let server = Server::new(Protocol::Submission);
    for _ in 0..2 {
        let mut client = under_tls(&server).await;
        for _ in 0..5 {
            let reply = client.auth("bob@example.test", "wrong").await;
            assert!(reply.starts_with("535 "), "{reply}");
        }
    }
    let mut client = under_tls(&server).await;
    let reply = client.auth("bob@example.test", "secret2").await;
    assert!(reply.starts_with("454 4.7.0 "), "{reply}");
}

#[tokio::test]
async fn what_comes_behind_starttls_is_thrown_away() {
    let server = Server::new(Protocol::Submission);
    let (mut client, _) = server.connect().await;
    client.expect("", "220 ").await;
    client.expect("EHLO client.example", "250-").await;
    client.send(b"RSET\r\nSTARTTLS\r\nNOOP\r\nNOOP\r\n").await;
    client.expect("", "250 ").await;
    client.expect("", "220 ").await;
    client.handshake().await;
    // Had the octets behind STARTTLS been kept, NOOP would be answered here.
    client
        .expect("EHLO client.example", "250-mx.example.test")
        .await;
    client.expect("MAIL FROM:<>", "530 ").await;
}
