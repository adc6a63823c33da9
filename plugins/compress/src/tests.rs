use super::*;
use waxseal_plugin_sdk::random;
use waxseal_plugin_sdk::testing::{Server, Stored};

fn text(octets: usize) -> Vec<u8> {
    let words =
        b"Received: from mail.example.org by mx.example.test; each line a little different ";
    let numbered = (0_u32..).flat_map(|n| words.iter().copied().chain(n.to_string().into_bytes()));
    numbered.take(octets).collect()
}

fn noise(octets: usize) -> Vec<u8> {
    let mut noise = Vec::new();
    while noise.len() < octets {
        noise.extend(random::bytes(65_536));
    }
    noise.truncate(octets);
    noise
}

fn method(stored: &Stored) -> &str {
    &stored.attributes[0].1
}

#[test]
fn text_becomes_smaller_and_comes_back() {
    let server = Server::start();
    for config in ["{}", r#"{"dictionary":false,"level":1}"#, r#"{"level":9}"#] {
        server.config(config);
        for octets in [200, 4096, CHUNK_OCTETS, CHUNK_OCTETS + 1, 1_000_000] {
            let blob = text(octets);
            let stored = server.encode::<Compress>(None, &blob).unwrap();
            assert_eq!(method(&stored), "deflate", "{config} {octets}");
            assert!(stored.octets.len() * 10 < octets * 9);
            server.config("{}");
            assert!(server.decode::<Compress>(&stored).unwrap() == blob);
            server.config(config);
        }
    }
    assert!(server.metric("saved_octets_total").unwrap() > 1_000_000.0);
}

#[test]
fn what_does_not_compress_rests_as_it_is() {
    let server = Server::start();
    for blob in [
        Vec::new(),
        b"short".to_vec(),
        noise(500),
        noise(3 * CHUNK_OCTETS + 7),
    ] {
        let stored = server.encode::<Compress>(None, &blob).unwrap();
        assert_eq!(
            (method(&stored), stored.octets.len()),
            ("stored", blob.len())
        );
        assert!(server.decode::<Compress>(&stored).unwrap() == blob);
    }
}

#[test]
fn damage_is_found() {
    let server = Server::start();
    let stored = server.encode::<Compress>(None, &text(200_000)).unwrap();
    let code = |stored: &Stored| server.decode::<Compress>(stored).unwrap_err().code;
    let with = |octets: &[u8]| Stored {
        octets: octets.to_vec(),
        ..stored.clone()
    };
    for cut in [0, 1, 100, stored.octets.len() - 1] {
        assert_eq!(code(&with(&stored.octets[..cut])), "corrupt", "{cut}");
    }
    // A blob that would grow without end stops at its size.
    assert_eq!(
        code(&Stored {
            size: 1000,
            ..stored.clone()
        }),
        "corrupt"
    );
    assert_eq!(
        code(&Stored {
            size: 200_001,
            ..stored.clone()
        }),
        "corrupt"
    );
}

#[test]
fn foreign_attributes_are_refused() {
    let server = Server::start();
    let stored = server.encode::<Compress>(None, &text(1000)).unwrap();
    for pairs in [
        &[][..],
        &[("method", "zstd")],
        &[("method", "deflate"), ("dictionary", "mail-2")],
        &[("method", "deflate")],
    ] {
        let foreign = Stored {
            attributes: attributes(pairs),
            ..stored.clone()
        };
        assert_eq!(
            server.decode::<Compress>(&foreign).unwrap_err().code,
            "bad-attributes"
        );
    }
}
