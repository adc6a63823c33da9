//! `waxseal serve` with a configuration of the test's own, on the folder of a demo.

use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use waxseal_tests::{Client, Folder, Server, program, until};

/// A running server. It ends when dropped.
pub(crate) struct Engine {
    demo: Server,
    /// What the demo wrote.
    head: String,
    /// Addresses of a network of its own; none where it has that of the machine.
    addresses: Vec<String>,
    process: Option<Child>,
}

/// Gives `lo` further addresses and becomes the program that follows them.
const IN_A_NETWORK: &str = "set -e; ip link set lo up; \
    while [ \"$1\" != -- ]; do ip address add \"$1\" dev lo; shift; done; shift; exec \"$@\"";

impl Engine {
    /// Lets a demo make accounts and configuration, adds `more` to that, and serves it.
    pub(crate) fn start(name: &str, more: &str) -> Result<Self> {
        Self::start_with(name, &[], more)
    }

    /// The same with what the demo wrote edited.
    pub(crate) fn start_edited(
        name: &str,
        edit: impl FnOnce(String) -> String,
        more: &str,
    ) -> Result<Self> {
        let mut engine = Self::prepare(name, &[])?;
        engine.head = edit(engine.head.clone());
        engine.serve(more)?;
        Ok(engine)
    }

    /// The same with mail for elsewhere going to this port of 127.0.0.1.
    pub(crate) fn start_relaying(name: &str, smarthost: u16, more: &str) -> Result<Self> {
        let smarthost = format!("127.0.0.1:{smarthost}");
        Self::start_with(name, &["--smarthost", &smarthost], more)
    }

    fn start_with(name: &str, arguments: &[&str], more: &str) -> Result<Self> {
        let mut engine = Self::prepare(name, arguments)?;
        engine.serve(more)?;
        Ok(engine)
    }

    /// The same in a network of its own, whose only interface has these addresses too: there clients
    /// come from anywhere. `None` without the right to make one.
    pub(crate) fn start_among(name: &str, addresses: &[&str], more: &str) -> Result<Option<Self>> {
        let made = Client::new("unshare").args(["--net", "true"]).run()?;
        if made.code != 0 {
            return Ok(None);
        }
        let mut engine = Self::prepare(name, &[])?;
        engine.addresses = addresses.iter().map(ToString::to_string).collect();
        engine.serve(more)?;
        Ok(Some(engine))
    }

    fn prepare(name: &str, arguments: &[&str]) -> Result<Self> {
        let mut demo = Server::start_in(Folder::new(name)?, arguments)?;
        let ended = demo.terminate()?;
        ensure!(ended == 0, "the demo ended badly:\n{}", demo.log());
        let head = std::fs::read_to_string(demo.folder.path().join("waxseal.toml"))?;
        Ok(Self {
            demo,
            head,
            addresses: Vec::new(),
            process: None,
        })
    }

    /// Ends it in order, and serves the same folder with another `more`.
    pub(crate) fn restart(&mut self, more: &str) -> Result<()> {
        let mut process = self.process.take().context("the server is stopped")?;
        Client::new("kill").arg(process.id()).succeed()?;
        let mut code = None;
        until("the end after SIGTERM", Duration::from_secs(30), || {
            code = process.try_wait().ok().flatten();
            code.is_some()
        })?;
        let ended = code.and_then(|status| status.code());
        ensure!(ended == Some(0), "it ended badly:\n{}", self.log());
        self.serve(more)
    }

    fn serve(&mut self, more: &str) -> Result<()> {
        let file = self.demo.folder.path().join("waxseal.toml");
        std::fs::write(&file, format!("{}\n{more}", self.head))?;
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.demo.folder.path().join("serve.log"))?;
        let waxseal = program("WAXSEAL_BIN", "waxseal")?;
        let mut command = if self.addresses.is_empty() {
            Command::new(waxseal)
        } else {
            let mut unshare = Command::new("unshare");
            unshare.args(["--net", "sh", "-c", IN_A_NETWORK, "sh"]);
            unshare.args(&self.addresses).arg("--").arg(waxseal);
            unshare
        };
        let process = command
            .arg("serve")
            .arg("--config")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn();
        self.process = Some(process.context("starting waxseal serve")?);
        let mut ended = false;
        until("/readyz answers 200", Duration::from_secs(60), || {
            ended = self.has_ended();
            ended || self.is_ready()
        })
        .with_context(|| self.log())?;
        ensure!(!ended, "waxseal serve ended:\n{}", self.log());
        Ok(())
    }

    fn has_ended(&mut self) -> bool {
        let process = self.process.as_mut();
        process.is_none_or(|process| !matches!(process.try_wait(), Ok(None)))
    }

    fn is_ready(&self) -> bool {
        let ready = self.python("is_ready.py").run();
        ready.is_ok_and(|output| output.code == 0)
    }

    pub(crate) const fn port(&self, standard: u16) -> u16 {
        self.demo.port(standard)
    }

    /// The folder of its data, with `data` in it.
    pub(crate) const fn folder(&self) -> &Folder {
        &self.demo.folder
    }

    pub(crate) fn http(&self, method: &str, path: &str) -> Result<String> {
        self.demo.http(method, path)
    }

    /// A script of `tests/clients` in the network of this server, with the port base as first argument.
    pub(crate) fn python(&self, script: &str) -> Client {
        let client = match (&self.process, self.addresses.is_empty()) {
            (Some(process), false) => Client::python_beside(process.id(), script),
            _ => Client::python(script),
        };
        client.arg(self.demo.port_base)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Result<Client> {
        self.demo.command(arguments)
    }

    /// Its configuration.
    pub(crate) fn config_file(&self) -> PathBuf {
        self.demo.folder.path().join("waxseal.toml")
    }

    /// Sends SIGHUP.
    pub(crate) fn hang_up(&self) -> Result<()> {
        let process = self.process.as_ref().context("the server is stopped")?;
        let kill = Client::new("kill").arg("-HUP").arg(process.id());
        kill.succeed().map(drop)
    }

    /// What it printed, and where the configuration sends its log.
    pub(crate) fn log(&self) -> String {
        let read = |name| std::fs::read_to_string(self.demo.folder.path().join(name));
        read("serve.log").unwrap_or_default() + &read("waxseal.log").unwrap_or_default()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap_or_default();
            process.wait().map(drop).unwrap_or_default();
        }
    }
}
