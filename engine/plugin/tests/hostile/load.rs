//! What is refused before it runs, with the words an administrator sees; and reloading.

use crate::bench::{Bench, session, transact};
use crate::guest::Guest;
use expect_test::{Expect, expect};
use waxseal_plugin::{PluginConfig, check};

fn error(bench: &Bench, error: impl std::fmt::Display) -> String {
    let dir = format!("{}/", bench.dir.display());
    error.to_string().replace(&dir, "")
}

/// The refusal at start, which is that of the check.
async fn refused(bench: &Bench, expected: Expect) {
    let refusal = bench.start().await.map(drop).expect_err("it is refused");
    let refusal = error(bench, refusal);
    expected.assert_eq(&refusal);
    let checked = check(bench.config.clone(), bench.services()).await;
    let checked = checked.expect_err("the check refuses it too");
    assert_eq!(error(bench, checked), refusal);
}

fn with_file(content: &[u8]) -> Bench {
    let mut bench = Bench::new();
    std::fs::write(bench.dir.join("p.wasm"), content).unwrap();
    bench.config.plugins.push(PluginConfig::new("p"));
    bench
}

#[tokio::test]
async fn another_version() {
    let mut guest = Guest::new();
    guest.version = "0.2.0";
    let bench = Bench::with("p", guest);
    refused(&bench, expect!["plugin p: it needs waxseal:plugin 0.2.0, this server has 0.1.0; rebuild it with the interface of this server"]).await;
}

#[tokio::test]
async fn a_core_module() {
    let bench = with_file(&wat::parse_str("(module)").unwrap());
    refused(&bench, expect!["plugin p: p.wasm is a core module, not a component; encode it with `cargo xtask plugins` or `wasm-tools component new`"]).await;
}

#[tokio::test]
async fn no_webassembly() {
    refused(
        &with_file(b"#!/bin/sh\n"),
        expect!["plugin p: p.wasm is not a WebAssembly component: it begins with something else"],
    )
    .await;
    refused(
        &with_file(b""),
        expect!["plugin p: p.wasm is not a WebAssembly component: it begins with something else"],
    )
    .await;
    let mut cut = Guest::new().component();
    cut.truncate(cut.len() / 2);
    refused(
        &with_file(&cut),
        expect!["plugin p: p.wasm is not a WebAssembly component: unexpected end-of-file"],
    )
    .await;
}

#[tokio::test]
async fn a_foreign_import() {
    let text = r#"(component (import "wasi:cli/environment@0.2.0" (instance)))"#;
    refused(&with_file(&wat::parse_str(text).unwrap()), expect!["plugin p: it imports wasi:cli/environment@0.2.0, which this server does not offer to a plugin; it offers waxseal:plugin/aead, waxseal:plugin/blob-io, waxseal:plugin/clock, waxseal:plugin/config, waxseal:plugin/dns, waxseal:plugin/http, waxseal:plugin/kv, waxseal:plugin/log, waxseal:plugin/metrics, waxseal:plugin/mime, waxseal:plugin/notes, waxseal:plugin/random, waxseal:plugin/session, waxseal:plugin/transaction, waxseal:plugin/types"]).await;
}

#[tokio::test]
async fn no_filter() {
    refused(
        &with_file(&wat::parse_str("(component)").unwrap()),
        expect!["plugin p: it fits no world: it must export waxseal:plugin/lifecycle, and filter-hooks (with mailbox-hooks for a learner), delivery-hooks, storage-hooks or storage-backend"],
    )
    .await;
}

#[tokio::test]
async fn a_missing_and_an_oversized_file() {
    let mut bench = Bench::new();
    bench.config.plugins.push(PluginConfig::new("gone"));
    refused(
        &bench,
        expect!["plugin gone: gone.wasm could not be read: No such file or directory (os error 2)"],
    )
    .await;
    let mut bench = with_file(&[0; 1001]);
    bench.config.host.component_bytes_max = 1000;
    refused(
        &bench,
        expect!["plugin p: p.wasm has 1001 octets, over plugins.component_bytes_max = 1000"],
    )
    .await;
}

#[tokio::test]
async fn a_stage_that_is_not() {
    let mut guest = Guest::new();
    guest.stages = vec!["mail", "data"];
    refused(&Bench::with("p", guest), expect![[r#"plugin p: it describes itself wrongly: a filter has no stage "data"; there are connect, helo, auth, mail, rcpt, headers, message, disconnect"#]]).await;
    let mut guest = Guest::new();
    guest.stages = vec!["mail", "observe:message"];
    refused(&Bench::with("p", guest), expect!["plugin p: it describes itself wrongly: observe: stands before some stages only; the two kinds do not mix"]).await;
}

#[tokio::test]
async fn a_configuration_it_does_not_like() {
    let mut guest = Guest::new();
    guest.configure = guest.error("bad-config", "unknown key `colour`, did you mean `color`?");
    refused(&Bench::with("p", guest), expect!["plugin p: it refuses its configuration: unknown key `colour`, did you mean `color`? (bad-config)"]).await;
    let mut guest = Guest::new();
    guest.configure = "(unreachable)".to_owned();
    refused(&Bench::with("p", guest), expect!["plugin p: its trial run failed: trap: wasm trap: wasm `unreachable` instruction executed"]).await;
}

#[tokio::test]
async fn every_problem_is_named() {
    let mut bench = Bench::with("good", Guest::new());
    bench.config.plugins.push(PluginConfig::new("gone"));
    bench.config.plugins.push(PluginConfig::new("Bad Name"));
    refused(
        &bench,
        expect![[r#"
        plugin Bad Name: a plugin name is 1 to 32 of a-z 0-9 - and begins with a letter
        plugin gone: gone.wasm could not be read: No such file or directory (os error 2)"#]],
    )
    .await;
}

#[tokio::test]
async fn a_reload_swaps_or_changes_nothing() {
    let mut bench = Bench::with("p", Guest::new());
    let host = bench.start().await.unwrap();
    let mut old = session(&host);
    let mut guest = Guest::new();
    guest.configure = guest.error("no", "not like this");
    guest.write(&bench.dir.join("p.wasm"));
    let refusal = host
        .reload(bench.config.clone())
        .await
        .expect_err("refused");
    expect!["plugin p: it refuses its configuration: not like this (no)"]
        .assert_eq(&refusal.to_string());
    let (mail, _, _) = transact(&mut *session(&host), "bad@example.test").await;
    assert_eq!(mail.trace[0].outcome, "next", "the old one goes on");

    let mut guest = Guest::new();
    guest.at_mail = guest.outcome(2, 550, "go away", (0, 0));
    guest.write(&bench.dir.join("p.wasm"));
    bench.config.plugins[0].name = "p2".into();
    bench.config.plugins[0].file = Some("p.wasm".into());
    host.reload(bench.config.clone()).await.unwrap();
    let (mail, _, _) = transact(&mut *session(&host), "bad@example.test").await;
    assert_eq!(mail.trace[0].actor, "p2 1.0");
    assert_eq!(mail.trace[0].outcome, "reject: 550 5.7.1 go away");
    let (mail, _, _) = transact(&mut *old, "bad@example.test").await;
    assert_eq!(
        mail.trace[0].outcome, "next",
        "a session keeps what it began with"
    );
}

#[tokio::test]
async fn only_verdicts_are_shadowed() {
    let mut bench = Bench::with("p", Guest::delivery(&["route"]));
    bench.config.plugins[0].shadow = true;
    let expected = "plugin p: shadow is for filters; this is a plugin of the world delivery";
    let refusal = bench.start().await.map(drop).expect_err("it is refused");
    assert_eq!(error(&bench, refusal), expected);
}

#[tokio::test]
async fn compiled_code_is_kept() {
    let bench = Bench::with("p", Guest::new());
    let files = || {
        let mut found = Vec::new();
        let mut folders = vec![bench.dir.join("cache")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path);
                }
            }
        }
        found.sort();
        found
    };
    assert!(files().is_empty());
    bench.start().await.unwrap();
    let kept = files();
    assert!(!kept.is_empty());
    bench.start().await.unwrap();
    let compiled = |files: &[std::path::PathBuf]| {
        let names = files.iter().filter(|path| path.extension().is_none());
        names.cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        compiled(&files()),
        compiled(&kept),
        "the second start added nothing"
    );
}
