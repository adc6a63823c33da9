//! Plugins of tenants: each is shown its own tenant's mail, keys, secrets and notes, and no other's.

use crate::bench::{Bench, draft, envelope, path, session, transact};
use crate::counts::counts;
use crate::guest::Guest;
use crate::reach::{World, counting, reporting, services};
use crate::told;
use std::sync::Arc;
use waxseal_mail::{Envelope, ForwardPath, Mailbox};
use waxseal_plugin::{Host, PluginConfig, Secret, TenantConfig, check};
use waxseal_ports::FilterSession;
use waxseal_ports::filter::{OnFailure, Ruling, Verdict};

/// A bench with the tenants `a` (`a.test`) and `b` (`b.test`, `bee.test`).
pub(crate) fn bench() -> Bench {
    let mut bench = Bench::new();
    let tenant = |domains: &[&str]| TenantConfig {
        domains: domains.iter().map(ToString::to_string).collect(),
        ..TenantConfig::default()
    };
    let tenants = &mut bench.config.tenants;
    tenants.insert("a".to_owned(), tenant(&["a.test"]));
    tenants.insert("b".to_owned(), tenant(&["b.test", "bee.test"]));
    bench
}

/// Adds one guest for each of `tenants`, under the same name from the same file; a failure of it
/// stands in the trace and means nothing.
fn add<'a>(bench: &'a mut Bench, tenants: &[Option<&str>], guest: Guest) -> &'a mut [PluginConfig] {
    let first = bench.config.plugins.len();
    let name = format!("snoop{first}");
    guest.write(&bench.dir.join(format!("{name}.wasm")));
    for tenant in tenants {
        let mut plugin = PluginConfig::new(&name);
        plugin.tenant = tenant.map(ToOwned::to_owned);
        plugin.on_failure = OnFailure::Skip;
        bench.config.plugins.push(plugin);
    }
    &mut bench.config.plugins[first..]
}

/// Wants the message stage only, and does there what it would do at MAIL.
fn at_message(mut guest: Guest) -> Guest {
    guest.stages = vec!["message"];
    guest.at_message = std::mem::take(&mut guest.at_mail);
    guest.configure = "(global.set $bad (i32.const 1)) (i32.const 1024)".to_owned();
    guest
}

async fn logged_in(host: &Host, user: &str) -> Box<dyn FilterSession> {
    let mut session = session(host);
    session.auth(user, "PLAIN", true).await;
    session
}

/// Who said what, and who is left of the recipients.
async fn send(session: &mut dyn FilterSession, recipients: &[&str]) -> (Ruling, Vec<String>) {
    session.mail(&path("bad@elsewhere.test"), &[]).await;
    let one = envelope("bad@elsewhere.test");
    let recipient = |text: &&str| {
        let mut recipient = one.recipients[0].clone();
        recipient.forward_path = ForwardPath::Mailbox(Mailbox::parse(text).unwrap());
        recipient
    };
    let mut envelope = Envelope {
        recipients: recipients.iter().map(recipient).collect(),
        ..one.clone()
    };
    let mut draft = draft("Subject: a\r\n\r\nbody\r\n");
    let ruling = session.message(&mut envelope, &mut draft).await;
    session.reset();
    let left = envelope.recipients.iter();
    (ruling, left.map(|r| r.forward_path.to_string()).collect())
}

/// The calls of a ruling as `actor: number that was reported`.
fn numbers(ruling: &Ruling) -> Vec<String> {
    let number = |text: &str| text.trim_start_matches("failed: its own error: ")[..2].to_owned();
    let calls = ruling.trace.iter();
    calls
        .map(|call| {
            format!(
                "{}: {}",
                call.actor.trim_end_matches(" 1.0"),
                number(&call.outcome)
            )
        })
        .collect()
}

#[tokio::test]
async fn keys_and_values_are_apart() {
    let mut bench = bench();
    for plugin in add(&mut bench, &[Some("a"), Some("b"), None], counting()) {
        plugin.grants.kv_bytes = 100;
    }
    let world = Arc::new(World::default());
    let host = Host::start(bench.config.clone(), services(&bench, &world))
        .await
        .unwrap();
    let mut said = Vec::new();
    for user in ["u@a.test", "v@a.test", "u@bee.test", "u@elsewhere.test"] {
        let mut session = logged_in(&host, user).await;
        let (mail, _, _) = transact(&mut *session, "bad@example.test").await;
        said.push(numbers(&mail).join(", "));
    }
    let expected = [
        "a/snoop0: 01, snoop0: 01",
        "a/snoop0: 02, snoop0: 02",
        "b/snoop0: 01, snoop0: 03",
        "snoop0: 04",
    ];
    assert_eq!(said, expected);
    let calls = |labels: &str| {
        let name = "waxseal_plugin_calls_total";
        counts().get(&format!(
            "{name}{{plugin=snoop0,stage=mail,{labels}verdict=failed}}"
        ))
    };
    let by_tenant = [calls("tenant=a,"), calls("tenant=b,"), calls("")];
    assert_eq!(by_tenant, [2.0, 1.0, 4.0], "labelled with the tenant");
}

/// Reports how many octets its secret `token` has.
fn secretive() -> Guest {
    let mut guest = Guest::new();
    let name = guest.put(b"token");
    let fields = format!(
        r#"(import "waxseal:plugin/config@0.1.0" "secret" (func $secret (param i32 i32 i32)))
        (func $octets (result i32)
            (call $secret (i32.const {name}) (i32.const 5) (i32.const 50000))
            (if (result i32) (i32.load8_u (i32.const 50000))
                (then (i32.load (i32.const 50008)))
                (else (i32.const 0))))"#
    );
    reporting(guest, &fields, "(call $octets)")
}

#[tokio::test]
async fn secrets_are_of_the_own_table() {
    let mut bench = bench();
    for plugin in add(&mut bench, &[Some("a"), Some("b"), None], secretive()) {
        plugin.grants.secrets = vec!["token".to_owned()];
    }
    let secret = |octets| ("token".to_owned(), Secret::new("x".repeat(octets)));
    bench.config.vault.secrets.extend([secret(33)]);
    let tenants = &mut bench.config.tenants;
    tenants
        .get_mut("a")
        .unwrap()
        .vault
        .secrets
        .extend([secret(11)]);
    let host = bench.start().await.unwrap();
    for (user, expected) in [
        ("u@a.test", ["a/snoop0: 11", "snoop0: 33"]),
        ("u@b.test", ["b/snoop0: 00", "snoop0: 33"]),
    ] {
        let mut session = logged_in(&host, user).await;
        let (mail, _, _) = transact(&mut *session, "bad@example.test").await;
        assert_eq!(
            numbers(&mail),
            expected,
            "granted by name, and the other's is not there"
        );
    }
}

/// Reports how many recipients, scores and tags it sees, and whether a user: `10 * recipients + rest`.
fn counting_all() -> Guest {
    let fields = r#"
        (import "waxseal:plugin/transaction@0.1.0" "recipients" (func $recipients (param i32)))
        (import "waxseal:plugin/transaction@0.1.0" "scores" (func $scores (param i32)))
        (import "waxseal:plugin/transaction@0.1.0" "tags" (func $tags (param i32)))
        (func $seen (result i32)
            (call $recipients (i32.const 50000))
            (call $scores (i32.const 50008))
            (call $tags (i32.const 50016))
            (i32.add
                (i32.mul (i32.const 10) (i32.load (i32.const 50004)))
                (i32.add (i32.load (i32.const 50012)) (i32.load (i32.const 50020)))))"#;
    at_message(reporting(Guest::new(), fields, "(call $seen)"))
}

/// Gives the message a tag.
fn tagging() -> Guest {
    let mut guest = Guest::new();
    let text = guest.put(b"list");
    let edit = guest.words(&[7, text, 4, 0, 0, 0]);
    guest.at_mail = guest.outcome(0, 0, "", (edit, 1));
    at_message(guest)
}

#[tokio::test]
async fn a_message_to_two_tenants_shows_each_its_own() {
    let mut bench = bench();
    let all = [Some("a"), Some("b"), None];
    add(&mut bench, &all[..1], tagging());
    add(&mut bench, &all, counting_all());
    let host = bench.start().await.unwrap();
    let recipients = ["x@a.test", "y@b.test", "z@BEE.test", "w@elsewhere.test"];
    for (user, expected) in [
        // It sees its recipient and its tag; the other its two recipients and no tag.
        (
            "u@elsewhere.test",
            ["a/snoop1: 11", "b/snoop1: 20", "snoop1: 41"],
        ),
        // What its own account named is shown to a tenant, and to no other.
        ("u@a.test", ["a/snoop1: 41", "b/snoop1: 20", "snoop1: 41"]),
    ] {
        let mut session = logged_in(&host, user).await;
        let (ruling, left) = send(&mut *session, &recipients).await;
        assert_eq!(numbers(&ruling)[1..], expected, "{user}");
        assert_eq!((ruling.tags, left.len()), (vec!["a/list".to_owned()], 4));
    }
    // Nobody of a tenant, nothing to see for it.
    let mut stranger = session(&host);
    let (ruling, _) = send(&mut *stranger, &["w@elsewhere.test"]).await;
    assert_eq!(numbers(&ruling), ["snoop1: 10"]);
}

const NOTES: &str = r#"
    (import "waxseal:plugin/notes@0.1.0" "get" (func $get (param i32 i32 i32)))
    (import "waxseal:plugin/notes@0.1.0" "set" (func $set (param i32 i32 i32 i32)))"#;

/// Reports whether there is a note, and leaves one.
fn noting() -> Guest {
    let mut guest = Guest::new();
    let key = guest.put(b"k");
    let fields = format!(
        "{NOTES} (func $note (result i32)
            (call $get (i32.const {key}) (i32.const 1) (i32.const 50000))
            (call $set (i32.const {key}) (i32.const 1) (i32.const {key}) (i32.const 1))
            (i32.load8_u (i32.const 50000)))"
    );
    at_message(reporting(guest, &fields, "(call $note)"))
}

#[tokio::test]
async fn notes_are_apart() {
    let mut bench = bench();
    add(&mut bench, &[Some("a"), Some("b"), None], noting());
    let host = bench.start().await.unwrap();
    let mut session = logged_in(&host, "u@a.test").await;
    let (ruling, _) = send(&mut *session, &["x@a.test", "y@b.test"]).await;
    assert_eq!(
        numbers(&ruling),
        ["a/snoop0: 00", "b/snoop0: 00", "snoop0: 00"]
    );
    for plugin in ["a/snoop0", "b/snoop0", "snoop0"] {
        assert_eq!(ruling.notes.count(plugin), 1, "{plugin}");
    }
}

/// What a plugin of one tenant says about a message to both, sent by a user of neither.
async fn said_of_a_part(guest: Guest) -> (Ruling, Vec<String>) {
    let mut bench = bench();
    add(&mut bench, &[Some("b")], at_message(guest));
    let host = bench.start().await.unwrap();
    let mut session = logged_in(&host, "u@elsewhere.test").await;
    send(&mut *session, &["x@a.test", "y@b.test"]).await
}

fn saying(case: u32, code: u32, edits: impl Fn(&mut Guest) -> (u32, u32)) -> Guest {
    let mut guest = Guest::new();
    let edits = edits(&mut guest);
    guest.at_mail = guest.outcome(case, code, "no", edits);
    guest
}

#[tokio::test]
async fn a_verdict_on_a_part_holds_for_that_part() {
    let (discarded, left) = said_of_a_part(saying(4, 0, |_| (0, 0))).await;
    assert_eq!(
        (discarded.verdict, left),
        (Verdict::Next, vec!["x@a.test".to_owned()])
    );
    let (refused, left) = said_of_a_part(saying(2, 550, |_| (0, 0))).await;
    assert!(matches!(refused.verdict, Verdict::Reject(_)) && left.len() == 2);

    let edits = |guest: &mut Guest| {
        let ([name, four], [other, octets]) = (guest.text(b"X-B "), guest.text(b"x@a.test"));
        let header = [0, name, four - 1, other, octets, 0];
        let remove = [5, other, octets, 0, 0, 0];
        (guest.words(&[header, remove].concat()), 2)
    };
    let (kept, left) = said_of_a_part(saying(0, 0, edits)).await;
    assert_eq!(
        told(&kept),
        "next; 2 edits not made, the message is others' too"
    );
    assert_eq!(left.len(), 2, "another's recipient stays");
}

#[tokio::test]
async fn accepting_speaks_for_one_tenant() {
    let mut bench = bench();
    add(
        &mut bench,
        &[Some("a")],
        at_message(saying(1, 0, |_| (0, 0))),
    );
    add(&mut bench, &[Some("a"), None], counting_all());
    let host = bench.start().await.unwrap();
    let mut session = logged_in(&host, "u@a.test").await;
    let (ruling, _) = send(&mut *session, &["x@a.test"]).await;
    let actors: Vec<_> = ruling
        .trace
        .iter()
        .map(|call| call.actor.as_str())
        .collect();
    assert_eq!(actors, ["a/snoop0 1.0", "snoop1 1.0"]);
}

#[tokio::test]
async fn strangers_name_one_tenant_at_a_time() {
    let mut bench = bench();
    add(&mut bench, &[Some("b")], counting_all());
    let host = bench.start().await.unwrap();
    let mut stranger = session(&host);
    let mut codes = Vec::new();
    for order in [
        ["x@a.test", "y@b.test"],
        ["y@b.test", "w@elsewhere.test"],
        ["y@b.test", "z@bee.test"],
    ] {
        stranger.mail(&path("bad@elsewhere.test"), &[]).await;
        for recipient in order {
            let ruling = stranger.rcpt(recipient, &[]).await;
            codes.push(if let Verdict::Defer(reply) = &ruling.verdict {
                reply.code()
            } else {
                250
            });
        }
        stranger.reset();
    }
    assert_eq!(codes, [250, 452, 250, 452, 250, 250]);
    let mut user = logged_in(&host, "u@elsewhere.test").await;
    user.mail(&path("bad@elsewhere.test"), &[]).await;
    for recipient in ["x@a.test", "y@b.test"] {
        assert_eq!(user.rcpt(recipient, &[]).await.verdict, Verdict::Next);
    }
}

#[tokio::test]
async fn what_cannot_be_a_tenants_is_refused() {
    let mut bench = bench();
    let mut guest = Guest::new();
    guest.stages = vec!["helo", "mail"];
    add(&mut bench, &[Some("a"), None, None], guest);
    let refusal = check(bench.config.clone(), bench.services()).await;
    expect_test::expect![[r#"
        plugin snoop0: two plugins have this name
        plugin a/snoop0: it wants the stage helo, and is a plugin of the tenant a: before somebody logs in or names a recipient, nobody knows whose mail it is; there are auth, mail, rcpt, headers, message and disconnect"#]]
    .assert_eq(&refusal.unwrap_err().to_string());
    let taken = bench.config.tenants["a"].clone();
    bench.config.tenants.insert("c".to_owned(), taken);
    let refusal = check(bench.config.clone(), bench.services()).await;
    let expected = "tenants.c.domains names \"a.test\", which is of the tenant \"a\"";
    assert_eq!(refusal.unwrap_err().to_string(), expected);
}
