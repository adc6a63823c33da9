//! The engine as an administrator runs it.

use crate::{Client, Folder, until};
use anyhow::{Context, Result, ensure};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// The standard ports the demo listens on, above its base.
const STANDARD_PORTS: [u16; 9] = [24, 25, 80, 110, 143, 465, 587, 993, 995];
/// How long a start may take on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Finds a built program: named by `variable` (set by `cargo xtask test`), or beside this test.
///
/// # Errors
/// When it is in neither place.
pub fn program(variable: &str, name: &str) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Ok(path.into());
    }
    let mut folder = std::env::current_exe()?;
    while folder.pop() {
        let candidate = folder.join(name);
        if candidate.is_file() {
            return Ok(candidate);
        }
    }
    anyhow::bail!("{name} is not built; run the tests through `cargo xtask test`")
}

/// The folder of built plugins: `WAXSEAL_PLUGINS_DIR`, or `plugins` beside the programs.
///
/// # Errors
/// When it is in neither place.
pub fn plugins() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("WAXSEAL_PLUGINS_DIR") {
        return Ok(path.into());
    }
    let engine = program("WAXSEAL_BIN", "waxseal")?;
    let plugins = engine
        .parent()
        .and_then(Path::parent)
        .map(|target| target.join("plugins"));
    plugins
        .filter(|folder| folder.is_dir())
        .context("the plugins are not built; use `cargo xtask test`")
}

/// A running `waxseal demo`. It ends when dropped; its folder goes with it.
pub struct Server {
    /// Its data, kept through restarts.
    pub folder: Folder,
    /// Each protocol listens on this plus its standard port.
    pub port_base: u16,
    process: Option<Child>,
    arguments: Vec<String>,
}

impl Server {
    /// Starts the demo in a new folder; `name` makes the folder recognisable.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn start(name: &str) -> Result<Self> {
        Self::start_with(name, &[])
    }

    /// The same with more arguments.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn start_with(name: &str, arguments: &[&str]) -> Result<Self> {
        Self::start_in(Folder::new(name)?, arguments)
    }

    /// The same in a folder that is there already.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn start_in(folder: Folder, arguments: &[&str]) -> Result<Self> {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        let mut server = Self {
            folder,
            port_base: free_port_base()?,
            process: None,
            arguments,
        };
        server.restart()?;
        Ok(server)
    }

    /// Starts it again on the same folder and ports.
    ///
    /// # Errors
    /// When it does not become ready; the error holds the end of its log.
    pub fn restart(&mut self) -> Result<()> {
        let mut demo = Command::new(program("WAXSEAL_BIN", "waxseal")?);
        demo.arg("demo").arg("--dir").arg(self.folder.path());
        demo.args(["--port-base", &self.port_base.to_string()]);
        demo.arg("--plugins").arg(plugins()?).args(&self.arguments);
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log_file())?;
        demo.stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        self.process = Some(demo.spawn().context("starting waxseal demo")?);
        let ready = until("/readyz answers 200", START_LIMIT, || {
            self.http("GET", "/readyz")
                .is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
                || self.has_ended()
        });
        ensure!(!self.has_ended(), "waxseal demo ended:\n{}", self.log());
        ready.with_context(|| self.log())
    }

    fn has_ended(&mut self) -> bool {
        self.process
            .as_mut()
            .is_none_or(|process| !matches!(process.try_wait(), Ok(None)))
    }

    /// The process; demands that it runs.
    ///
    /// # Panics
    /// When it was stopped.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process
            .as_ref()
            .map(Child::id)
            .unwrap_or_else(|| panic!("the server is stopped"))
    }

    /// Sends SIGKILL and waits for the end.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Sends SIGTERM and answers the exit code; -1 if a signal ended it.
    ///
    /// # Errors
    /// When it does not end within 30 seconds.
    pub fn terminate(&mut self) -> Result<i32> {
        let mut process = self.process.take().context("the server is stopped")?;
        Client::new("kill").arg(process.id()).succeed()?;
        let mut code = None;
        until(
            "the end after SIGTERM",
            Duration::from_secs(30),
            || match process.try_wait() {
                Ok(Some(status)) => {
                    code = Some(status.code().unwrap_or(-1));
                    true
                }
                _ => false,
            },
        )?;
        code.context("no exit code")
    }

    /// Where the service of a standard port listens, for example `port(143)`.
    #[must_use]
    pub const fn port(&self, standard: u16) -> u16 {
        self.port_base + standard
    }

    /// What it printed so far, its last 6,000 characters.
    #[must_use]
    pub fn log(&self) -> String {
        let log = std::fs::read(self.log_file()).unwrap_or_default();
        String::from_utf8_lossy(&log[log.len().saturating_sub(6_000)..]).into_owned()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("printed.log")
    }

    /// A request to the HTTP admin port; answers head and body.
    ///
    /// # Errors
    /// When the connection fails.
    pub fn http(&self, method: &str, path: &str) -> Result<String> {
        http(self.port(88), method, path)
    }

    /// Runs `waxseal` with arguments for this server's data.
    ///
    /// # Errors
    /// When the program is not built.
    pub fn command(&self, arguments: &[&str]) -> Result<Client> {
        let engine = program("WAXSEAL_BIN", "waxseal")?;
        let engine = engine.to_str().context("the program's path is not UTF-8")?;
        let config = self.folder.path().join("waxseal.toml");
        Ok(Client::new(engine)
            .args(arguments.iter().copied())
            .arg("--config")
            .arg(config.display()))
    }

    /// Runs a Python script of `tests/clients` with the port base as first argument.
    #[must_use]
    pub fn python(&self, script: &str) -> Client {
        Client::python(script).arg(self.port_base)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill().unwrap_or_default();
    }
}

/// One HTTP request without keep-alive.
pub(crate) fn http(port: u16, method: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A port of 127.0.0.1 that was free a moment ago.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A base such that the base plus each standard port is free, never given out twice in this process.
fn free_port_base() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let spread = u16::try_from(std::process::id() % 20)?;
    for _ in 0..40 {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let base = 11_000 + (number + spread) % 20 * 1000;
        let free = |port: &u16| TcpListener::bind(("127.0.0.1", base + port)).is_ok();
        if STANDARD_PORTS.iter().all(free) {
            return Ok(base);
        }
    }
    anyhow::bail!("no port base between 11000 and 30000 is free")
}
