//! Plugins of a running server: recorded, watched, switched, read again.

use crate::engine::Engine;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use waxseal_tests::{Client, Output, Server, plugins, program, until};

/// How long a server may take to notice a change.
const NOTICE_LIMIT: Duration = Duration::from_secs(60);

/// Sends a message with a subject by swaks.
fn swaks(port: u16, subject: &str) -> String {
    let output = Client::new("swaks")
        .args(["--server", &format!("127.0.0.1:{port}")])
        .args(["--from", "s@client.example.test"])
        .args(["--to", "alice@example.test"])
        .args(["--header", &format!("Subject: {subject}")])
        .run();
    output.unwrap().text
}

fn run(server: &Server, arguments: &[&str]) -> Output {
    server.command(arguments).unwrap().run().unwrap()
}

#[track_caller]
fn check(output: &Output, code: i32, words: &str) {
    assert_eq!(output.code, code, "{}", output.text);
    assert!(
        output.text.contains(words),
        "no {words:?} in {}",
        output.text
    );
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn sessions_are_recorded_within_bounds_and_replayed() {
    let server = Server::start("record").unwrap();
    let folder = server.folder.path().join("recorded");
    let dir = folder.to_str().unwrap();
    check(&run(&server, &["record", "status"]), 0, "no recording runs");
    let start = ["record", "start", "--dir", dir, "--max-messages", "3"];
    check(&run(&server, &start), 0, dir);
    check(&run(&server, &start), 4, "runs already");
    server.python("recorded_session.py").succeed().unwrap();
    // Full with the third message, it ends by itself.
    until("the end of the recording", NOTICE_LIMIT, || {
        run(&server, &["record", "status"])
            .text
            .contains("no recording runs")
    })
    .unwrap();
    swaks(server.port(25), "one too many");

    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    files.sort_by_key(std::fs::DirEntry::path);
    let names: Vec<_> = files
        .iter()
        .map(|file| file.file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "000001.eml",
            "000001.toml",
            "000002.eml",
            "000002.toml",
            "000003.eml",
            "000003.toml"
        ]
    );
    assert_eq!(mode(&folder), 0o700);
    // The password, in clear text and as AUTH PLAIN sends it.
    let secrets = ["secret1", "AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQx"];
    for file in &files {
        assert_eq!(mode(&file.path()), 0o600);
        let text = text(&file.path());
        assert!(
            secrets.iter().all(|secret| !text.contains(secret)),
            "{text}"
        );
    }
    let first = text(&folder.join("000001.toml"));
    assert!(first.contains("user = \"alice@example.test\""), "{first}");
    assert!(text(&folder.join("000002.toml")).contains("reject"));

    let rules = plugins().unwrap().join("rules.wasm");
    let settings = server.folder.path().join("waxseal.toml");
    let replay = [
        "plugin",
        "replay",
        rules.to_str().unwrap(),
        "--settings",
        settings.to_str().unwrap(),
        "--recorded",
        dir,
    ];
    let replayed = run(&server, &replay);
    check(&replayed, 0, "3 messages");
    check(&replayed, 0, "1  reject");
    check(&replayed, 0, "2  next");
}

#[test]
fn a_recording_is_stopped_and_counted() {
    let server = Server::start("record-stop").unwrap();
    let folder = server.folder.path().join("recorded");
    let dir = folder.to_str().unwrap();
    check(&run(&server, &["record", "start", "--dir", dir]), 0, dir);
    swaks(server.port(25), "hello");
    let status = || run(&server, &["record", "status", "--json"]).text;
    until("one message", NOTICE_LIMIT, || {
        status().contains("\"messages\": 1")
    })
    .unwrap();
    check(&run(&server, &["record", "stop"]), 0, "1 messages");
    swaks(server.port(25), "unheard");
    check(&run(&server, &["record", "stop"]), 0, "no recording runs");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
    check(
        &run(&server, &["record", "start", "--dir", dir]),
        4,
        "not empty",
    );
    // Octets are bounded too: a message that would go past them is left out.
    let small = server.folder.path().join("small");
    let start = [
        "record",
        "start",
        "--dir",
        small.to_str().unwrap(),
        "--max-bytes",
        "10",
    ];
    check(&run(&server, &start), 0, "small");
    swaks(server.port(25), "too much");
    check(&run(&server, &["record", "stop"]), 0, "0 messages");
    assert_eq!(std::fs::read_dir(&small).unwrap().count(), 0);
}

/// A message for elsewhere waits in the demo's queue.
#[test]
fn the_queue_is_replayed_and_stays_as_it_is() {
    let mut server = Server::start("replay-queue").unwrap();
    let id = server.python("submit_elsewhere.py").succeed().unwrap();
    let id = id.trim();
    let rules = plugins().unwrap().join("rules.wasm");
    let write = |name: &str, verdict: &str| {
        let file = server.folder.path().join(name);
        let text = format!(
            "[[config.rule]]\nname = \"r\"\nif.header = {{ Subject = \"for elsewhere\" }}\n\
             then.{verdict} = \"why not\"\n"
        );
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (one, two) = (write("one.toml", "quarantine"), write("two.toml", "reject"));
    let rules = rules.to_str().unwrap();
    let replay = ["plugin", "replay", rules, "--queue", "--settings", &one];
    let mut compared = replay.to_vec();
    compared.extend(["--with", rules, "--with-settings", &two]);
    let listed = run(&server, &["queue", "list"]).text;
    let both = |server: &Server| {
        let mut verbose = replay.to_vec();
        verbose.push("--verbose");
        let output = run(server, &verbose);
        check(&output, 0, "1  quarantine");
        check(&output, 0, id);
        let output = run(server, &compared);
        check(&output, 1, "quarantine became reject");
        check(&output, 1, "1  judged differently");
    };
    both(&server);
    assert_eq!(run(&server, &["queue", "list"]).text, listed);
    server.kill().unwrap();
    both(&server);
    assert_eq!(run(&server, &["queue", "list"]).text, listed);
}

/// The tutorial's filter, which logs what it refuses, with a word to refuse.
fn guard(word: &str) -> String {
    format!(
        "\n[[plugin]]\nname = \"guard\"\nfile = \"subject-guard.wasm\"\n[plugin.config]\n\
         reject = \"{word}\"\n"
    )
}

fn refused(port: u16, subject: &str) -> bool {
    let text = swaks(port, subject);
    assert!(text.contains("250 ") || text.contains("550 "), "{text}");
    text.contains(" 550 5.7.1 the subject holds")
}

#[test]
fn log_lines_of_a_plugin_are_shown_and_followed() {
    let engine = Engine::start("plugin-logs", &guard("lottery")).unwrap();
    let command = |arguments: &[&str]| engine.command(arguments).unwrap().run().unwrap();
    check(&command(&["plugin", "logs", "nobody"]), 3, "nobody");
    assert!(refused(engine.port(25), "the lottery"));
    check(&command(&["plugin", "logs", "guard"]), 0, "subject refused");
    let json = command(&["plugin", "logs", "guard", "--json"]);
    check(&json, 0, "\"level\": \"info\"");
    let config = engine.config_file();
    let mut follow = Command::new(program("WAXSEAL_BIN", "waxseal").unwrap())
        .args(["plugin", "logs", "guard", "-f", "--config"])
        .arg(&config)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follow.stdout.take().unwrap()).lines();
    // What was logged before comes first, then each line as it is written.
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("subject refused"), "{first}");
    assert!(refused(engine.port(25), "another lottery"));
    let second = lines.next().unwrap().unwrap();
    assert!(
        second.contains("subject refused") && second != first,
        "{second}"
    );
    follow.kill().unwrap();
    follow.wait().unwrap();
}

#[test]
fn plugins_are_switched_and_read_again_while_the_server_runs() {
    let engine = Engine::start("plugin-reload", &guard("lottery")).unwrap();
    let port = engine.port(25);
    let command = |arguments: &[&str]| engine.command(arguments).unwrap().run().unwrap();
    assert!(refused(port, "the lottery"));
    check(
        &command(&["plugin", "disable", "guard"]),
        0,
        "the server knows",
    );
    assert!(!refused(port, "the lottery"));
    assert!(!command(&["plugin", "list"]).text.contains("guard"));
    check(
        &command(&["plugin", "enable", "guard"]),
        0,
        "the server knows",
    );
    assert!(refused(port, "the lottery"));

    let config = engine.config_file();
    let former = text(&config);
    std::fs::write(&config, former.replace("\"lottery\"", "\"casino\"")).unwrap();
    check(&command(&["plugin", "reload"]), 0, "guard");
    assert!(refused(port, "the casino") && !refused(port, "the lottery"));

    // A mistake leaves the former plugins in use, by command and by signal.
    std::fs::write(&config, former.replace("reject = ", "rejekt = ")).unwrap();
    let output = command(&["plugin", "reload"]);
    check(&output, 2, "rejekt");
    engine.hang_up().unwrap();
    until("the log of the refusal", NOTICE_LIMIT, || {
        engine.log().contains("the former plugins stay in use")
    })
    .unwrap();
    assert!(refused(port, "the casino"));

    std::fs::write(&config, former.replace("\"lottery\"", "\"jackpot\"")).unwrap();
    engine.hang_up().unwrap();
    until("the new word", NOTICE_LIMIT, || {
        refused(port, "the jackpot")
    })
    .unwrap();
    assert!(!refused(port, "the casino"));
}

#[test]
fn files_that_change_are_noticed_in_watch_mode() {
    let folder = waxseal_tests::Folder::new("watched").unwrap();
    for name in ["rules.wasm", "subject-guard.wasm"] {
        let from = plugins().unwrap().join(name);
        std::fs::copy(from, folder.path().join(name)).unwrap();
    }
    let there = plugins().unwrap();
    let here = folder.path().to_str().unwrap();
    let edit = |text: String| text.replace(there.to_str().unwrap(), here);
    let more = format!("[plugins]\nwatch = true\n{}", guard("lottery"));
    let engine = Engine::start_edited("plugin-watch", edit, &more).unwrap();
    let port = engine.port(25);
    assert!(refused(port, "the lottery"));
    let config = engine.config_file();
    std::fs::write(&config, text(&config).replace("\"lottery\"", "\"casino\"")).unwrap();
    until("the changed configuration", NOTICE_LIMIT, || {
        refused(port, "the casino")
    })
    .unwrap();

    // A component that is none: the former one stays, and the next good one is taken.
    let component = folder.path().join("subject-guard.wasm");
    let good = std::fs::read(&component).unwrap();
    std::fs::write(&component, "half a file").unwrap();
    until("the refusal", NOTICE_LIMIT, || {
        engine.log().contains("the former plugins stay in use")
    })
    .unwrap();
    assert!(refused(port, "the casino"));
    let read = || engine.log().matches("plugins read again").count();
    let before = read();
    std::fs::write(&component, good).unwrap();
    until("the good component", NOTICE_LIMIT, || read() > before).unwrap();
    assert!(refused(port, "the casino"));
}
