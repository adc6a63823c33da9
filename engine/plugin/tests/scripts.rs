//! Script guests through the real host: what they cost to start is not on the client's path.
//!
//! `cargo xtask plugins` builds them; `WAXSEAL_PLUGINS_DIR` says where they are, else they are looked
//! for beside the programs. Compiling the script engines takes a minute where nothing is cached.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test program")]

use bytes::Bytes;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use waxseal_mail::{Mailbox, MessageIndex, Part, ReversePath, SessionId};
use waxseal_plugin::{Config, Host, PluginConfig, Services};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::{Protocol, SessionInfo, Verdict};
use waxseal_ports::{Filter, MessageParser, ReadAt};

/// Of no use at MAIL.
struct NoParser;

impl MessageParser for NoParser {
    fn index(&self, _: &dyn ReadAt) -> io::Result<MessageIndex> {
        Ok(MessageIndex::default())
    }
    fn decode(&self, _: &dyn ReadAt, _: &Part, _: usize) -> io::Result<Bytes> {
        Ok(Bytes::new())
    }
    fn to_utf8(&self, _: &Part, _: &[u8]) -> String {
        String::new()
    }
}

fn plugin_dir() -> PathBuf {
    let named = std::env::var_os("WAXSEAL_PLUGINS_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| {
        let exe = std::env::current_exe().unwrap();
        exe.ancestors().nth(3).unwrap().join("plugins")
    })
}

async fn host(name: &str, warm: Option<u32>) -> Host {
    let mut plugin = PluginConfig::new(name);
    plugin.warm = warm;
    plugin.config.insert("reject".to_owned(), "lottery".into());
    let cache = plugin_dir().with_file_name("plugins-compiled");
    std::fs::create_dir_all(&cache).unwrap();
    let services = Services {
        cache_dir: Some(std::path::absolute(cache).unwrap()),
        ..Services::new(plugin_dir(), Arc::new(NoParser), Arc::new(SystemClock))
    };
    let mut config = Config::default();
    config.host.instances_max = 20;
    config.plugins.push(plugin);
    Host::start(config, services).await.unwrap()
}

/// How long the first call of a session took, as the trace says.
async fn first_call(host: &Host) -> Duration {
    let mut session = host.session(SessionInfo {
        id: SessionId(1),
        protocol: Protocol::Smtp,
        peer: "192.0.2.1:1".parse().unwrap(),
        tls: None,
    });
    let sender = ReversePath::Mailbox(Mailbox::parse("a@example.test").unwrap());
    let mail = session.mail(&sender, &[]).await;
    assert_eq!(mail.verdict, Verdict::Next);
    Duration::from_micros(mail.trace[0].micros.unwrap())
}

/// The shortest of several, each after as many instances are ready as are kept.
async fn shortest(host: &Host, ready: usize) -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..5 {
        let filled = async {
            while host.statistics()[0].ready < ready {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), filled)
            .await
            .unwrap();
        shortest = shortest.min(first_call(host).await);
    }
    shortest
}

/// A script guest is kept ready without being told to, and that spares its session most of the time.
async fn check(name: &str) {
    let cold = shortest(&host(name, Some(0)).await, 0).await;
    let warm = shortest(&host(name, None).await, 2).await;
    println!("{name}: first call {cold:?} cold, {warm:?} warm");
    assert!(warm < cold / 2, "{name}: {cold:?} cold, {warm:?} warm");
}

#[tokio::test]
async fn javascript_is_ready() {
    check("subject-guard-js").await;
}

#[tokio::test]
async fn python_is_ready() {
    check("subject-guard-python").await;
}

/// What starts quickly is not kept.
#[tokio::test]
async fn rust_is_started_when_it_is_needed() {
    let host = host("subject-guard", None).await;
    first_call(&host).await;
    assert_eq!(host.statistics()[0].ready, 0);
}
