//! Two versions in one chain. What a server without the tests has is told in `tests/hostile/load.rs`,
//! where a component of 0.2.0 is refused.

use super::*;
use crate::config::{Config, PluginConfig};
use crate::host::{Host, Services, check};
use bytes::Bytes;
use std::fmt::Write;
use std::io;
use std::path::Path;
use std::sync::Arc;
use waxseal_mail::{Mailbox, MessageIndex, Part, ReversePath, SessionId};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::{Protocol, SessionInfo, Verdict};
use waxseal_ports::{Filter, MessageParser, ReadAt};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Of no use: no guest here asks about MIME.
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

fn data(at: u32, octets: &[u8]) -> String {
    let hex = octets.iter().fold(String::new(), |mut text, octet| {
        write!(text, "\\{octet:02x}").unwrap();
        text
    });
    format!("(data (i32.const {at}) \"{hex}\")")
}

fn words(at: u32, words: &[u32]) -> String {
    let octets: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    data(at, &octets)
}

const SAYS: &str = "a tag of 0.1.0 is here";

/// A module that wants the stage `mail`; at 1024 there are zeros, at 2300 is its answer.
fn module(version: &str, answer: &[u32], exports: &str) -> String {
    let texts = [
        data(2000, b"guest"),
        data(2008, b"1.0"),
        data(2016, b"mail"),
        data(2024, SAYS.as_bytes()),
        words(2100, &[2000, 5, 2008, 3, 2200, 1]),
        words(2200, &[2016, 4]),
        words(2300, answer),
        // add-tag: the first octet of what it says.
        words(2400, &[7, 2024, 1, 0, 0, 0]),
    ];
    let lifecycle = format!("waxseal:plugin/lifecycle@{version}#");
    format!(
        r#"(module
        (memory (export "memory") 2)
        {}
        (global $top (mut i32) (i32.const 65536))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.get $top)
            (global.set $top (i32.and
                (i32.add (i32.add (global.get $top) (local.get 3)) (i32.const 15))
                (i32.const -8))))
        (func (export "{lifecycle}describe") (result i32) (i32.const 2100))
        (func (export "{lifecycle}configure") (result i32) (i32.const 1024))
        {exports})"#,
        texts.concat()
    )
}

fn component(module: &str, wit: &str) -> Vec<u8> {
    let mut module = wat::parse_str(module).unwrap();
    let mut resolve = Resolve::default();
    let package = resolve.push_str("plugin.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some("filter")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    let mut encoder = ComponentEncoder::default();
    let encoder = encoder.validate(true).module(&module).unwrap();
    encoder.encode().unwrap()
}

fn wit(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(path).unwrap()
}

/// Of 0.1.0, or of a version that is called otherwise: tags the message at MAIL.
fn old(version: &str) -> Vec<u8> {
    let hooks = format!("waxseal:plugin/filter-hooks@{version}#");
    let stage = |name: &str, params: &str, at: u32| {
        format!("(func (export \"{hooks}{name}\") (param {params}) (result i32) (i32.const {at}))")
    };
    let exports = [
        stage("on-connect", "", 1024),
        stage("on-helo", "i32 i32", 1024),
        stage("on-auth", "i32 i32 i32 i32 i32", 1024),
        stage("on-mail", "i32 i32 i32 i32", 2300),
        stage("on-rcpt", "i32 i32 i32 i32", 1024),
        stage("on-headers", "", 1024),
        stage("on-message", "", 1024),
        format!("(func (export \"{hooks}on-disconnect\"))"),
    ];
    let answer = [0, 0, 0, 0, 0, 0, 0, 0, 2400, 1, 0, 0];
    let wit = wit("../../schemas/wit/waxseal-plugin/0.1.0/plugin.wit");
    let wit = wit.replace("plugin@0.1.0", &format!("plugin@{version}"));
    component(&module(version, &answer, &exports.concat()), &wit)
}

/// Of 0.2.0: refuses where the message has one tag.
fn new() -> Vec<u8> {
    let hooks = "waxseal:plugin/filter-hooks@0.2.0#";
    let exports = format!(
        r#"(func (export "{hooks}on-mail") (param i32 i32 i32 i32) (result i32)
            (if (result i32) (i32.eq (local.get 3) (i32.const 1))
                (then (i32.const 2300)) (else (i32.const 1024))))
        (func (export "{hooks}on-message") (result i32) (i32.const 1024))"#
    );
    let answer = [1, 2024, SAYS.len() as u32];
    component(
        &module("0.2.0", &answer, &exports),
        &wit("tests/wit/0.2.0/plugin.wit"),
    )
}

fn services(folder: &tempfile::TempDir) -> Services {
    let folder = folder.path().to_owned();
    Services::new(folder, Arc::new(NoParser), Arc::new(SystemClock))
}

fn config(folder: &tempfile::TempDir, plugins: &[(&str, Vec<u8>)]) -> Config {
    let mut config = Config::default();
    config.host.instances_max = 10;
    for (name, component) in plugins {
        let file = folder.path().join(format!("{name}.wasm"));
        std::fs::write(file, component).unwrap();
        config.plugins.push(PluginConfig::new(*name));
    }
    config
}

#[tokio::test]
async fn two_versions_answer_in_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let plugins = [("before", new()), ("old", old("0.1.0")), ("new", new())];
    let host = Host::start(config(&folder, &plugins), services(&folder))
        .await
        .unwrap();
    let mut session = host.session(SessionInfo {
        id: SessionId(1),
        protocol: Protocol::Smtp,
        peer: "192.0.2.1:1".parse().unwrap(),
        tls: None,
    });
    let sender = ReversePath::Mailbox(Mailbox::parse("a@example.test").unwrap());
    let mail = session.mail(&sender, &[]).await;
    let told: Vec<_> = mail
        .trace
        .iter()
        .map(|e| format!("{}: {}", e.actor, e.outcome))
        .collect();
    let expected = [
        "before 1.0: next",
        "old 1.0: next; tag a",
        "new 1.0: reject: 550 5.7.1 a tag of 0.1.0 is here",
    ];
    assert_eq!(told, expected);
    assert!(matches!(mail.verdict, Verdict::Reject(_)));
}

#[tokio::test]
async fn an_unknown_version_is_refused_with_those_that_are_served() {
    let folder = tempfile::tempdir().unwrap();
    for version in ["0.3.0", "0.1.1", "0.2.1"] {
        let config = config(&folder, &[("p", old(version))]);
        let refusal = check(config, services(&folder)).await.unwrap_err();
        let expected = format!(
            "plugin p: it needs waxseal:plugin {version}, this server has 0.1.0 and 0.2.0; rebuild it \
             with the interface of this server"
        );
        assert_eq!(refusal.to_string(), expected);
    }
}

#[test]
fn versions_are_not_mixed() {
    let text = r#"(component (import "waxseal:plugin/log@0.1.0" (instance))
        (import "waxseal:plugin/transaction@0.2.0" (instance)))"#;
    let outline = crate::Outline::read(Path::new("p"), &wat::parse_str(text).unwrap()).unwrap();
    let refusal = outline.world().unwrap_err().to_string();
    assert_eq!(
        refusal,
        "it was built for waxseal:plugin 0.1.0 and 0.2.0 at once"
    );
}

#[test]
fn versions_serve_their_own_series() {
    for (wanted, expected) in [
        ("0.1.0", Some(Version::V0_1_0)),
        ("0.2.0", Some(Version::V0_2_0)),
        ("0.1.1", None),
        ("0.0.9", None),
        ("1.1.0", None),
        ("0.1.0-rc1", None),
        ("without version", None),
    ] {
        assert_eq!(Version::serving(wanted), expected, "{wanted}");
    }
}
