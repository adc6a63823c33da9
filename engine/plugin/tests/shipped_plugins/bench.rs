//! What the tests stand on: services that answer from memory, a host, a client's session.

use async_trait::async_trait;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use waxseal_mail::{
    BodyKind, Domain, DsnNotify, Envelope, ForwardPath, HeaderSection, Mailbox, MessageIndex, Part,
    Recipient, ReversePath, SessionId,
};
use waxseal_plugin::{Config, Host, PluginConfig, Services};
use waxseal_ports::filter::{Protocol, Ruling, SessionInfo, Verdict};
use waxseal_ports::http_client::{HttpError, HttpRequest, HttpResponse};
use waxseal_ports::memory::{FakeClock, MemoryKeyValue};
use waxseal_ports::resolver::{Exchange, LookupError, RecordKind, Records, ResolveError};
use waxseal_ports::{Draft, Filter, FilterSession, HttpClient, MessageParser, ReadAt, Resolver};

/// Finds a text and an attachment named `photo.jpg` in every message; the attachment's octets are
/// those of the whole message's body.
pub(crate) struct TextAndPhoto;

impl MessageParser for TextAndPhoto {
    fn index(&self, message: &dyn ReadAt) -> io::Result<MessageIndex> {
        let part = |media_type: &str, media_subtype: &str, file_name: &str| Part {
            media_type: media_type.into(),
            media_subtype: media_subtype.into(),
            file_name: file_name.into(),
            ..Part::default()
        };
        Ok(MessageIndex {
            size: message.octets(),
            parts: vec![
                part("multipart", "mixed", ""),
                part("image", "jpeg", "photo.jpg"),
            ],
            ..MessageIndex::default()
        })
    }

    fn decode(&self, message: &dyn ReadAt, _part: &Part, max: usize) -> io::Result<Bytes> {
        let all = waxseal_ports::read_at::read_all(message)?;
        let body = all
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap_or(0);
        let end = all.len().min(body + 4 + max);
        Ok(all.slice(body + 4..end))
    }

    fn to_utf8(&self, _part: &Part, decoded: &[u8]) -> String {
        String::from_utf8_lossy(decoded).into_owned()
    }
}

/// Names and their addresses; others do not exist.
pub(crate) struct Names(pub(crate) BTreeMap<String, Vec<String>>);

#[async_trait]
impl Resolver for Names {
    async fn exchanges(&self, _domain: &Domain) -> Result<Vec<Exchange>, ResolveError> {
        Err(ResolveError::NoSuchName)
    }

    async fn addresses(&self, _host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        Err(ResolveError::NoSuchName)
    }

    async fn name_of(&self, _address: IpAddr) -> Option<String> {
        None
    }

    async fn lookup(&self, name: &str, _kind: RecordKind) -> Result<Records, LookupError> {
        let values = self.0.get(name).cloned().ok_or(LookupError::NoSuchName)?;
        Ok(Records { values, ttl: 60 })
    }
}

/// A service that answers everything with one body, and remembers what it was asked.
pub(crate) struct Service {
    pub(crate) body: &'static str,
    pub(crate) asked: Mutex<Vec<HttpRequest>>,
}

#[async_trait]
impl HttpClient for Service {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.asked.lock().unwrap().push(request);
        Ok(HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: Bytes::from_static(self.body.as_bytes()),
        })
    }
}

/// As in the tests of `rules`.
pub(crate) fn plugin_dir() -> PathBuf {
    let beside = || {
        let exe = std::env::current_exe().unwrap();
        exe.ancestors().nth(3).unwrap().join("plugins")
    };
    let dir = std::env::var_os("WAXSEAL_PLUGINS_DIR").map_or_else(beside, PathBuf::from);
    let built = dir.join("dnsbl.wasm").is_file();
    let shown = dir.display();
    assert!(
        built,
        "no dnsbl.wasm in {shown}: run `cargo xtask plugins` first"
    );
    dir
}

/// Services with a store, and nothing else to reach.
pub(crate) fn services(clock: &Arc<FakeClock>) -> Services {
    let mut services = Services::new(plugin_dir(), Arc::new(TextAndPhoto), clock.clone());
    services.key_value = Arc::new(MemoryKeyValue::new(clock.clone()));
    services
}

/// A host with one plugin, as `[[plugin]]` describes it.
pub(crate) async fn host(plugin: &str, services: Services) -> Host {
    let plugin: PluginConfig = toml::from_str(plugin).unwrap();
    let config = Config {
        plugins: vec![plugin],
        ..Config::default()
    };
    let host = Host::start(config, services).await;
    host.unwrap_or_else(|error| panic!("{error}"))
}

/// A session of a stranger.
pub(crate) fn session(host: &Host, peer: &str) -> Box<dyn FilterSession> {
    host.session(SessionInfo {
        id: SessionId(1),
        protocol: Protocol::Smtp,
        peer: peer.parse().unwrap(),
        tls: None,
    })
}

/// Begins a transaction of Bob.
pub(crate) async fn mail(session: &mut dyn FilterSession) -> Ruling {
    let sender = ReversePath::Mailbox(Mailbox::parse("bob@example.org").unwrap());
    session.mail(&sender, &[]).await
}

/// Hands over a message to Alice.
pub(crate) async fn message(session: &mut dyn FilterSession, text: &'static str) -> Ruling {
    let octets = Bytes::from_static(text.as_bytes());
    let (header, head) = HeaderSection::split(&octets);
    let mut draft = Draft {
        header,
        body: Arc::new(octets.slice(head..)),
    };
    let mut envelope = Envelope {
        reverse_path: ReversePath::Mailbox(Mailbox::parse("bob@example.org").unwrap()),
        recipients: vec![Recipient {
            forward_path: ForwardPath::Mailbox(Mailbox::parse("alice@example.test").unwrap()),
            orcpt: None,
            notify: DsnNotify::default(),
        }],
        body: BodyKind::SevenBit,
        smtputf8: false,
        envid: None,
        dsn_return: None,
    };
    session.message(&mut envelope, &mut draft).await
}

/// Code and first line of a refusal.
#[track_caller]
pub(crate) fn refusal(ruling: Ruling) -> (u16, String) {
    let (Verdict::Reject(reply) | Verdict::Defer(reply)) = ruling.verdict else {
        panic!("{ruling:?}")
    };
    (reply.code(), reply.lines()[0].clone())
}
