//! Strangers cannot relay, however the address is written.

use crate::server::Server;
use waxseal_mail::{Domain, Mailbox};
use waxseal_ports::Directory;
use waxseal_ports::filter::Protocol;

/// A server whose domain takes everything there is.
async fn with_catch_all(protocol: Protocol) -> Server {
    let server = Server::new(protocol);
    let alice = Mailbox::parse("alice@example.test").unwrap();
    let domain = Domain::parse("example.test").unwrap();
    server
        .memory
        .set_catch_all(&domain, Some(&alice))
        .await
        .unwrap();
    let odd = Mailbox::parse("50%off@example.test").unwrap();
    server.memory.add_account(&odd, "secret").await.unwrap();
    server
}

#[tokio::test]
async fn relay_tricks_are_refused_for_good() {
    for protocol in [Protocol::Smtp, Protocol::Lmtp] {
        let server = with_catch_all(protocol).await;
        let mut client = server.greeted().await;
        client
            .expect("MAIL FROM:<alice@example.test>", "250 ")
            .await;
        for (recipient, reply) in [
            ("x@elsewhere.test", "550 5.7.1 "),
            ("@example.test:x@elsewhere.test", "553 5.1.3 "),
            ("x%elsewhere.test@example.test", "550 5.7.1 "),
            ("elsewhere.test!x@example.test", "550 5.7.1 "),
            ("\"x@elsewhere.test\"@example.test", "550 5.7.1 "),
            ("\"x%elsewhere.test\"@example.test", "550 5.7.1 "),
            ("x@elsewhere.test@example.test", "553 5.1.3 "),
            ("x@example.test@elsewhere.test", "553 5.1.3 "),
            ("x@[127.0.0.1]", "550 5.7.1 "),
            ("x@localhost", "550 5.7.1 "),
            ("x@example.test.elsewhere.test", "550 5.7.1 "),
            ("anyone@example.test", "250 2.1.5 "),
            ("50%off@example.test", "250 2.1.5 "),
        ] {
            client
                .expect(&format!("RCPT TO:<{recipient}>"), reply)
                .await;
        }
    }
}

#[tokio::test]
async fn unknown_users_are_refused_at_rcpt() {
    let server = Server::new(Protocol::Smtp);
    let mut client = server.greeted().await;
    client.expect("MAIL FROM:<a@b.test>", "250 ").await;
    client
        .expect("RCPT TO:<nobody@example.test>", "550 5.1.1 ")
        .await;
    client
        .expect("RCPT TO:<alice+list@example.test>", "250 2.1.5 ")
        .await;
    client
        .expect("RCPT TO:<POSTMASTER@EXAMPLE.TEST>", "250 2.1.5 ")
        .await;
}
