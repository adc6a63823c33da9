//! The shipped filter `rules` as it is built: conditions and consequences through the real host.
//!
//! `cargo xtask plugins` builds it; `WAXSEAL_PLUGINS_DIR` says where it is, else it is looked for
//! beside the programs.

#![expect(clippy::unwrap_used, reason = "a test program")]

use bytes::Bytes;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use waxseal_mail::{
    BodyKind, DsnNotify, Envelope, ForwardPath, HeaderSection, Mailbox, MessageIndex, Part,
    Recipient, ReversePath, SessionId,
};
use waxseal_plugin::{Config, Host, PluginConfig, Services};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::{Protocol, Ruling, SessionInfo, Verdict};
use waxseal_ports::{Draft, Filter, FilterSession, MessageParser, ReadAt};

/// Says that every message has a text and an attached program.
struct TwoParts;

impl MessageParser for TwoParts {
    fn index(&self, message: &dyn ReadAt) -> io::Result<MessageIndex> {
        let part = |subtype: &str, file_name: &str| Part {
            media_type: "application".into(),
            media_subtype: subtype.into(),
            file_name: file_name.into(),
            ..Part::default()
        };
        Ok(MessageIndex {
            size: message.octets(),
            parts: vec![part("mixed", ""), part("zip", "Invoice.EXE")],
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

fn plugin_dir() -> PathBuf {
    let dir = std::env::var_os("WAXSEAL_PLUGINS_DIR")
        .map(PathBuf::from)
        .unwrap_or_else(|| {
            let exe = std::env::current_exe().unwrap();
            exe.ancestors().nth(3).unwrap().join("plugins")
        });
    let built = dir.join("rules.wasm").is_file();
    assert!(
        built,
        "no rules.wasm in {}: run `cargo xtask plugins` first",
        dir.display()
    );
    dir
}

async fn host(config: &str) -> Result<Host, String> {
    let mut plugin = PluginConfig::new("rules");
    plugin.config = toml::from_str(config).unwrap();
    let services = Services::new(plugin_dir(), Arc::new(TwoParts), Arc::new(SystemClock));
    let config = Config {
        plugins: vec![plugin],
        ..Config::default()
    };
    Host::start(config, services)
        .await
        .map_err(|error| error.to_string())
}

fn session(host: &Host, peer: &str) -> Box<dyn FilterSession> {
    host.session(SessionInfo {
        id: SessionId(1),
        protocol: Protocol::Smtp,
        peer: peer.parse().unwrap(),
        tls: None,
    })
}

async fn message(session: &mut dyn FilterSession, text: &'static str) -> (Ruling, String) {
    let octets = Bytes::from_static(text.as_bytes());
    let (header, head) = HeaderSection::split(&octets);
    let mut draft = Draft {
        header,
        body: Arc::new(octets.slice(head..)),
    };
    let sender = ReversePath::Mailbox(Mailbox::parse("bob@example.org").unwrap());
    let mut envelope = Envelope {
        reverse_path: sender.clone(),
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
    assert_eq!(session.mail(&sender, &[]).await.verdict, Verdict::Next);
    let ruling = session.message(&mut envelope, &mut draft).await;
    let header = String::from_utf8(draft.header.to_bytes().to_vec()).unwrap();
    (ruling, header)
}

#[tokio::test]
async fn a_mistake_is_named() {
    let refusal = host("[[rule]]\nname = \"x\"\nif.atachment = \"*.exe\"\nthen.reject = \"no\"");
    let refusal = refusal.await.map(drop).expect_err("refused");
    expect_test::expect![[r#"plugin rules: it refuses its configuration: rule "x": if: there is no key "atachment"; did you mean "attachment"? (bad-rule)"#]]
        .assert_eq(&refusal);
}

#[tokio::test]
async fn rules_decide_at_the_stage_they_can() {
    let host = host(
        r#"
        [[rule]]
        name = "bad network"
        if.peer = "198.51.100.0/24"
        then.reject = "not from there"
        [[rule]]
        name = "no list"
        if.recipient = "list@*"
        then.tempfail = { code = 450, status = "4.2.1", text = "the list sleeps" }
        "#,
    )
    .await
    .unwrap();
    let mut bad = session(&host, "198.51.100.9:25");
    let Verdict::Reject(reply) = bad.connect().await.verdict else {
        panic!("refused")
    };
    assert_eq!(
        (reply.code(), reply.lines()[0].as_str()),
        (550, "not from there")
    );
    let mut good = session(&host, "192.0.2.1:25");
    assert_eq!(good.connect().await.verdict, Verdict::Next);
    let Verdict::Defer(reply) = good.rcpt("LIST@example.test", &[]).await.verdict else {
        panic!("deferred")
    };
    assert_eq!(
        (reply.code(), reply.lines()[0].as_str()),
        (450, "the list sleeps")
    );
    assert_eq!(
        good.rcpt("alice@example.test", &[]).await.verdict,
        Verdict::Next
    );
}

#[tokio::test]
async fn rules_tag_score_edit_and_quarantine() {
    let host = host(
        r#"
        [[rule]]
        name = "program"
        if.attachment = "*.exe"
        then = { score = 3, tag = "program", replace-header = { Subject = "[program] mail" }, remove-header = "X-Old" }
        [[rule]]
        name = "heavy"
        if = { score-over = 2.5, header = { subject = "*invoice*" }, no-header = "Date" }
        then = { quarantine = "looks like an invoice", insert-header = { X-Heavy = "yes" } }
        "#,
    )
    .await
    .unwrap();
    let mut session = session(&host, "192.0.2.1:25");
    let text = "Subject: =?utf-8?q?Your_in=76oice?=\r\nX-Old: 1\r\n\r\nbody\r\n";
    let (ruling, header) = message(&mut *session, text).await;
    expect_test::expect![[r#"
        [
            (
                "rules 0.1.0",
                "quarantine: looks like an invoice; 3 edits; tag program; program +3",
            ),
        ]
    "#]]
    .assert_debug_eq(
        &ruling
            .trace
            .iter()
            .map(|t| (&t.actor, &t.outcome))
            .collect::<Vec<_>>(),
    );
    assert_eq!(
        ruling.verdict,
        Verdict::Quarantine("looks like an invoice".into())
    );
    assert_eq!(ruling.tags, ["program"]);
    assert_eq!(header, "X-Heavy: yes\r\nSubject: [program] mail\r\n\r\n");
}
