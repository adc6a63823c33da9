//! Hostile conversations at random: never a panic, never an endless loop, and the same answers however
//! the octets are cut.

use super::client::{UNDER_TLS, World};
use proptest::prelude::*;

/// Words that commands are made of, and octets that break them.
fn word() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"a ",
        b"SELECT ",
        b"INBOX",
        b" ",
        b"FETCH ",
        b"UID ",
        b"1:*",
        b"2",
        b"*",
        b"$",
        b" (",
        b")",
        b"FLAGS",
        b"BODY[",
        b"]",
        b"BODY.PEEK[1.MIME]",
        b"ENVELOPE",
        b"BINARY[1]<0.3>",
        b"STORE ",
        b"+FLAGS.SILENT ",
        b"\\Deleted",
        b"\\Seen",
        b"EXPUNGE",
        b"SEARCH ",
        b"NOT ",
        b"OR ",
        b"TEXT ",
        b"body",
        b"RETURN (SAVE ALL) ",
        b"\"",
        b"\\",
        b"{3}\r\n",
        b"{5+}\r\n",
        b"{99999999999}\r\n",
        b"abc",
        b"APPEND INBOX ",
        b"(\\Seen) ",
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"IDLE\r\n",
        b"DONE\r\n",
        b"AUTHENTICATE PLAIN\r\n",
        b"LIST \"\" ",
        b"%",
        b"LSUB ",
        b"STATUS ",
        b"(MESSAGES)",
        b"COPY ",
        b"MOVE ",
        b"Trash",
        b"NOOP\r\n",
        b"ENABLE IMAP4rev2\r\n",
        b"CREATE ",
        b"&AOQ-",
        b"\xc3\xa4",
        b"DELETE ",
        b"CLOSE\r\n",
        b"UNSELECT\r\n",
        b"CAPABILITY\r\n",
    ];
    prop_oneof![
        40 => prop::sample::select(words).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 1..6),
    ]
}

fn play(octets: &[u8], piece: usize) -> (Vec<u8>, bool) {
    let world = World::new();
    for n in 1..=3 {
        world.append("INBOX", n, Vec::new());
    }
    let mut client = world.connect(UNDER_TLS);
    client.command("a LOGIN alice@example.test secret1");
    client.command("b SELECT INBOX");
    for piece in octets.chunks(piece) {
        client.send(piece);
    }
    (client.received(), client.closed)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_cut_gives_the_same(words in prop::collection::vec(word(), 1..60)) {
        let octets = words.concat();
        let whole = play(&octets, octets.len());
        prop_assert_eq!(&play(&octets, 1), &whole);
        prop_assert_eq!(&play(&octets, 7), &whole);
    }
}
