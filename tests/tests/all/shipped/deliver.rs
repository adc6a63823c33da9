//! Delivery plugins: `vacation`, `forward`, `archive`, `http-transport`.

use super::check;
use crate::engine::Engine;
use waxseal_tests::{free_port, program};

const VACATION: &str = r#"
[[plugin]]
name = "vacation"
grants.kv_bytes = 1048576
[[plugin.config.person]]
address = "alice@example.test"
name = "Alice Arbour"
subject = "Away (was: {subject})"
text = """
I am away.
"""
"#;

#[test]
fn vacation_answers_each_sender_once_and_no_machine() {
    let sink = free_port().unwrap();
    let mut engine = Engine::start_relaying("vacation", sink, VACATION).unwrap();
    let run = |engine: &Engine, turn: &str, words: &str| {
        let client = engine.python("plugin_vacation.py").arg(sink).arg(turn);
        check(engine, client, words);
    };
    run(&engine, "first", "vacation answers");
    engine.restart(VACATION).unwrap();
    run(&engine, "again", "vacation remembers");
}

const FORWARD: &str = r#"
[[plugin]]
name = "forward"
grants.kv_bytes = 1048576
[[plugin.config.rule]]
recipients = "alice@example.test"
to = "alice@home.elsewhere.test"
keep = true
[[plugin.config.rule]]
recipients = "bob@example.test"
to = "{local}@new.elsewhere.test"
except_senders = "<>"
[[plugin.config.rule]]
recipients = "postmaster@example.test"
to = "refuse@elsewhere.test"
"#;

#[test]
fn forward_copies_redirects_and_ends_circles() {
    let sink = free_port().unwrap();
    let engine = Engine::start_relaying("forward", sink, FORWARD).unwrap();
    let client = engine.python("plugin_forward.py").arg(sink);
    check(&engine, client, "forward forwards");
}

const SRS: &str = r#"
[secrets]
srs = { value = "one" }
older = { value = "two" }
[[plugin]]
name = "forward"
grants.kv_bytes = 1048576
grants.secrets = ["srs", "older"]
[plugin.config.srs]
domain = "srs.example.test"
secret = ["srs", "older"]
own = "example.test"
[[plugin.config.rule]]
recipients = "alice@example.test"
to = "alice@home.elsewhere.test"
[[plugin.config.rule]]
recipients = "postmaster@example.test"
to = "refuse@elsewhere.test"
"#;

#[test]
fn forward_rewrites_senders_and_brings_reports_back() {
    let sink = free_port().unwrap();
    let engine = Engine::start_relaying("srs", sink, SRS).unwrap();
    for arguments in [
        &["domain", "add", "srs.example.test"][..],
        &[
            "domain",
            "catch-all",
            "srs.example.test",
            "bob@example.test",
        ],
    ] {
        engine.command(arguments).unwrap().succeed().unwrap();
    }
    let client = engine.python("plugin_srs.py").arg(sink);
    check(&engine, client, "there and back");
}

const ARCHIVE: &str = r#"
[[plugin]]
name = "archive"
grants.kv_bytes = 4194304
config.to = "journal@archive.elsewhere.test"
"#;

#[test]
fn archive_journals_everything() {
    let sink = free_port().unwrap();
    let engine = Engine::start_relaying("archive", sink, ARCHIVE).unwrap();
    let client = engine.python("plugin_archive.py").arg(sink);
    check(&engine, client, "archive archives");
}

#[test]
fn http_transport_hands_mail_to_a_service() {
    let service = free_port().unwrap();
    let more = format!(
        r#"
[secrets]
tickets = {{ value = "s3cret" }}
[[plugin]]
name = "http-transport"
grants.http = ["http://127.0.0.1:{service}/in/"]
grants.secrets = ["tickets"]
config.url = "http://127.0.0.1:{service}/in/{{local}}"
config.bearer = "tickets"
config.recipients = ["*@tickets.test"]
"#
    );
    let engine = Engine::start("http-transport", &more).unwrap();
    let config = engine.folder().path().join("waxseal.toml");
    let waxseal = program("WAXSEAL_BIN", "waxseal").unwrap();
    let client = engine.python("plugin_http_transport.py").arg(service);
    let client = client.arg(config.display()).arg(waxseal.display());
    check(&engine, client, "the service takes mail");
}
