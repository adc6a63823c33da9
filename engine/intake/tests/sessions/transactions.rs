//! Messages on their way into the queue.

use crate::server::{Server, id};
use expect_test::expect;
use waxseal_mail::{DsnNotify, DsnReturn, ForwardPath, Mailbox};
use waxseal_ports::Queue;
use waxseal_ports::filter::Protocol;

const MESSAGE: &str = "Subject: hello\r\nX-Odd :  x\r\n folded\r\n\r\n..dots\r\n\r\nend\r\n";

#[tokio::test]
async fn the_octets_are_kept_and_a_trace_field_is_on_top() {
    let server = Server::new(Protocol::Smtp);
    let mut client = server.greeted().await;
    let reply = client
        .transact("a@b.test", &["alice@example.test"], MESSAGE)
        .await;
    assert!(reply.starts_with("250 2.0.0 accepted as m"), "{reply}");
    let queued = server.message().await;
    assert_eq!(queued.leased.id, id(&reply));
    assert_eq!(queued.sent, MESSAGE.replace("..dots", ".dots"));
    let received = queued.received.replace(&id(&reply).to_string(), "ID");
    expect![[r#"
        Received: from client.example ([127.0.0.1])
        	by mx.example.test with ESMTP
        	id ID
        	for <alice@example.test>;
        	Tue, 24 Nov 2026 05:29:34 +0000
    "#]]
    .assert_eq(&received.replace("\r\n", "\n"));
    client.expect("QUIT", "221 ").await;
    client.expect("", "closed").await;
}

#[tokio::test]
async fn the_envelope_carries_what_was_asked() {
    let server = Server::new(Protocol::Smtp);
    let mut client = server.greeted().await;
    client
        .expect("MAIL FROM:<> RET=HDRS ENVID=e+20x", "250 ")
        .await;
    client
        .expect(
            "RCPT TO:<bob@example.test> NOTIFY=SUCCESS ORCPT=rfc822;B@x.test",
            "250 ",
        )
        .await;
    client.expect("RCPT TO:<Postmaster>", "250 ").await;
    client.expect("BDAT 6 LAST\r\nA: b", "250 ").await;
    let queued = server.message().await;
    assert_eq!(queued.sent, "A: b\r\n");
    let envelope = queued.leased.envelope;
    assert_eq!(
        (envelope.envid.as_deref(), envelope.dsn_return),
        (Some("e x"), Some(DsnReturn::Headers))
    );
    let [bob, postmaster] = &envelope.recipients[..] else {
        panic!("{envelope:?}");
    };
    assert_eq!(bob.orcpt.as_deref(), Some("rfc822;B@x.test"));
    let success = DsnNotify {
        success: true,
        failure: false,
        delay: false,
    };
    assert_eq!(bob.notify, success);
    let address = Mailbox::parse("postmaster@example.test").unwrap();
    assert_eq!(postmaster.forward_path, ForwardPath::Mailbox(address));
    assert!(
        !queued.received.contains("for "),
        "recipients learn nothing of each other"
    );
}

#[tokio::test]
async fn lmtp_answers_each_recipient() {
    let server = Server::new(Protocol::Lmtp);
    let mut client = server.greeted().await;
    let to = ["alice@example.test", "bob@example.test"];
    let first = client.transact("a@b.test", &to, MESSAGE).await;
    let second = client.reply().await;
    assert_eq!(first, second);
    assert!(server.message().await.received.contains("with LMTP"));
}

#[tokio::test]
async fn what_happened_is_told() {
    let server = Server::new(Protocol::Smtp);
    let mut client = server.greeted().await;
    let reply = client
        .transact("a@b.test", &["alice@example.test"], MESSAGE)
        .await;
    let trace = server.memory.trace(id(&reply)).await.unwrap();
    let told: Vec<_> = trace
        .iter()
        .map(|event| format!("{}: {}", event.stage, event.outcome))
        .collect();
    let peer = told[0].split(' ').nth(1).unwrap().to_owned();
    let told = told
        .join("\n")
        .replace(&peer, "PEER")
        .replace(&id(&reply).to_string(), "ID");
    expect![[r#"
        connect: PEER smtp
        helo: client.example
        mail: <a@b.test>
        rcpt: <alice@example.test>
        message: 53 octets
        commit: 250 2.0.0 accepted as ID"#]]
    .assert_eq(&told);
}

#[tokio::test]
async fn a_full_disk_defers_and_heals() {
    let server = Server::new(Protocol::Smtp);
    let mut client = server.greeted().await;
    server.memory.set_full(true);
    let reply = client
        .transact("a@b.test", &["alice@example.test"], MESSAGE)
        .await;
    assert!(reply.starts_with("452 4.3.1 "), "{reply}");
    server.memory.set_full(false);
    let reply = client
        .transact("a@b.test", &["alice@example.test"], MESSAGE)
        .await;
    assert!(reply.starts_with("250 2.0.0 "), "{reply}");
    assert_eq!(server.queued().await, 1);
}

#[tokio::test]
async fn a_client_that_leaves_early_leaves_nothing() {
    let server = Server::new(Protocol::Smtp);
    let (mut client, served) = server.connect().await;
    client.expect("", "220 ").await;
    client.expect("EHLO client.example", "250-").await;
    client.expect("MAIL FROM:<a@b.test>", "250 ").await;
    client.expect("RCPT TO:<alice@example.test>", "250 ").await;
    client.expect("DATA", "354 ").await;
    client.send(b"Subject: half\r\n\r\nno dot\r\n.").await;
    drop(client);
    served.await.unwrap();
    assert_eq!(server.queued().await, 0);
}
