//! A folder and ports for one run, gone at its end.

use crate::shell;
use anyhow::{Context, Result};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

/// A folder below the target directory that is removed at the end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder named for the bench and this process.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let folder = shell::target_dir()
            .join("bench")
            .join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("creating {}", folder.display()))?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

/// A loopback port that is free now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Waits until something accepts connections on `port`.
pub(crate) fn wait_for_port(port: u16) -> Result<()> {
    wait_until(Duration::from_secs(30), || {
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    })
    .with_context(|| format!("nothing listens on 127.0.0.1:{port}"))
}

/// Polls until `done` or the time is up.
pub(crate) fn wait_until(limit: Duration, mut done: impl FnMut() -> bool) -> Result<()> {
    let start = now();
    while !done() {
        anyhow::ensure!(
            start.elapsed() < limit,
            "not done after {} s",
            limit.as_secs()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// The time; benches may look at the clock.
#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// A process that ends with its owner.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().map(|_| ()).unwrap_or_default();
    }
}

/// Resident memory of a process in MB, or the reason why it is not known.
pub(crate) fn resident_mb(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1024.0)
}
