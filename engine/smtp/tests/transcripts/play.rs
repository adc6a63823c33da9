//! Feeds a transcript to a session and notes what happens.

use crate::script::Script;
use crate::world;
use std::sync::Arc;
use waxseal_smtp::server::{Session, SessionConfig, Step};

/// How the client's octets arrive.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Feed {
    Whole,
    Lines,
    Octets,
    /// Cut at random; the seed.
    Random(u64),
}

/// Everything that happened, an event a line.
pub(crate) fn play(script: &Script, feed: Feed) -> Vec<String> {
    let config = SessionConfig {
        hostname: "mx.example.test".into(),
        role: script.role,
        starttls: script.starttls,
        limits: Arc::new(script.limits.clone()),
    };
    let mut stage = Stage {
        script,
        session: Session::new(config, script.tls),
        body: Vec::new(),
        events: Vec::new(),
    };
    stage.give(&[]);
    for client in &script.client {
        for piece in pieces(client, feed) {
            if !stage.give(&piece) {
                break;
            }
        }
    }
    stage.events
}

fn pieces(client: &[Vec<u8>], feed: Feed) -> Vec<Vec<u8>> {
    let whole = client.concat();
    match feed {
        Feed::Whole => vec![whole],
        Feed::Lines => client.to_vec(),
        Feed::Octets => whole.iter().map(|octet| vec![*octet]).collect(),
        Feed::Random(seed) => {
            let mut rest = whole.as_slice();
            let mut state = seed;
            let mut pieces = Vec::new();
            while !rest.is_empty() {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(seed);
                let length = usize::try_from(state >> 59).unwrap().clamp(1, rest.len());
                let (piece, left) = rest.split_at(length);
                pieces.push(piece.to_vec());
                rest = left;
            }
            pieces
        }
    }
}

struct Stage<'a> {
    script: &'a Script,
    session: Session,
    body: Vec<u8>,
    events: Vec<String>,
}

impl Stage<'_> {
    /// Gives octets; `false` when the session will take no more of them.
    fn give(&mut self, octets: &[u8]) -> bool {
        let mut input = octets;
        loop {
            let step = self.session.next(&mut input);
            match step {
                Step::Read => {
                    self.read_output();
                    assert!(
                        input.is_empty(),
                        "octets were left: {:?}",
                        input.escape_ascii()
                    );
                    return true;
                }
                Step::Flush => self.read_output(),
                Step::Ask(question) => {
                    self.read_output();
                    let (role, connect) = (self.script.role, self.script.connect.as_ref());
                    let answer =
                        world::answer(question, role, connect, &self.body, &mut self.events);
                    self.body.clear();
                    self.session.answer(answer);
                }
                Step::Body(octets) => self.body.extend_from_slice(octets),
                Step::Reset => self.body.clear(),
                Step::StartTls => {
                    self.read_output();
                    self.events.push("T:".to_owned());
                    return false;
                }
                Step::Close => {
                    self.read_output();
                    if self.events.last().is_none_or(|event| event != "X:") {
                        self.events.push("X:".to_owned());
                    }
                    return false;
                }
            }
        }
    }

    fn read_output(&mut self) {
        let output = std::mem::take(self.session.output());
        let text = String::from_utf8(output).unwrap();
        assert!(text.is_empty() || text.ends_with("\r\n"), "{text:?}");
        for line in text.split_terminator("\r\n") {
            self.events.push(format!("S: {line}").trim_end().to_owned());
        }
    }
}
