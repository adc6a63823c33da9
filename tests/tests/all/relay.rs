//! Mail for elsewhere: through a smarthost, with a report for what it refuses.

use std::process::{Child, Command, Stdio};
use std::time::Duration;
use waxseal_tests::{Folder, Server, free_port, until};

/// A next hop that ends with its owner.
struct Sink {
    folder: Folder,
    port: u16,
    process: Child,
}

impl Sink {
    fn start() -> Self {
        let folder = Folder::new("sink").unwrap();
        let port = free_port().unwrap();
        let mut python = Command::new("python3");
        python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/clients/sink.py"));
        python
            .arg(port.to_string())
            .arg(folder.path())
            .stdin(Stdio::null());
        let process = python.spawn().unwrap();
        let listens = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        until("the sink listens", Duration::from_secs(20), listens).unwrap();
        Self {
            folder,
            port,
            process,
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.process.kill().unwrap_or_default();
        self.process.wait().map(|_| ()).unwrap_or_default();
    }
}

#[test]
fn submitted_mail_is_relayed_and_refusals_are_reported() {
    let sink = Sink::start();
    let smarthost = format!("127.0.0.1:{}", sink.port);
    let server = Server::start_with("relay", &["--smarthost", &smarthost]).unwrap();
    let client = server
        .python("relay_session.py")
        .arg(sink.folder.path().display());
    assert!(
        client.succeed().unwrap().contains("relayed and reported"),
        "{}",
        server.log()
    );
}
