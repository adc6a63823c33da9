use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::ber::{Element, element, integer, octets};
use crate::{Endpoint, Limits, Plan, Protocol, Subject, Tls, probe};

/// A directory that answers every search with one supported control and refuses the rest.
async fn directory() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut octets_in = vec![0; 4_096];
        loop {
            let count = stream.read(&mut octets_in).await.unwrap();
            let Some((message, _)) = Element::read(&octets_in[..count]) else {
                return;
            };
            let parts: Vec<_> = message.children().collect();
            let id = parts[0].integer();
            let reply = |operation: Vec<u8>| element(0x30, &[integer(2, id), operation].concat());
            let done = [integer(0x0a, 0), octets(4, b""), octets(4, b"")].concat();
            let mut out = Vec::new();
            if parts[1].tag == 0x63 {
                let values = element(0x31, &octets(4, super::PAGED.as_bytes()));
                let attribute = [octets(4, b"supportedControl"), values].concat();
                let list = element(0x30, &element(0x30, &attribute));
                out.extend(reply(element(0x64, &[octets(4, b""), list].concat())));
                out.extend(reply(element(0x65, &done)));
            } else {
                out.extend(reply(element(0x78, &done)));
            }
            stream.write_all(&out).await.unwrap();
        }
    });
    address
}

#[tokio::test]
async fn the_root_dse_is_read() {
    let plan = Plan {
        subject: Subject::default(),
        limits: Limits::default(),
        endpoint: vec![Endpoint::new(
            Protocol::Ldap,
            directory().await,
            Tls::StartTls,
        )],
    };
    let session = probe(&plan).await.pop().unwrap();
    assert_eq!(session.ended, None);
    let line = format!("supportedControl: {}", super::PAGED);
    assert_eq!(session.announced[0].line, line);
    let transcript = session.transcript.lines().join("\n");
    assert!(transcript.contains("search result, code 0"), "{transcript}");
}

#[tokio::test]
async fn what_is_no_ldap_is_told() {
    let address = crate::fake::serve("> greeting\n220 wrong door\n> else\n220 wrong door\n").await;
    let plan = Plan {
        subject: Subject::default(),
        limits: Limits::default(),
        endpoint: vec![Endpoint::new(Protocol::Ldap, address, Tls::None)],
    };
    let session = probe(&plan).await.pop().unwrap();
    let ended = session.ended.unwrap();
    assert_eq!(ended, "not an answer of this protocol: no LDAP message");
}
