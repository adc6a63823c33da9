//! `waxseal plugin serve-milter`, with the shipped rules.

use super::peer::Process;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use waxseal_tests::{plugins, program, until};

/// A running one.
pub(super) struct Bridge {
    process: Process,
    log: PathBuf,
}

impl Bridge {
    /// Starts it at `socket`, with `settings` in its configuration file below `folder`.
    pub(super) fn start(folder: &Path, socket: &str, settings: &str) -> Result<Self> {
        let config = folder.join("bridge.toml");
        let head = "config_version = 1\nserver.hostname = \"mx.example.test\"\n";
        fs::write(&config, format!("{head}{settings}"))?;
        let log = folder.join("bridge.log");
        let component = plugins()?.join("rules.wasm");
        let mut command = Command::new(program("WAXSEAL_BIN", "waxseal")?);
        command.args(["plugin", "serve-milter"]).arg(component);
        command.args(["--socket", socket, "--config"]).arg(&config);
        let process = Process::start(&mut command, &log)?;
        let bridge = Self { process, log };
        until("the bridge listens", Duration::from_secs(60), || {
            bridge.log().contains(&format!("rules listens on {socket}"))
        })
        .with_context(|| bridge.log())?;
        Ok(bridge)
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// SIGTERM; the exit code.
    pub(super) fn terminate(mut self) -> Result<i32> {
        self.process.terminate()
    }
}
