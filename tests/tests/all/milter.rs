//! The milter bridges against programs that no one here wrote: rspamd and opendkim judge our mail, a
//! plugin of ours judges mail for Postfix and Sendmail.

mod bridge;
mod peer;
mod postfix;
mod sendmail;

use crate::engine::Engine;
use bridge::Bridge;
use peer::{OpenDkim, Rspamd};
use postfix::Postfix;
use sendmail::Sendmail;
use waxseal_tests::{Client, Folder, free_port};

/// A table `[[milter]]`.
fn settings(name: &str, port: u16, more: &str) -> String {
    format!("\n[[milter]]\nname = \"{name}\"\nsocket = \"inet:127.0.0.1:{port}\"\n{more}")
}

#[test]
fn rspamd_judges_our_mail() {
    let rspamd = Rspamd::start().unwrap();
    let milter = settings("rspamd", rspamd.port, "before_plugins = true\n");
    let engine = Engine::start("milter-rspamd", &milter).unwrap();
    let text = engine.python("milter_rspamd.py").succeed();
    let text = text.unwrap_or_else(|error| panic!("{error}\n{}\n{}", engine.log(), rspamd.log()));
    let id = text
        .lines()
        .find_map(|line| line.strip_prefix("accepted as "));
    let trace = engine
        .command(&["message", "trace", id.unwrap()])
        .unwrap()
        .succeed()
        .unwrap();
    assert!(trace.contains("milter rspamd"), "{trace}");
    let metrics = engine.http("GET", "/metrics").unwrap();
    let refused =
        "waxseal_milter_calls_total{milter=\"rspamd\",stage=\"message\",verdict=\"reject\"} 1";
    assert!(metrics.contains(refused), "{metrics}");
    let opened = "waxseal_milter_connections_total{milter=\"rspamd\",how=\"opened\"}";
    assert!(metrics.contains(opened), "{metrics}");
}

#[test]
fn opendkim_signs_what_users_send_and_verifies_what_comes_in() {
    let opendkim = OpenDkim::start().unwrap();
    let engine =
        Engine::start("milter-opendkim", &settings("opendkim", opendkim.port, "")).unwrap();
    let text = engine.python("milter_opendkim.py").succeed();
    let text = text.unwrap_or_else(|error| panic!("{error}\n{}\n{}", engine.log(), opendkim.log()));
    assert!(text.contains("signed and verified"), "{text}");
}

#[test]
fn a_milter_that_is_gone_defers_or_is_skipped() {
    let opendkim = OpenDkim::start().unwrap();
    for (on_failure, code) in [("defer", 421), ("skip", 250)] {
        let more = format!("on_failure = \"{on_failure}\"\n");
        let engine = Engine::start(
            "milter-gone",
            &settings("gone", opendkim.unused_port, &more),
        );
        let engine = engine.unwrap();
        let text = Client::new("swaks")
            .args(["--server", &format!("127.0.0.1:{}", engine.port(25))])
            .args([
                "--from",
                "s@client.example.test",
                "--to",
                "alice@example.test",
            ])
            .run()
            .unwrap()
            .text;
        assert!(text.contains(&format!("{code} ")), "{text}");
        assert_eq!(text.contains(" accepted as m"), code == 250, "{text}");
    }
}

/// Rules for another mail server: what each does can be seen from outside.
const RULES: &str = r#"
[[plugin]]
name = "rules"
[[plugin.config.rule]]
name = "reject on request"
if = { header = { Subject = "*[reject-me]*" } }
then = { reject = "100% refused" }
[[plugin.config.rule]]
name = "hold on request"
if = { header = { Subject = "*[hold-me]*" } }
then = { hold = "somebody shall look" }
[[plugin.config.rule]]
name = "edit on request"
if = { header = { Subject = "*[edit-me]*" } }
then = { replace-header = { Subject = "edited" }, insert-header = { X-Top = "top" }, add-header = { X-End = "end" }, remove-header = "X-Gone" }
[[plugin.config.rule]]
name = "quarantine on request"
if = { header = { Subject = "*[junk-me]*" } }
then = { quarantine = "looks like junk" }
[[plugin.config.rule]]
name = "no such recipient"
if = { recipient = "nobody@example.test" }
then = { reject = { code = 550, status = "5.1.1", text = "no such user" } }
"#;

#[test]
fn a_plugin_judges_mail_for_postfix() {
    let folder = Folder::new("milter-postfix").unwrap();
    let socket = format!("inet:127.0.0.1:{}", free_port().unwrap());
    let bridge = Bridge::start(folder.path(), &socket, RULES).unwrap();
    let postfix = Postfix::start(folder.path(), &socket).unwrap();
    let text = Client::python("milter_mta.py")
        .arg(postfix.port)
        .arg(postfix.maildir.display())
        .succeed();
    let text = text.unwrap_or_else(|error| panic!("{error}\n{}\n{}", bridge.log(), postfix.log()));
    assert!(text.contains("the plugin is heeded"), "{text}");
    let queue = postfix.queue().unwrap();
    assert!(queue.contains("held@client.example.test"), "{queue}");
    assert!(
        queue.lines().any(|line| line.contains('!')),
        "not held: {queue}"
    );
    assert_eq!(bridge.terminate().unwrap(), 0);
}

#[test]
fn a_plugin_judges_mail_for_sendmail() {
    let Some(unpacked) = sendmail::unpacked() else {
        eprintln!("sendmail is not unpacked here; `cargo xtask test` does that");
        return;
    };
    let folder = Folder::new("milter-sendmail").unwrap();
    let socket = folder.path().join("bridge.sock");
    let bridge = format!("unix:{}", socket.display());
    let bridge = Bridge::start(folder.path(), &bridge, RULES).unwrap();
    let sendmail = Sendmail::start(&unpacked, folder.path(), &socket).unwrap();
    let text = sendmail
        .python("milter_mta.py")
        .arg(sendmail::PORT)
        .arg(sendmail.maildir().display())
        .succeed();
    let text = text.unwrap_or_else(|error| panic!("{error}\n{}\n{}", bridge.log(), sendmail.log()));
    assert!(text.contains("the plugin is heeded"), "{text}");
    let queue = sendmail.quarantined().unwrap();
    assert!(queue.contains("held@client.example.test"), "{queue}");
    assert!(queue.contains("somebody shall look"), "{queue}");
    assert_eq!(bridge.terminate().unwrap(), 0);
}
