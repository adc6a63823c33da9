//! What the tests stand on: a folder of guests, a host over it, sessions and messages.

use crate::counts::counts;
use crate::guest::Guest;
use crate::lines::lines;
use bytes::Bytes;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use waxseal_mail::{
    BodyKind, DsnNotify, Envelope, ForwardPath, HeaderSection, Mailbox, MessageIndex, Part,
    Recipient, ReversePath, SessionId,
};
use waxseal_plugin::{Config, Host, PluginConfig, Services, StartError};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::{Protocol, Ruling, SessionInfo};
use waxseal_ports::{Draft, Filter, FilterSession, MessageParser, ReadAt};

/// A folder of this test alone, removed at its end.
pub(crate) struct Bench {
    /// Where the guests are.
    pub(crate) dir: PathBuf,
    /// The configuration under construction.
    pub(crate) config: Config,
}

impl Drop for Bench {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.dir));
    }
}

/// Takes a whole message as one text part.
struct OnePart;

impl MessageParser for OnePart {
    fn index(&self, message: &dyn ReadAt) -> io::Result<MessageIndex> {
        let part = Part {
            media_type: "text".into(),
            media_subtype: "plain".into(),
            content_end: message.octets(),
            ..Part::default()
        };
        Ok(MessageIndex {
            size: message.octets(),
            parts: vec![part],
            ..MessageIndex::default()
        })
    }

    fn decode(&self, message: &dyn ReadAt, part: &Part, octets_max: usize) -> io::Result<Bytes> {
        let octets = (part.content_end - part.content_start).min(octets_max as u64);
        waxseal_ports::read_at::read_range(message, part.content_start, octets)
    }

    fn to_utf8(&self, _part: &Part, decoded: &[u8]) -> String {
        String::from_utf8_lossy(decoded).into_owned()
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("waxseal-plugin-{}-{number}", std::process::id());
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).unwrap();
        counts();
        lines();
        let mut config = Config::default();
        config.host.instances_max = 20;
        Self { dir, config }
    }

    /// A bench with one guest.
    pub(crate) fn with(name: &str, guest: Guest) -> Self {
        let mut bench = Self::new();
        bench.add(name, guest);
        bench
    }

    /// Adds a guest and its configuration. However busy the machine is, none is kept ready.
    pub(crate) fn add(&mut self, name: &str, guest: Guest) -> &mut PluginConfig {
        guest.write(&self.dir.join(format!("{name}.wasm")));
        let mut plugin = PluginConfig::new(name);
        plugin.warm = Some(0);
        self.config.plugins.push(plugin);
        self.config.plugins.last_mut().unwrap()
    }

    pub(crate) fn services(&self) -> Services {
        let clock = Arc::new(SystemClock);
        Services {
            cache_dir: Some(self.dir.join("cache")),
            ..Services::new(self.dir.clone(), Arc::new(OnePart), clock)
        }
    }

    pub(crate) async fn start(&self) -> Result<Host, StartError> {
        Host::start(self.config.clone(), self.services()).await
    }
}

pub(crate) fn session(host: &Host) -> Box<dyn FilterSession> {
    host.session(SessionInfo {
        id: SessionId(7),
        protocol: Protocol::Smtp,
        peer: "192.0.2.1:1234".parse().unwrap(),
        tls: None,
    })
}

pub(crate) fn path(text: &str) -> ReversePath {
    ReversePath::Mailbox(Mailbox::parse(text).unwrap())
}

pub(crate) fn envelope(sender: &str) -> Envelope {
    Envelope {
        reverse_path: path(sender),
        recipients: vec![Recipient {
            forward_path: ForwardPath::Mailbox(Mailbox::parse("alice@example.test").unwrap()),
            orcpt: None,
            notify: DsnNotify::default(),
        }],
        body: BodyKind::SevenBit,
        smtputf8: false,
        envid: None,
        dsn_return: None,
    }
}

pub(crate) fn draft(text: &'static str) -> Draft {
    let message = Bytes::from_static(text.as_bytes());
    let (header, octets) = HeaderSection::split(&message);
    Draft {
        header,
        body: Arc::new(message.slice(octets..)),
    }
}

/// One transaction: what MAIL got, and what the message got with the message as it was left.
pub(crate) async fn transact(
    session: &mut dyn FilterSession,
    sender: &str,
) -> (Ruling, Ruling, String) {
    let mail = session.mail(&path(sender), &[]).await;
    let (mut envelope, mut draft) = (envelope(sender), draft("Subject: a\r\n\r\nbody\r\n"));
    let message = session.message(&mut envelope, &mut draft).await;
    let left = String::from_utf8_lossy(&draft.header.to_bytes()).into_owned();
    session.reset();
    (mail, message, left)
}
