//! SIGKILL at random moments under load: acknowledged is kept, once, and nothing is undone.

use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::process::{Command, Stdio};
use std::time::Duration;
use waxseal_tests::Server;

/// Kills in a row. The full proof of a release runs more: `WAXSEAL_CRASH_ROUNDS=100`.
const ROUNDS: u32 = 8;

fn rounds() -> u32 {
    std::env::var("WAXSEAL_CRASH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(ROUNDS)
}

/// Starts a script that works until the server dies; what it prints is appended to `output`.
fn start(server: &Server, script: &str, arguments: &[String], output: &str) -> std::process::Child {
    let file = server.folder.path().join(output);
    let file = File::options()
        .create(true)
        .append(true)
        .open(file)
        .unwrap();
    let path = format!("{}/clients/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new("python3");
    command
        .arg(path)
        .arg(server.port_base.to_string())
        .args(arguments);
    command.stdin(Stdio::null()).stdout(file).spawn().unwrap()
}

/// Between 0.3 and 1.5 seconds, different each time.
fn moment() -> Duration {
    let random = RandomState::new().build_hasher().finish();
    Duration::from_millis(300 + random % 1_200)
}

#[test]
fn acknowledged_messages_survive_kills_exactly_once() {
    let mut server = Server::start("crash-smtp").unwrap();
    for round in 0..rounds() {
        let arguments = [round.to_string(), "6".to_owned()];
        let mut load = start(&server, "crash_load.py", &arguments, "acknowledged");
        let moment = moment();
        println!("round {round}: SIGKILL after {} ms", moment.as_millis());
        std::thread::sleep(moment);
        server.kill().unwrap();
        load.wait().unwrap();
        server.restart().unwrap();
        let client = server.python("crash_check.py");
        let client = client.arg(server.folder.path().join("acknowledged").display());
        let text = client
            .arg(server.folder.path().join("seen").display())
            .succeed();
        println!(
            "{}",
            text.unwrap_or_else(|error| panic!("{error}\n{}", server.log()))
        );
    }
    let acknowledged = std::fs::read_to_string(server.folder.path().join("acknowledged")).unwrap();
    assert!(acknowledged.lines().count() > 100, "the load did not load");
}

#[test]
fn acknowledged_imap_writes_survive_kills() {
    let mut server = Server::start("crash-imap").unwrap();
    for round in 0..rounds() {
        let mut load = start(&server, "crash_imap.py", &[round.to_string()], "steps");
        std::thread::sleep(Duration::from_millis(500) + moment());
        server.kill().unwrap();
        load.wait().unwrap();
        server.restart().unwrap();
        let client = server.python("crash_imap_check.py");
        let text = client
            .arg(server.folder.path().join("steps").display())
            .succeed();
        println!(
            "{}",
            text.unwrap_or_else(|error| panic!("{error}\n{}", server.log()))
        );
    }
    let steps = std::fs::read_to_string(server.folder.path().join("steps")).unwrap();
    assert!(steps.lines().count() > 50, "the load did not load");
}
