use super::*;
use waxseal_plugin_sdk::testing::{Server, Stored};

const BOARD: Option<&str> = Some("Board@example.test");

fn started() -> Server {
    let server = Server::start();
    server.config(r#"{"accounts":["board@example.test"]}"#);
    server
}

fn sealed(server: &Server, blob: &[u8]) -> Stored {
    server.encode::<PrivateAccount>(BOARD, blob).unwrap()
}

fn opened(server: &Server, stored: &Stored) -> Result<Vec<u8>, String> {
    let opened = server.decode::<PrivateAccount>(stored);
    opened.map_err(|error| error.code)
}

#[test]
fn mail_of_the_account_is_sealed_and_comes_back() {
    let server = started();
    for octets in [0, 1, CHUNK_OCTETS, 2 * CHUNK_OCTETS, 2 * CHUNK_OCTETS + 1] {
        let blob: Vec<u8> = (0_u8..=250).cycle().take(octets).collect();
        let stored = sealed(&server, &blob);
        assert!(
            octets == 0
                || !stored
                    .octets
                    .windows(octets.min(40))
                    .any(|w| blob.starts_with(w))
        );
        assert_eq!(opened(&server, &stored), Ok(blob), "{octets}");
    }
}

#[test]
fn it_can_be_read_after_the_account_was_taken_from_the_list() {
    let server = started();
    let stored = sealed(&server, b"minutes");
    server.config("{}");
    assert_eq!(opened(&server, &stored), Ok(b"minutes".to_vec()));
}

#[test]
fn all_other_mail_stays_as_it_is() {
    let server = started();
    for account in [None, Some("alice@example.test")] {
        let stored = server.encode::<PrivateAccount>(account, b"lunch").unwrap();
        assert_eq!(stored.octets, b"lunch");
        assert_eq!(opened(&server, &stored), Ok(b"lunch".to_vec()));
    }
}

#[test]
fn nobody_changes_shortens_or_exchanges_it() {
    let server = started();
    let blob = vec![7; 2 * CHUNK_OCTETS];
    let stored = sealed(&server, &blob);
    let forged = Err("forged".to_owned());
    let mut changed = stored.clone();
    changed.octets[100] ^= 1;
    assert_eq!(opened(&server, &changed), forged);
    let mut shorter = stored.clone();
    shorter.octets.truncate(CHUNK_OCTETS + TAG_OCTETS);
    assert_eq!(opened(&server, &shorter), forged);
    let mut other = stored.clone();
    other.id = sealed(&server, &blob).id;
    assert_eq!(opened(&server, &other), forged);
    let mut bare = stored;
    bare.attributes.clear();
    assert_eq!(opened(&server, &bare), Err("bad-attributes".to_owned()));
}
