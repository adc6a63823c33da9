//! What the stand-in knows.

use super::LogLine;
use super::kv::Store;
use crate::bindings::waxseal::plugin::types::{Protocol, Score, SessionInfo};
use crate::dns::{Answer, Error as DnsError, Kind};
use crate::http::{Error as HttpError, Request, Response};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

/// 2026-01-01T00:00:00Z.
const START_MS: f64 = 1_767_225_600_000.0;

/// How requests are answered.
type Answering = Rc<RefCell<dyn FnMut(&Request) -> Result<Response, HttpError>>>;

pub(crate) struct State {
    pub(super) session: SessionInfo,
    pub(super) sender: String,
    pub(super) recipients: Vec<String>,
    pub(super) message: Vec<u8>,
    pub(super) scores: Vec<Score>,
    pub(super) tags: Vec<String>,
    pub(super) notes: BTreeMap<String, String>,
    pub(super) config: String,
    pub(super) secrets: BTreeMap<String, String>,
    pub(super) now_ms: f64,
    pub(super) random: u64,
    pub(super) kv: Store,
    pub(super) dns: Vec<(String, Kind, Result<Answer, DnsError>)>,
    pub(super) questions: Vec<String>,
    pub(super) questions_left: u32,
    pub(super) http: Option<Answering>,
    pub(super) requests: Vec<Request>,
    pub(super) requests_left: u32,
    pub(super) aead_keys: BTreeSet<String>,
    pub(super) log: Vec<LogLine>,
    pub(super) metrics: BTreeMap<String, f64>,
    pub(super) blob_in: Vec<u8>,
    pub(super) blob_at: usize,
    pub(super) blob_out: Vec<u8>,
    pub(super) blobs: u32,
}

impl State {
    pub(super) fn new() -> Self {
        let mut state = Self {
            session: SessionInfo {
                id: "test-1".into(),
                protocol: Protocol::Smtp,
                peer_ip: "192.0.2.1".into(),
                peer_port: 50_000,
                peer_name: None,
                helo: None,
                tls: None,
                auth_user: None,
            },
            sender: String::new(),
            recipients: Vec::new(),
            message: Vec::new(),
            scores: Vec::new(),
            tags: Vec::new(),
            notes: BTreeMap::new(),
            config: "{}".into(),
            secrets: BTreeMap::new(),
            now_ms: START_MS,
            random: 1,
            kv: Store::new(),
            dns: Vec::new(),
            questions: Vec::new(),
            questions_left: 0,
            http: None,
            requests: Vec::new(),
            requests_left: 0,
            aead_keys: BTreeSet::from(["mail".to_owned()]),
            log: Vec::new(),
            metrics: BTreeMap::new(),
            blob_in: Vec::new(),
            blob_at: 0,
            blob_out: Vec::new(),
            blobs: 0,
        };
        state.begin(&[]);
        state
    }

    /// Begins with another message.
    pub(super) fn begin(&mut self, message: &[u8]) {
        self.message = message.to_vec();
        self.scores.clear();
        self.tags.clear();
        self.notes.clear();
        self.questions_left = 20;
        self.requests_left = 5;
    }

    pub(super) fn advance(&mut self, time: Duration) {
        self.now_ms += time.as_secs_f64() * 1000.0;
    }

    /// The next octet of a sequence that a seed begins (SplitMix64).
    pub(super) const fn random_octet(&mut self) -> u8 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let [octet, ..] = (mixed ^ (mixed >> 31)).to_le_bytes();
        octet
    }

    /// Where the header section and the empty line after it end.
    pub(super) fn body_start(&self) -> usize {
        let end = self.message.windows(4).position(|four| four == b"\r\n\r\n");
        if self.message.starts_with(b"\r\n") {
            return 2;
        }
        end.map_or(self.message.len(), |end| end + 4)
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("session", &self.session)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
