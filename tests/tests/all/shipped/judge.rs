//! Filters: `bayes`, `greylist`, `rate`, `webhook`, `attachments`, `dnsbl`.

use super::check;
use crate::engine::Engine;
use waxseal_tests::free_port;

/// Clients of the test networks (RFC 5737), which are nobody's.
const CLIENTS: [&str; 6] = [
    "198.51.100.9",
    "198.51.100.10",
    "198.51.100.11",
    "198.51.100.12",
    "203.0.113.1",
    "203.0.113.9",
];

/// A server that these clients can reach.
fn among_strangers(name: &str, more: &str) -> Option<Engine> {
    let engine = Engine::start_among(name, &CLIENTS, more).unwrap();
    if engine.is_none() {
        eprintln!("no right to make a network here; run as root to have clients from elsewhere");
    }
    engine
}

const BAYES: &str = r#"
[[plugin]]
name = "bayes"
grants.kv_bytes = 4194304
[plugin.config]
scope = "account"
min_learned = 4
quarantine_from = 0.9
header = true
"#;

#[test]
fn bayes_learns_from_moves_for_each_account() {
    let engine = Engine::start("bayes", BAYES).unwrap();
    check(&engine, engine.python("plugin_bayes.py"), "bayes learns");
}

const GREYLIST: &str = r#"
[[plugin]]
name = "greylist"
grants.kv_bytes = 1048576
config.wait = "2s"
"#;

#[test]
fn greylist_lets_strangers_wait_once() {
    let Some(mut engine) = among_strangers("greylist", GREYLIST) else {
        return;
    };
    let client = engine.python("plugin_greylist.py");
    check(&engine, client, "strangers wait");
    engine.restart(GREYLIST).unwrap();
    let client = engine.python("plugin_greylist.py").arg("again");
    check(&engine, client, "greylist remembers");
}

const RATE: &str = r#"
[[plugin]]
name = "rate"
grants.kv_bytes = 1048576
[[plugin.config.limit]]
name = "sender"
per = "sender"
limit = 3
window = "1d"
[[plugin.config.limit]]
name = "user"
per = "user"
limit = 2
window = "1d"
action = "reject"
[[plugin.config.limit]]
name = "guessing"
count = "failed-logins"
per = "client"
limit = 2
window = "1d"
action = "reject"
text = "too many failed logins"
"#;

#[test]
fn rate_limits_senders_users_and_guesses() {
    let engine = Engine::start("rate", RATE).unwrap();
    check(
        &engine,
        engine.python("plugin_rate.py"),
        "the rate is limited",
    );
}

#[test]
fn webhook_does_what_a_service_says() {
    let service = free_port().unwrap();
    let more = format!(
        r#"
[secrets]
hook = {{ value = "s3cret" }}
[[plugin]]
name = "webhook"
grants.http = ["http://127.0.0.1:{service}/hook"]
grants.secrets = ["hook"]
[plugin.config]
url = "http://127.0.0.1:{service}/hook"
stages = ["rcpt", "data"]
bearer = "hook"
"#
    );
    let engine = Engine::start("webhook", &more).unwrap();
    let client = engine.python("plugin_webhook.py").arg(service);
    check(&engine, client, "the hook is heeded");
}

#[test]
fn attachments_are_looked_at() {
    let engine = Engine::start("attachments", "\n[[plugin]]\nname = \"attachments\"\n").unwrap();
    let client = engine.python("plugin_attachments.py");
    check(&engine, client, "attachments are looked at");
}

#[test]
fn dnsbl_asks_lists() {
    let port = free_port().unwrap();
    let more = format!(
        r#"
[dns]
servers = ["127.0.0.1:{port}"]
hosts_file = false
[[plugin]]
name = "dnsbl"
grants.dns = true
[[plugin.config.list]]
zone = "bl.test"
reply = "{{what}} is listed: {{txt}}"
codes = {{ "127.0.0.2" = "reject", "127.0.0.9" = 2 }}
[[plugin.config.list]]
zone = "good.test"
codes = {{ "127.0.0.0/8" = "allow" }}
[[plugin.config.list]]
zone = "names.test"
about = ["sender", "urls"]
action = "reject"
[[plugin]]
name = "marks"
file = "rules.wasm"
[[plugin.config.rule]]
name = "points"
if = {{ score-over = 1.5 }}
then = {{ add-header = {{ X-Listed = "yes" }} }}
"#
    );
    let Some(engine) = among_strangers("dnsbl", &more) else {
        return;
    };
    let client = engine.python("plugin_dnsbl.py").arg(port);
    check(&engine, client, "the lists are asked");
}
