//! What plugin authors and administrators do with `waxseal plugin`.

use std::path::{Path, PathBuf};
use waxseal_tests::{Client, Folder, Output, Server, plugins, program};

/// The program with arguments, and a cache of its own.
fn waxseal(folder: &Folder, arguments: &[&str]) -> Client {
    let engine = program("WAXSEAL_BIN", "waxseal").unwrap();
    Client::new(engine.to_str().unwrap())
        .args(arguments.iter().copied())
        .env("XDG_CACHE_HOME", folder.path().display())
}

fn run(folder: &Folder, arguments: &[&str]) -> Output {
    waxseal(folder, arguments).run().unwrap()
}

#[track_caller]
fn check(folder: &Folder, arguments: &[&str], code: i32, words: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.code, code, "{arguments:?}\n{}", output.text);
    for word in words {
        assert!(
            output.text.contains(word),
            "no {word:?} in\n{}",
            output.text
        );
    }
    output.text
}

fn rules() -> String {
    let file = plugins().unwrap().join("rules.wasm");
    file.to_str().unwrap().to_owned()
}

fn write(folder: &Folder, name: &str, text: &str) -> String {
    let path: PathBuf = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

const SETTINGS: &str = "[[config.rule]]\nname = \"lottery\"\nif.header = { Subject = \"*lottery*\" }\n\
                        then.quarantine = \"looks like a lottery\"\n";

#[test]
fn a_component_is_inspected_and_checked() {
    let folder = Folder::new("inspect").unwrap();
    let rules = rules();
    let words = [
        "world      filter",
        "waxseal:plugin 0.1.0",
        "sha256",
        "on-message",
    ];
    check(&folder, &["plugin", "inspect", &rules], 0, &words);
    let json = check(&folder, &["plugin", "inspect", &rules, "--json"], 0, &[]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["world"], "filter");
    let good = write(&folder, "good.toml", SETTINGS);
    let words = ["a server would load it", "stages  message"];
    check(
        &folder,
        &["plugin", "check", &rules, "--settings", &good],
        0,
        &words,
    );
    let bad = write(&folder, "bad.toml", &SETTINGS.replace("header", "haeder"));
    let words = ["refuses its configuration", "did you mean"];
    check(
        &folder,
        &["plugin", "check", &rules, "--settings", &bad],
        2,
        &words,
    );
    let text = write(&folder, "no.wasm", "#!/bin/sh\n");
    check(
        &folder,
        &["plugin", "inspect", &text],
        2,
        &["is not a WebAssembly component"],
    );
    check(
        &folder,
        &["plugin", "inspect", "/no/such"],
        3,
        &["does not exist"],
    );
}

#[test]
fn cases_pass_and_fail_with_their_place() {
    let folder = Folder::new("cases").unwrap();
    let shared = SETTINGS.replace("[[config", "[[case.config");
    let case = |subject: &str, verdict: &str| {
        format!(
            "[[case]]\nname = \"{subject}\"\nmessage = \"Subject: {subject}\\n\\nx\\n\"\n\
                 {shared}[case.expect]\nverdict = \"{verdict}\"\n"
        )
    };
    let good = case("a lottery", "quarantine") + &case("minutes", "next");
    write(&folder, "good/cases.toml", &good);
    let cases = folder.path().join("good");
    let cases = cases.to_str().unwrap();
    let rules = rules();
    let arguments = ["plugin", "test", &rules, "--cases", cases];
    let first = check(&folder, &arguments, 0, &["2 passed, 0 failed"]);
    assert_eq!(
        first,
        check(&folder, &arguments, 0, &[]),
        "the same every time"
    );
    let bad = write(&folder, "bad.toml", &case("a lottery", "reject"));
    let arguments = ["plugin", "test", &rules, "--cases", &bad];
    let words = [
        "bad.toml:9:1: expect.verdict",
        "- reject",
        "+ quarantine",
        "0 passed, 1 failed",
    ];
    check(&folder, &arguments, 1, &words);
}

#[test]
fn real_mail_is_replayed_and_versions_compared() {
    let folder = Folder::new("replay").unwrap();
    let mbox = "From a@b.test Tue Nov 24 05:29:34 2026\nSubject: the lottery\n\nbody\n\n\
                From a@b.test Tue Nov 24 05:29:35 2026\nSubject: minutes\n\nbody\n";
    let mbox = write(&folder, "in.mbox", mbox);
    let settings = write(&folder, "s.toml", SETTINGS);
    let strict = SETTINGS.replace("then.quarantine", "then.reject");
    let strict = write(&folder, "t.toml", &strict);
    let rules = rules();
    let one = [
        "plugin",
        "replay",
        &rules,
        "--settings",
        &settings,
        "--mbox",
        &mbox,
    ];
    check(
        &folder,
        &one,
        0,
        &["2 messages", "1  next", "1  quarantine"],
    );
    let mut two = one.to_vec();
    two.extend(["--with", &rules, "--with-settings", &strict]);
    let words = [
        "in.mbox:1",
        "quarantine became reject",
        "1  judged differently",
    ];
    check(&folder, &two, 1, &words);
    let messages = Path::new(env!("CARGO_MANIFEST_DIR")).join("messages");
    let messages = messages.to_str().unwrap();
    let all = [
        "plugin",
        "replay",
        &rules,
        "--settings",
        &settings,
        "--maildir",
        messages,
    ];
    check(&folder, &all, 0, &["messages"]);
}

#[test]
fn costs_are_measured() {
    let folder = Folder::new("bench").unwrap();
    let settings = write(&folder, "s.toml", SETTINGS);
    let rules = rules();
    let arguments = [
        "plugin",
        "bench",
        &rules,
        "--settings",
        &settings,
        "--runs",
        "20",
        "--json",
    ];
    let fuel = || {
        let json = check(&folder, &arguments, 0, &[]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert!(json["empty"]["round_micros"].as_f64().unwrap() > 0.0);
        json["plugin"]["fuel"].as_u64().unwrap()
    };
    let first = fuel();
    assert!(first > 0);
    assert_eq!(first, fuel(), "fuel is the same every time");
}

/// Settings of a plugin of each world, and of a script, with the stages that they are asked at.
const MEASURED: [(&str, &str, &str); 6] = [
    ("bayes", "grants.kv_bytes = 1048576\n", "message moved"),
    (
        "http-transport",
        "[config]\nurl = \"https://in.example.org/\"\nrecipients = [\"*@example.test\"]\n\
         [grants]\nhttp = [\"https://in.example.org/\"]\n",
        "route transport",
    ),
    ("compress", "", "encode decode"),
    (
        "seal",
        "config.key = \"mail\"\ngrants.aead_keys = [\"mail\"]\n",
        "encode decode",
    ),
    (
        "mirror",
        "config.url = \"https://blobs.example.org/\"\n\
         grants.http = [\"https://blobs.example.org/\"]\n",
        "put get delete",
    ),
    (
        "subject-guard-js",
        "config.reject = \"lottery\"\n",
        "mail headers message",
    ),
];

#[test]
fn every_world_is_measured_or_it_is_said_why_not() {
    let folder = Folder::new("bench-worlds").unwrap();
    let component = |name: &str| {
        let file = plugins().unwrap().join(name).with_extension("wasm");
        file.to_str().unwrap().to_owned()
    };
    for (name, settings, stages) in MEASURED {
        let settings = write(&folder, &format!("{name}.toml"), settings);
        let file = component(name);
        let arguments = [
            "plugin",
            "bench",
            &file,
            "--settings",
            &settings,
            "--runs",
            "3",
        ];
        let shown = check(&folder, &arguments, 0, &["empty plugin", "times as long"]);
        let lines = shown.lines().skip(2).map(str::trim_start);
        let named = lines.filter_map(|line| line.split_whitespace().next());
        let seen: Vec<_> = named.take(stages.split(' ').count()).collect();
        assert_eq!(seen.join(" "), stages, "{shown}");
    }
    let words = ["`message` failed", "kv is not granted", "[grants]"];
    check(
        &folder,
        &["plugin", "bench", &component("bayes")],
        1,
        &words,
    );
    let words = ["refuses its configuration", "url is missing"];
    check(
        &folder,
        &["plugin", "bench", &component("mirror")],
        2,
        &words,
    );
}

#[test]
fn signatures_are_made_checked_and_demanded() {
    let folder = Folder::new("sign").unwrap();
    let component = folder.path().join("rules.wasm");
    std::fs::copy(rules(), &component).unwrap();
    let component = component.to_str().unwrap();
    let key = folder.path().join("key");
    let key = key.to_str().unwrap();
    let made = check(
        &folder,
        &["plugin", "key", "new", key],
        0,
        &["require_signatures"],
    );
    let public = made.split('"').nth(1).unwrap();
    check(
        &folder,
        &["plugin", "verify", component, "--key", public],
        1,
        &["is not signed"],
    );
    check(
        &folder,
        &["plugin", "sign", component, "--key", key],
        0,
        &[public],
    );
    check(
        &folder,
        &["plugin", "verify", component, "--key", public],
        0,
        &[],
    );
    let config = format!(
        "config_version = 1\n[server]\nhostname = \"mx.example.test\"\nplugin_dir = \".\"\n\
         [[listener]]\nprotocol = \"smtp\"\naddress = \"127.0.0.1:0\"\n\
         [plugins]\nrequire_signatures = [\"{public}\"]\n[[plugin]]\nname = \"rules\"\n"
    );
    let config = write(&folder, "w.toml", &config);
    let checked = ["config", "check", "--config", &config];
    check(&folder, &checked, 0, &[]);
    let mut forged = std::fs::read(component).unwrap();
    let middle = forged.len() / 2;
    forged[middle] ^= 1;
    std::fs::write(component, forged).unwrap();
    check(
        &folder,
        &["plugin", "verify", component, "--key", public],
        1,
        &["changed after"],
    );
    check(&folder, &checked, 2, &["is not signed with any"]);
}

#[test]
fn a_project_in_rust_builds_and_tests_at_once() {
    let folder = Folder::new("project").unwrap();
    let at = |arguments: &[&str]| {
        let engine = program("WAXSEAL_BIN", "waxseal").unwrap();
        let line = format!(
            "cd {} && exec {} \"$@\"",
            folder.path().display(),
            engine.display()
        );
        let client = Client::new("sh").args(["-c", &line, "sh"]);
        let client = client.args(arguments.iter().copied());
        client
            .env("XDG_CACHE_HOME", folder.path().display())
            .run()
            .unwrap()
    };
    let made = at(&["plugin", "new", "--lang", "rust", "my-filter"]);
    assert_eq!(made.code, 0, "{}", made.text);
    let tested = at(&["plugin", "test", "my-filter"]);
    assert_eq!(tested.code, 0, "{}", tested.text);
    assert!(
        tested.text.contains("3 passed, 0 failed"),
        "{}",
        tested.text
    );
    let again = at(&["plugin", "new", "--lang", "rust", "my-filter"]);
    assert_eq!(again.code, 4, "{}", again.text);
}

#[test]
fn plugins_are_installed_disabled_and_enabled() {
    let mut server = Server::start("install").unwrap();
    let list = |server: &Server| {
        server
            .command(&["plugin", "list"])
            .unwrap()
            .succeed()
            .unwrap()
    };
    assert!(list(&server).contains("rules"));
    let run =
        |server: &Server, arguments: &[&str]| server.command(arguments).unwrap().run().unwrap();
    let off = run(&server, &["plugin", "disable", "rules"]);
    assert_eq!(off.code, 0, "{}", off.text);
    let config = std::fs::read_to_string(server.folder.path().join("waxseal.toml")).unwrap();
    assert!(config.contains("enabled = false"), "{config}");
    let on = run(&server, &["plugin", "enable", "rules"]);
    assert!(on.text.contains("the server knows"), "{}", on.text);
    assert!(list(&server).contains("rules"));
    assert_eq!(run(&server, &["plugin", "enable", "nobody"]).code, 3);
    server.kill().unwrap();
}
