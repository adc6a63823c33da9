use super::*;
use bytes::{Bytes, BytesMut};
use expect_test::{Expect, expect};
use proptest::prelude::*;

fn packet(octets: &[u8]) -> Result<Option<Packet>, WireError> {
    Packet::take(&mut BytesMut::from(octets))
}

/// What `kind` with `data` is to a milter.
#[track_caller]
fn check_command(kind: u8, data: &[u8], expected: Expect) {
    let packet = Packet {
        kind,
        data: Bytes::copy_from_slice(data),
    };
    let text = match Command::parse(&packet) {
        Ok(command) => format!("{command:?}"),
        Err(error) => format!("error: {error}"),
    };
    expected.assert_eq(&text);
}

/// What `kind` with `data` is to a mail server.
#[track_caller]
fn check_response(kind: u8, data: &[u8], expected: Expect) {
    let packet = Packet {
        kind,
        data: Bytes::copy_from_slice(data),
    };
    let text = match Response::parse(&packet) {
        Ok(response) => format!("{response:?}"),
        Err(error) => format!("error: {error}"),
    };
    expected.assert_eq(&text);
}

#[test]
fn packets_are_whole_or_awaited() {
    let whole = b"\0\0\0\x05Hmx1\0";
    let taken = packet(whole).unwrap().unwrap();
    assert_eq!((taken.kind, &taken.data[..]), (b'H', &b"mx1\0"[..]));
    for octets in 0..whole.len() {
        assert_eq!(packet(&whole[..octets]), Ok(None), "{octets}");
    }
    let mut two = BytesMut::from(&b"\0\0\0\x01N\0\0\0\x01A\0"[..]);
    for kind in [b'N', b'A'] {
        let taken = Packet::take(&mut two).unwrap().unwrap();
        assert_eq!((taken.kind, taken.data.len()), (kind, 0));
    }
    assert_eq!(Packet::take(&mut two), Ok(None));
}

#[test]
fn lengths_are_bounded() {
    assert_eq!(packet(b"\0\0\0\0N"), Err(WireError::Empty));
    assert_eq!(packet(b"\0\x10\0\x01"), Err(WireError::TooLong(1_048_577)));
    assert_eq!(
        packet(b"\xff\xff\xff\xff"),
        Err(WireError::TooLong(4_294_967_295))
    );
}

#[test]
fn commands_as_mail_servers_send_them() {
    check_command(
        b'O',
        b"\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff",
        expect![
            "Negotiate(Negotiation { version: 6, actions: Actions(511), steps: Steps(2097151), macros: [] })"
        ],
    );
    check_command(
        b'D',
        b"Mi\x004bXyz\0{mail_addr}\0a@b\0",
        expect![[r#"Macros { kind: 77, macros: [(b"i", b"4bXyz"), (b"{mail_addr}", b"a@b")] }"#]],
    );
    check_command(
        b'C',
        b"mx.example\x004\x01\xbb192.0.2.1\0",
        expect![[r#"Connect { hostname: b"mx.example", address: Inet(192.0.2.1:443) }"#]],
    );
    check_command(
        b'C',
        b"[2001:db8::1]\x006\0\x19IPv6:2001:db8::1\0",
        expect![[r#"Connect { hostname: b"[2001:db8::1]", address: Inet([2001:db8::1]:25) }"#]],
    );
    check_command(
        b'C',
        b"localhost\0U",
        expect![[r#"Connect { hostname: b"localhost", address: Unknown }"#]],
    );
    check_command(
        b'C',
        b"localhost\0L\0\0/run/x\0",
        expect![[r#"Connect { hostname: b"localhost", address: Unix(b"/run/x") }"#]],
    );
    check_command(
        b'R',
        b"<a@b>\0NOTIFY=NEVER\0ORCPT=rfc822;a\0",
        expect![[r#"Rcpt { path: b"<a@b>", parameters: [b"NOTIFY=NEVER", b"ORCPT=rfc822;a"] }"#]],
    );
    check_command(
        b'L',
        b"Subject\0 a\n b\0",
        expect![[r#"Header { name: b"Subject", value: b" a\n b" }"#]],
    );
    check_command(b'H', b"no nul", expect![[r#"Helo(b"no nul")"#]]);
}

#[test]
fn commands_that_are_none() {
    for (kind, data) in [
        (b'O', &b"\0\0\0\x06\0\0\x01"[..]),
        (b'D', b""),
        (b'C', b""),
        (b'C', b"host\0"),
        (b'C', b"host\x004\0"),
        (b'C', b"host\x004\0\x19not an address\0"),
        (b'C', b"host\x004\0\x19::1\0"),
        (b'C', b"host\x006\0\x19192.0.2.1\0"),
        (b'C', b"host\x006\0\x19\xff\xff\xff\xff\xff\0"),
        (b'C', b"host\x007\0\x19192.0.2.1\0"),
        (b'H', b""),
        (b'M', b""),
        (b'L', b""),
    ] {
        let packet = Packet {
            kind,
            data: Bytes::copy_from_slice(data),
        };
        let error = Command::parse(&packet).unwrap_err();
        assert_eq!(error, WireError::Malformed(char::from(kind)), "{data:?}");
    }
    check_command(
        b'y',
        b"550 no\0",
        expect!["error: a packet of unknown kind 0x79"],
    );
}

#[test]
fn responses_as_milters_send_them() {
    check_response(
        b'O',
        b"\0\0\0\x06\0\0\x01\x11\0\x10\x04\0\0\0\0\0j {client_addr}\0\0\0\0\x05i\0",
        expect![[
            r#"Negotiate(Negotiation { version: 6, actions: Actions(273), steps: Steps(1049600), macros: [MacroRequest { stage: 0, names: b"j {client_addr}" }, MacroRequest { stage: 5, names: b"i" }] })"#
        ]],
    );
    check_response(
        b'y',
        b"550 5.7.1 100%% no\0",
        expect![[r#"Reply(b"550 5.7.1 100%% no")"#]],
    );
    check_response(
        b'i',
        b"\0\0\0\x01X\0 y\0",
        expect![[r#"Change(InsertHeader { index: 1, name: b"X", value: b" y" })"#]],
    );
    check_response(
        b'm',
        b"\0\0\0\x02X\0\0",
        expect![[r#"Change(ChangeHeader { index: 2, name: b"X", value: b"" })"#]],
    );
    check_response(
        b'2',
        b"<a@b>\0NOTIFY=NEVER\0",
        expect![[r#"Change(AddRecipient { path: b"<a@b>", parameters: [b"NOTIFY=NEVER"] })"#]],
    );
    check_response(b'q', b"odd\0", expect![[r#"Change(Quarantine(b"odd"))"#]]);
    check_response(
        b'm',
        b"\0\0\0",
        expect!["error: the packet of kind 'm' is malformed"],
    );
    check_response(
        b'-',
        b"",
        expect!["error: the packet of kind '-' is malformed"],
    );
    check_response(
        b'y',
        b"",
        expect!["error: the packet of kind 'y' is malformed"],
    );
    check_response(
        b'C',
        b"x\0",
        expect!["error: a packet of unknown kind 0x43"],
    );
}

#[test]
fn a_string_cannot_end_early() {
    let mut out = BytesMut::new();
    Command::Helo(Bytes::from_static(b"a\0b")).put(&mut out);
    assert_eq!(&out[..], b"\0\0\0\x05Ha b\0");
}

fn text() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(1_u8..=255, 0..40).prop_map(Bytes::from)
}

fn texts() -> impl Strategy<Value = Vec<Bytes>> {
    prop::collection::vec(text(), 0..4)
}

fn octets() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..200).prop_map(Bytes::from)
}

fn negotiation() -> impl Strategy<Value = Negotiation> {
    let requests = prop::collection::vec((0_u32..7, text()), 0..4);
    (any::<u32>(), any::<u32>(), any::<u32>(), requests).prop_map(
        |(version, actions, steps, requests)| Negotiation {
            version,
            actions: Actions(actions),
            steps: Steps(steps),
            macros: requests
                .into_iter()
                .map(|(stage, names)| MacroRequest { stage, names })
                .collect(),
        },
    )
}

fn address() -> impl Strategy<Value = PeerAddress> {
    prop_oneof![
        Just(PeerAddress::Unknown),
        text().prop_map(PeerAddress::Unix),
        any::<(std::net::IpAddr, u16)>().prop_map(|pair| PeerAddress::Inet(pair.into())),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let macros = prop::collection::vec((text(), text()), 0..4);
    prop_oneof![
        negotiation().prop_map(Command::Negotiate),
        (any::<u8>(), macros).prop_map(|(kind, macros)| Command::Macros { kind, macros }),
        (text(), address()).prop_map(|(hostname, address)| Command::Connect { hostname, address }),
        text().prop_map(Command::Helo),
        (text(), texts()).prop_map(|(path, parameters)| Command::Mail { path, parameters }),
        (text(), texts()).prop_map(|(path, parameters)| Command::Rcpt { path, parameters }),
        (text(), text()).prop_map(|(name, value)| Command::Header { name, value }),
        octets().prop_map(Command::Body),
        octets().prop_map(Command::EndOfMessage),
        text().prop_map(Command::Unknown),
        prop::sample::select(vec![
            Command::Data,
            Command::EndOfHeaders,
            Command::Abort,
            Command::Quit,
            Command::QuitNewConnection,
        ]),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (text(), text()).prop_map(|(name, value)| Change::AddHeader { name, value }),
        (any::<u32>(), text(), text()).prop_map(|(index, name, value)| Change::InsertHeader {
            index,
            name,
            value
        }),
        (any::<u32>(), text(), text()).prop_map(|(index, name, value)| Change::ChangeHeader {
            index,
            name,
            value
        }),
        (text(), texts()).prop_map(|(path, parameters)| Change::AddRecipient { path, parameters }),
        text().prop_map(Change::DeleteRecipient),
        (text(), texts()).prop_map(|(path, parameters)| Change::ChangeSender { path, parameters }),
        octets().prop_map(Change::ReplaceBody),
        text().prop_map(Change::Quarantine),
    ]
}

fn response() -> impl Strategy<Value = Response> {
    prop_oneof![
        negotiation().prop_map(Response::Negotiate),
        text().prop_map(Response::Reply),
        change().prop_map(Response::Change),
        prop::sample::select(vec![
            Response::Continue,
            Response::Accept,
            Response::Reject,
            Response::TempFail,
            Response::Discard,
            Response::Skip,
            Response::Progress,
            Response::Shutdown,
            Response::ConnectionFailure,
        ]),
    ]
}

proptest! {
    #[test]
    fn commands_round_trip(commands in prop::collection::vec(command(), 1..6)) {
        let mut wire = BytesMut::new();
        commands.iter().for_each(|command| command.put(&mut wire));
        for command in commands {
            let packet = Packet::take(&mut wire).unwrap().unwrap();
            prop_assert_eq!(Command::parse(&packet), Ok(command));
        }
        prop_assert!(wire.is_empty());
    }

    #[test]
    fn responses_round_trip(responses in prop::collection::vec(response(), 1..6)) {
        let mut wire = BytesMut::new();
        responses.iter().for_each(|response| response.put(&mut wire));
        for response in responses {
            let packet = Packet::take(&mut wire).unwrap().unwrap();
            prop_assert_eq!(Response::parse(&packet), Ok(response));
        }
        prop_assert!(wire.is_empty());
    }

    /// Whatever is read can be written and read again with the same meaning.
    #[test]
    fn hostile_octets_are_refused_or_mean_one_thing(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut wire = BytesMut::from(&octets[..]);
        while let Ok(Some(packet)) = Packet::take(&mut wire) {
            if let Ok(command) = Command::parse(&packet) {
                let mut again = BytesMut::new();
                command.put(&mut again);
                let packet = Packet::take(&mut again).unwrap().unwrap();
                prop_assert_eq!(Command::parse(&packet), Ok(command));
            }
        }
    }

    #[test]
    fn hostile_data_of_any_kind_is_harmless(kind in any::<u8>(), data in octets()) {
        let packet = Packet { kind, data };
        if let Ok(command) = Command::parse(&packet) {
            let mut again = BytesMut::new();
            command.put(&mut again);
            let packet = Packet::take(&mut again).unwrap().unwrap();
            prop_assert_eq!(Command::parse(&packet), Ok(command));
        }
        if let Ok(response) = Response::parse(&packet) {
            let mut again = BytesMut::new();
            response.put(&mut again);
            let packet = Packet::take(&mut again).unwrap().unwrap();
            prop_assert_eq!(Response::parse(&packet), Ok(response));
        }
    }
}
