//! The catalog as its operator runs it.

use crate::server::{free_port, http, program};
use crate::until;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running `waxseal-site serve` over the repository's content. It ends when dropped.
pub struct Site {
    /// Where it listens.
    pub port: u16,
    process: Child,
}

impl Site {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn start() -> Result<Self> {
        let port = free_port()?;
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut serve = Command::new(program("WAXSEAL_SITE_BIN", "waxseal-site")?);
        serve
            .current_dir(root)
            .args(["serve", "--content", "content", "--listen"]);
        serve.arg(format!("127.0.0.1:{port}"));
        let process = serve
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit());
        let process = process.spawn().context("starting waxseal-site")?;
        let site = Self { port, process };
        until("the home page answers", Duration::from_secs(60), || {
            site.get("/").is_ok()
        })?;
        Ok(site)
    }

    /// Fetches a page; answers head and body.
    ///
    /// # Errors
    /// When the connection fails or the status is not 200.
    pub fn get(&self, path: &str) -> Result<String> {
        let answer = http(self.port, "GET", path)?;
        let status = answer.lines().next().unwrap_or_default();
        ensure!(status.contains(" 200 "), "GET {path}: {status}");
        Ok(answer)
    }

    /// The address of a page.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.process.kill().unwrap_or_default();
        self.process.wait().map(|_| ()).unwrap_or_default();
    }
}
