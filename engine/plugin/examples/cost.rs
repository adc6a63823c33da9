//! What plugins cost: prints microseconds. Run it in release; `WAXSEAL_PLUGINS_DIR` names the folder
//! of built plugins for the figures of `rules`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for measuring"
)]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/hostile/guest.rs"]
mod guest;

use bytes::Bytes;
use guest::Guest;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use waxseal_mail::{
    BodyKind, Envelope, ForwardPath, HeaderSection, Mailbox, MessageIndex, Part, Recipient,
    ReversePath, SessionId,
};
use waxseal_plugin::{Config, Host, PluginConfig, Services};
use waxseal_ports::clock::{Clock, SystemClock};
use waxseal_ports::filter::{Protocol, SessionInfo, Verdict};
use waxseal_ports::{Draft, Filter, MessageParser, ReadAt};

const ROUNDS: u32 = 20_000;
const RULES: &str = r#"
[[rule]]
name = "program"
if.attachment = ["*.exe", "*.scr"]
then.reject = "no programs"
[[rule]]
name = "invoice"
if = { header = { Subject = "*invoice*" }, not = { sender = "*@example.com" } }
then.score = 2.5
[[rule]]
name = "mark"
if.size-over = 100
then.add-header = { X-Checked = "yes" }
"#;

struct OnePart;

impl MessageParser for OnePart {
    fn index(&self, message: &dyn ReadAt) -> io::Result<MessageIndex> {
        let part = Part {
            content_end: message.octets(),
            ..Part::default()
        };
        Ok(MessageIndex {
            parts: vec![part],
            ..MessageIndex::default()
        })
    }
    fn decode(&self, _: &dyn ReadAt, _: &Part, _: usize) -> io::Result<Bytes> {
        Ok(Bytes::new())
    }
    fn to_utf8(&self, _: &Part, _: &[u8]) -> String {
        String::new()
    }
}

fn now() -> Instant {
    SystemClock.monotonic()
}

async fn start(dir: &Path, cache: Option<PathBuf>, plugins: Vec<PluginConfig>) -> (Host, f64) {
    let mut services = Services::new(dir.to_owned(), Arc::new(OnePart), Arc::new(SystemClock));
    services.cache_dir = cache;
    let began = now();
    let config = Config {
        plugins,
        ..Config::default()
    };
    let host = Host::start(config, services).await.unwrap();
    (host, now().duration_since(began).as_secs_f64() * 1e3)
}

/// Microseconds of one session with one message, all stages.
async fn session_micros(host: &Host, rounds: u32) -> f64 {
    let filler = "X-Filler: some text of a header field that is there\r\n".repeat(20);
    let body = "A line of text as people write it, once more.\r\n".repeat(60);
    let text = format!("Subject: hello\r\n{filler}\r\n{body}");
    let message = Bytes::from(text.into_bytes());
    let (header, head) = HeaderSection::split(&message);
    let sender = ReversePath::Mailbox(Mailbox::parse("bob@example.org").unwrap());
    let to = ForwardPath::Mailbox(Mailbox::parse("alice@example.test").unwrap());
    let began = now();
    for _ in 0..rounds {
        let info = SessionInfo {
            id: SessionId(1),
            protocol: Protocol::Smtp,
            peer: ([192, 0, 2, 1], 25).into(),
            tls: None,
        };
        let mut session = host.session(info);
        session.connect().await;
        session.helo("mail.example.org").await;
        session.mail(&sender, &[]).await;
        session.rcpt("alice@example.test", &[]).await;
        let recipient = Recipient {
            forward_path: to.clone(),
            orcpt: None,
            notify: Default::default(),
        };
        let mut envelope = Envelope {
            reverse_path: sender.clone(),
            recipients: vec![recipient],
            body: BodyKind::SevenBit,
            smtputf8: false,
            envid: None,
            dsn_return: None,
        };
        let mut draft = Draft {
            header: header.clone(),
            body: Arc::new(message.slice(head..)),
        };
        let ruling = session.message(&mut envelope, &mut draft).await;
        assert_eq!(ruling.verdict, Verdict::Next);
        session.disconnect().await;
    }
    now().duration_since(began).as_secs_f64() * 1e6 / f64::from(rounds)
}

#[tokio::main]
async fn main() {
    let dir = std::env::temp_dir().join(format!("waxseal-plugin-cost-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let cache = dir.join("cache");
    let (none, _) = start(&dir, None, Vec::new()).await;
    println!(
        "no plugin, session and message      {:8.1} µs",
        session_micros(&none, ROUNDS).await
    );
    let mut guest = Guest::new();
    guest.stages = vec![
        "connect",
        "helo",
        "auth",
        "mail",
        "rcpt",
        "headers",
        "message",
        "disconnect",
    ];
    guest.write(&dir.join("empty.wasm"));
    let (empty, _) = start(&dir, None, vec![PluginConfig::new("empty")]).await;
    println!(
        "empty filter, session and message   {:8.1} µs",
        session_micros(&empty, ROUNDS).await
    );
    if let Some(plugins) = std::env::var_os("WAXSEAL_PLUGINS_DIR").map(PathBuf::from) {
        let mut rules = PluginConfig::new("rules");
        rules.config = toml::from_str(RULES).unwrap();
        let (_, cold) = start(&plugins, Some(cache.clone()), vec![rules.clone()]).await;
        println!("rules, start with a cold cache      {cold:8.1} ms");
        let (host, warm) = start(&plugins, Some(cache), vec![rules]).await;
        println!("rules, start with a warm cache      {warm:8.1} ms");
        let micros = session_micros(&host, ROUNDS).await;
        println!("three rules, session and 4 KB       {micros:8.1} µs");
    }
    std::fs::remove_dir_all(&dir).unwrap();
}
