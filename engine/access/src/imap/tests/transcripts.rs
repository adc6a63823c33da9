//! Runs the transcripts of `tests/transcripts/imap`: each whole, octet by octet and at random cuts.
//!
//! `C:` and `S:` lines belong to connection 1, `C2:` and `S2:` to connection 2. A `*` at the end of a
//! server line stands for the rest of it, `{?}` for a word, and a line `...` for any lines. `@append
//! MAILBOX N` puts messages 1 to N there, `@plain` begins without TLS, `@limits` with small limits.

use super::client::{Client, UNDER_TLS, World};
use std::collections::BTreeMap;
use std::path::Path;
use waxseal_imap::{Limits, Policy};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cuts {
    Whole,
    Octets,
    Random,
}

/// One connection: the client, and server lines that came and are not checked yet.
struct Peer {
    client: Client,
    lines: Vec<String>,
    partial: String,
}

struct Run<'a> {
    world: World,
    peers: BTreeMap<u32, Peer>,
    policy: Policy,
    limits: Limits,
    cuts: Cuts,
    random: u64,
    file: &'a str,
}

impl Run<'_> {
    fn peer(&mut self, number: u32) -> &mut Peer {
        let (world, policy, limits) = (&self.world, self.policy, &self.limits);
        self.peers.entry(number).or_insert_with(|| Peer {
            client: world.connect_limited(policy, limits.clone()),
            lines: Vec::new(),
            partial: String::new(),
        })
    }

    /// Xorshift; the same cuts every time.
    fn random(&mut self) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random >> 40).unwrap()
    }

    fn send(&mut self, number: u32, text: &str) {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let length = match self.cuts {
                Cuts::Whole => rest.len(),
                Cuts::Octets => 1,
                Cuts::Random => 1 + self.random() % rest.len(),
            };
            let (now, later) = rest.split_at(length);
            self.peer(number).client.send(now);
            rest = later;
        }
    }

    fn collect(&mut self, number: u32) {
        let peer = self.peer(number);
        let received = peer.client.received();
        peer.partial.push_str(&String::from_utf8_lossy(&received));
        while let Some((line, rest)) = peer.partial.split_once("\r\n") {
            let (line, rest) = (line.to_owned(), rest.to_owned());
            peer.lines.push(line);
            peer.partial = rest;
        }
    }

    fn expect(&mut self, number: u32, expected: &[&str], at: usize) {
        self.collect(number);
        let file = self.file;
        let peer = self.peer(number);
        let mut skipping = false;
        for wanted in expected {
            if *wanted == "..." {
                skipping = true;
                continue;
            }
            loop {
                let found = if peer.lines.is_empty() {
                    None
                } else {
                    Some(peer.lines.remove(0))
                };
                match found {
                    Some(found) if matches(wanted, &found) => break,
                    Some(_) if skipping => {}
                    found => panic!(
                        "{file}:{at}: expected {wanted:?}, found {found:?} and {:?}",
                        peer.lines
                    ),
                }
            }
            skipping = false;
        }
    }

    fn directive(&mut self, line: &str) {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["append", mailbox, number] => {
                for n in 1..=number.parse().unwrap() {
                    self.world.append(mailbox, n, Vec::new());
                }
            }
            ["plain"] => {
                self.policy = Policy {
                    tls: false,
                    starttls: true,
                    ..self.policy
                }
            }
            ["limits"] => {
                self.limits = Limits {
                    line_octets_max: 200,
                    unauthenticated_octets_max: 100,
                    literal_octets_max: 50,
                    command_octets_max: 400,
                    message_octets_max: 1_000,
                    append_messages_max: 2,
                    output_octets: 64,
                    batch_messages: 2,
                    ..Limits::default()
                }
            }
            _ => panic!("unknown directive {line}"),
        }
    }
}

/// A server line against a pattern.
fn matches(wanted: &str, found: &str) -> bool {
    let (wanted, open) = match wanted.strip_suffix('*') {
        Some(wanted) if !wanted.is_empty() => (wanted, true),
        _ => (wanted, false),
    };
    let mut rest = found;
    for (index, part) in wanted.split("{?}").enumerate() {
        if index > 0 {
            let word = rest.find([' ', ']', ')', ',']).unwrap_or(rest.len());
            rest = &rest[word..];
        }
        match rest.strip_prefix(part) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    open || rest.is_empty()
}

fn run(file: &str, text: &str, cuts: Cuts) {
    let mut run = Run {
        world: World::new(),
        peers: BTreeMap::new(),
        policy: UNDER_TLS,
        limits: Limits::default(),
        cuts,
        random: 88_172_645_463_325_252,
        file,
    };
    let lines: Vec<_> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if let Some(directive) = line.strip_prefix('@') {
            run.directive(directive);
        }
        let Some((side, number, _)) = spoken(line) else {
            at += 1;
            continue;
        };
        let turn: Vec<_> = lines[at..]
            .iter()
            .map_while(|line| spoken(line).filter(|s| (s.0, s.1) == (side, number)))
            .map(|(_, _, text)| text)
            .collect();
        match side {
            'C' => {
                let text: String = turn.iter().flat_map(|line| [*line, "\r\n"]).collect();
                run.send(number, &text);
            }
            _ => run.expect(number, &turn, at + 1),
        }
        at += turn.len();
    }
    for number in run.peers.keys().copied().collect::<Vec<_>>() {
        run.collect(number);
        let peer = run.peer(number);
        assert!(peer.lines.is_empty(), "{file}: unexpected {:?}", peer.lines);
        assert_eq!(peer.partial, "", "{file}");
    }
}

/// `C:`, `S2:` …: side, connection and text.
fn spoken(line: &str) -> Option<(char, u32, &str)> {
    let (head, text) = line.split_once(':')?;
    let side = head.chars().next().filter(|c| matches!(c, 'C' | 'S'))?;
    let number = match &head[1..] {
        "" => 1,
        number => number.parse().ok()?,
    };
    Some((side, number, text.strip_prefix(' ').unwrap_or(text)))
}

#[test]
fn transcripts_are_followed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/transcripts/imap");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "the transcripts are there");
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for cuts in [Cuts::Whole, Cuts::Octets, Cuts::Random] {
            run(&name, &text, cuts);
        }
    }
}
