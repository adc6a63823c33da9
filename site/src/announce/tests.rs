use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use super::*;
use crate::fixture::real_site;
use crate::model::Evidence;

#[track_caller]
fn check(text: &str, expected: Expect) {
    let found = read(text);
    let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for word in &found.words {
        lists
            .entry(word.protocol)
            .or_default()
            .push(word.text.clone());
    }
    let lists = lists
        .iter()
        .map(|(protocol, words)| format!("{protocol}: {}\n", words.join(" | ")));
    let names = found.names.iter().map(|name| format!("name: {name}\n"));
    expected.assert_eq(&lists.chain(names).collect::<String>());
}

#[test]
fn imap_in_every_wrapping() {
    let same = || {
        expect![[r#"
            imap: IMAP4rev1 | IDLE | AUTH=PLAIN | LITERAL+
        "#]]
    };
    check("* CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN LITERAL+", same());
    check(
        "S: * CAPABILITY IMAP4rev1 IDLE\r\nC: a LOGOUT\r\nS: * CAPABILITY IDLE AUTH=PLAIN LITERAL+",
        same(),
    );
    check("IMAP4rev1 IDLE AUTH=PLAIN LITERAL+", same());
    check(
        "* OK [CAPABILITY IMAP4rev1 IDLE] Dovecot (Debian) ready.",
        expect![[r#"
            imap: IMAP4rev1 | IDLE
            name: Dovecot (Debian) ready.
        "#]],
    );
}

#[test]
fn smtp_with_and_without_codes() {
    check(
        "220 mx.example.org ESMTP Postfix (Debian)\nEHLO me\n250-mx.example.org\n250-PIPELINING\n\
         250-SIZE 10240000\n250-AUTH PLAIN LOGIN\n250 CHUNKING\nMAIL FROM:<a@example.org>\n250 2.1.0 Ok",
        expect![[r#"
            sasl: PLAIN | LOGIN
            smtp: PIPELINING | SIZE 10240000 | AUTH | CHUNKING
            name: mx.example.org ESMTP Postfix (Debian)
        "#]],
    );
    check(
        "<~  250-mx.example.org Hello\n<~  250-8BITMIME\n<~  250 HELP",
        expect![[r#"
            smtp: 8BITMIME | HELP
        "#]],
    );
    check(
        "PIPELINING\nSIZE 1000\n8BITMIME\nAUTH=LOGIN",
        expect![[r#"
            sasl: LOGIN
            smtp: PIPELINING | SIZE 1000 | 8BITMIME | AUTH
        "#]],
    );
}

#[test]
fn the_other_protocols() {
    check(
        "+OK Hello <1.2@example.org>\nCAPA\n+OK Capability list follows\nTOP\nUIDL\nSASL PLAIN\n\
         IMPLEMENTATION Cyrus POP3\n.\n+OK bye",
        expect![[r#"
            pop3: APOP | TOP | UIDL | SASL | IMPLEMENTATION
            sasl: PLAIN
            name: Hello <1.2@example.org>
            name: Cyrus POP3
            name: bye
        "#]],
    );
    check(
        "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\n\"SIEVE\" \"fileinto vacation\"\n\"STARTTLS\"\nOK",
        expect![[r#"
            managesieve: IMPLEMENTATION | SIEVE | STARTTLS
            sieve: fileinto | vacation
            name: Dovecot Pigeonhole
        "#]],
    );
    check(
        "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><mechanisms>\
         <mechanism>PLAIN</mechanism></mechanisms></stream:features>",
        expect![[r#"
            sasl: PLAIN
            xmpp: urn:ietf:params:xml:ns:xmpp-tls
        "#]],
    );
    check(
        "HTTP/1.1 200 OK\nDAV: 1, 2, calendar-access\nAllow: GET, PROPFIND",
        expect![[r#"
            webdav: 1 | 2 | calendar-access | PROPFIND
        "#]],
    );
    check(
        "supportedExtension: 1.3.6.1.4.1.4203.1.11.3",
        expect![[r#"
            ldap: 1.3.6.1.4.1.4203.1.11.3
        "#]],
    );
    check("Dear all,\nnothing here is an announcement.", expect![""]);
}

#[test]
fn words_are_looked_up_and_told_apart() {
    let site = real_site();
    let text = "* CAPABILITY IMAP4rev2 AUTH=PLAIN UTF8=ALL XMADEUP";
    let announced = read(text);
    assert_eq!(announced.protocol(), Some("imap"));
    let reading = Reading::of(&site.catalog, &announced);
    let ids: Vec<&str> = reading
        .known
        .iter()
        .map(|known| known.id.as_str())
        .collect();
    for id in ["imap/imap4rev2", "imap/auth", "sasl/plain", "imap/utf8-all"] {
        assert!(ids.contains(&id), "{ids:?}");
    }
    assert!(reading.has("imap/idle"), "IMAP4rev2 contains it");
    assert_eq!(reading.unknown.len(), 1);
    assert!(
        reading
            .obsolete
            .iter()
            .any(|known| known.id == "imap/utf8-all")
    );
    let toml = stub(&reading, Some("dovecot"));
    assert_eq!(toml.matches("[[claim]]").count(), reading.known.len());
    assert!(toml.contains("quote = \"UTF8=ALL\""));
}

#[test]
fn profiles_name_what_exists() {
    let site = real_site();
    for profile in &PROFILES {
        assert!(
            site.catalog.protocols.contains_key(profile.protocol),
            "{}",
            profile.id
        );
        let all = profile
            .needs
            .iter()
            .chain(profile.helps)
            .chain(profile.avoid);
        for id in all.flat_map(|wanted| wanted.any_of) {
            assert!(
                site.catalog.extensions.contains_key(*id),
                "{}: {id}",
                profile.id
            );
        }
    }
    let nothing = Reading::default();
    assert_eq!(
        missing(&nothing, PROFILES[0].needs).len(),
        PROFILES[0].needs.len()
    );
}

/// What the prober saw of a server leads back to the server.
#[test]
fn measured_servers_are_recognised() {
    let site = real_site();
    let mut announcements: BTreeMap<(&str, &str, &str), Vec<&str>> = BTreeMap::new();
    for (slug, entry) in &site.catalog.products {
        for (id, cell) in &entry.cells {
            for judged in &cell.judged {
                let measured = [Evidence::Measured, Evidence::MeasuredAdvertised];
                let (Some(quote), true) = (
                    judged.claim.quote.as_deref(),
                    measured.contains(&judged.claim.evidence),
                ) else {
                    continue;
                };
                let protocol = id.split('/').next().unwrap();
                let of = (slug.as_str(), judged.claim.source.as_str(), protocol);
                announcements.entry(of).or_default().push(quote);
            }
        }
    }
    let (mut asked, mut right) = (0, 0);
    for ((slug, source, protocol), quotes) in announcements {
        let text = match protocol {
            "imap" => format!("* CAPABILITY {}", quotes.join(" ")),
            "smtp" => format!("250-host\n250-{}", quotes.join("\n250-")),
            _ => continue,
        };
        if quotes.len() < 4 {
            continue;
        }
        let announced = read(&text);
        let reading = Reading::of(&site.catalog, &announced);
        let near = nearest(&site.catalog, &announced, &reading, protocol);
        asked += 1;
        let best = near.first().map_or(0, |near| near.percent);
        let own = near.iter().find(|near| near.product == slug);
        if own.is_some_and(|own| own.percent + 3 >= best) {
            right += 1;
        } else {
            eprintln!("{source} {protocol}: {near:#?}");
        }
    }
    assert!(asked >= 10, "{asked}");
    assert!(right * 10 >= asked * 9, "{right} of {asked}");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,300}") {
        let found = read(&text);
        proptest::prop_assert!(found.words.iter().all(|word| !word.text.is_empty()));
    }

    #[test]
    fn any_lines_are_read(
        lines in proptest::collection::vec("(S: |250-|\\* |\\+OK |\")?[ -~]{0,40}", 0..20),
    ) {
        let text = lines.join("\r\n");
        let announced = read(&text);
        let reading = Reading::of(&real_site().catalog, &announced);
        proptest::prop_assert!(reading.known.len() + reading.unknown.len() >= reading.obsolete.len());
    }

    #[test]
    fn the_words_of_a_list_come_back(
        words in proptest::collection::btree_set("[A-Z][A-Z0-9]{1,8}", 1..12),
    ) {
        let list = words.into_iter().collect::<Vec<_>>();
        let found = read(&format!("* CAPABILITY {}", list.join(" ")));
        let texts: Vec<String> = found.words.into_iter().map(|word| word.text).collect();
        proptest::prop_assert_eq!(texts, list);
    }
}
