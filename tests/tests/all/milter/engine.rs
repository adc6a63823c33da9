//! `waxseal serve` with milters, on the folder of a demo.

use anyhow::{Context, Result, ensure};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use waxseal_tests::{Client, Server, program, until};

/// A running server. It ends when dropped.
pub(super) struct Engine {
    demo: Server,
    process: Child,
}

/// A table `[[milter]]`.
pub(super) fn settings(name: &str, port: u16, more: &str) -> String {
    format!("\n[[milter]]\nname = \"{name}\"\nsocket = \"inet:127.0.0.1:{port}\"\n{more}")
}

impl Engine {
    /// Lets a demo make accounts and configuration, adds `more` to that, and serves it.
    pub(super) fn start(name: &str, more: &str) -> Result<Self> {
        let mut demo = Server::start(name)?;
        ensure!(
            demo.terminate()? == 0,
            "the demo ended badly:\n{}",
            demo.log()
        );
        let file = demo.folder.path().join("waxseal.toml");
        let text = std::fs::read_to_string(&file)? + more;
        std::fs::write(&file, text)?;
        let log = std::fs::File::create(demo.folder.path().join("serve.log"))?;
        let process = Command::new(program("WAXSEAL_BIN", "waxseal")?)
            .arg("serve")
            .arg("--config")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("starting waxseal serve")?;
        let engine = Self { demo, process };
        until("/readyz answers 200", Duration::from_secs(60), || {
            let answer = engine.http("GET", "/readyz");
            answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
        })
        .with_context(|| engine.log())?;
        Ok(engine)
    }

    pub(super) const fn port(&self, standard: u16) -> u16 {
        self.demo.port(standard)
    }

    pub(super) fn http(&self, method: &str, path: &str) -> Result<String> {
        self.demo.http(method, path)
    }

    pub(super) fn python(&self, script: &str) -> Client {
        self.demo.python(script)
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Result<Client> {
        self.demo.command(arguments)
    }

    /// What it printed, and where the configuration sends its log.
    pub(super) fn log(&self) -> String {
        let read = |name| std::fs::read_to_string(self.demo.folder.path().join(name));
        read("serve.log").unwrap_or_default() + &read("waxseal.log").unwrap_or_default()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.process.kill().unwrap_or_default();
        self.process.wait().map(drop).unwrap_or_default();
    }
}
