use super::*;
use waxseal_plugin_sdk::testing::{Server, Stored};

const ALICE: Option<&str> = Some("alice@example.test");
const SEALED_CHUNK: usize = CHUNK_OCTETS + TAG_OCTETS;

fn start() -> Server {
    let server = Server::start();
    server.config(r#"{"key":"mail"}"#);
    server
}

fn blob(octets: usize) -> Vec<u8> {
    (0..octets)
        .map(|index| u8::try_from(index % 251).unwrap())
        .collect()
}

#[track_caller]
fn refused(server: &Server, stored: &Stored) {
    assert_eq!(server.decode::<Seal>(stored).unwrap_err().code, "forged");
}

#[test]
fn what_is_sealed_comes_back() {
    let server = start();
    for octets in [
        0,
        1,
        4096,
        CHUNK_OCTETS - 1,
        CHUNK_OCTETS,
        CHUNK_OCTETS + 1,
        5 * CHUNK_OCTETS,
    ] {
        let blob = blob(octets);
        let stored = server.encode::<Seal>(ALICE, &blob).unwrap();
        let chunks = octets.div_ceil(CHUNK_OCTETS).max(1);
        assert_eq!(stored.octets.len(), octets + chunks * TAG_OCTETS);
        assert_eq!(server.decode::<Seal>(&stored).unwrap(), blob, "{octets}");
    }
}

#[test]
fn nothing_readable_is_left() {
    let server = start();
    let text = b"Subject: the secret plan\r\n\r\n".repeat(100);
    let (one, two) = (
        server.encode::<Seal>(ALICE, &text),
        server.encode::<Seal>(ALICE, &text),
    );
    let (one, two) = (one.unwrap().octets, two.unwrap().octets);
    assert!(!one.windows(6).any(|six| six == b"secret"));
    assert_ne!(one, two);
}

#[test]
fn cutting_and_reordering_are_found() {
    let server = start();
    let stored = server
        .encode::<Seal>(ALICE, &blob(3 * CHUNK_OCTETS))
        .unwrap();
    let with = |octets: Vec<u8>| Stored {
        octets,
        ..stored.clone()
    };
    for cut in [0, 1, SEALED_CHUNK, 2 * SEALED_CHUNK, 3 * SEALED_CHUNK - 1] {
        refused(&server, &with(stored.octets[..cut].to_vec()));
    }
    let chunks: Vec<&[u8]> = stored.octets.chunks(SEALED_CHUNK).collect();
    refused(&server, &with([chunks[1], chunks[0], chunks[2]].concat()));
    refused(&server, &with([chunks[0], chunks[2]].concat()));
    refused(
        &server,
        &with([chunks[0], chunks[1], chunks[1], chunks[2]].concat()),
    );
    refused(&server, &with([&stored.octets[..], b"x"].concat()));
    refused(
        &server,
        &with([chunks[0], chunks[1], chunks[2], chunks[2]].concat()),
    );
}

#[test]
fn each_changed_bit_is_found() {
    let server = start();
    let stored = server.encode::<Seal>(ALICE, b"a short message").unwrap();
    for at in 0..stored.octets.len() {
        for bit in 0..8 {
            let mut changed = stored.clone();
            changed.octets[at] ^= 1 << bit;
            refused(&server, &changed);
        }
    }
}

#[test]
fn blobs_belong_to_their_account_and_name() {
    let server = start();
    let alice = server.encode::<Seal>(ALICE, b"for alice").unwrap();
    let bob = server
        .encode::<Seal>(Some("bob@example.test"), b"for bob")
        .unwrap();
    refused(
        &server,
        &Stored {
            octets: bob.octets,
            ..alice.clone()
        },
    );
    refused(
        &server,
        &Stored {
            account: bob.account,
            ..alice.clone()
        },
    );
    refused(
        &server,
        &Stored {
            account: None,
            ..alice.clone()
        },
    );
    refused(
        &server,
        &Stored {
            attributes: bob.attributes,
            ..alice.clone()
        },
    );
    refused(
        &server,
        &Stored {
            id: bob.id,
            ..alice.clone()
        },
    );
    assert_eq!(server.decode::<Seal>(&alice).unwrap(), b"for alice");
}

#[test]
fn keys_are_changed_without_losing_anything() {
    let server = start();
    let old = server.encode::<Seal>(ALICE, b"old").unwrap();
    server
        .aead_keys(&["mail", "mail-2027"])
        .config(r#"{"key":"mail-2027"}"#);
    let new = server.encode::<Seal>(ALICE, b"new").unwrap();
    assert_eq!(
        new.attributes[1],
        ("key".to_owned(), "mail-2027".to_owned())
    );
    assert_eq!(server.decode::<Seal>(&old).unwrap(), b"old");
    assert_eq!(server.decode::<Seal>(&new).unwrap(), b"new");
    server.aead_keys(&["mail-2027"]);
    assert_eq!(
        server.decode::<Seal>(&old).unwrap_err().code,
        "aead-no-such-key"
    );
}

#[test]
fn a_key_that_is_missing_fails_and_writes_nothing() {
    let server = start();
    server.aead_keys(&[]);
    let error = server.encode::<Seal>(ALICE, b"text").unwrap_err();
    assert_eq!(error.code, "aead-no-such-key");
}

#[test]
fn others_rest_as_they_are() {
    let server = start();
    server.config(r#"{"key":"mail","accounts":"bob@*"}"#);
    let stored = server.encode::<Seal>(ALICE, b"text").unwrap();
    assert_eq!(stored.octets, b"text");
    assert_eq!(server.decode::<Seal>(&stored).unwrap(), b"text");
    // Who takes the attributes away gets no further than the server's digest.
    let bare = Stored {
        attributes: Vec::new(),
        ..stored
    };
    assert_eq!(
        server.decode::<Seal>(&bare).unwrap_err().code,
        "bad-attributes"
    );
}
