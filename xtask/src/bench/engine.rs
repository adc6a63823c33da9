//! Waxseal in a folder of its own, with its defaults.

use super::scratch::{Running, free_port, wait_for_port};
use crate::build::Built;
use crate::shell;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A running Waxseal with one account, `alice@example.test` / `secret1`, and no filter.
pub(crate) struct Engine {
    smtp: u16,
    imap: u16,
    process: Running,
}

/// How an engine differs from the shipped configuration.
#[derive(Default)]
pub(crate) struct Setup<'a> {
    /// The folder of components.
    pub(crate) plugins: Option<&'a Path>,
    /// Tables at the end of its configuration.
    pub(crate) config: String,
}

impl Engine {
    /// Starts one below `folder`, as shipped.
    pub(crate) fn start(built: &Built, folder: &Path) -> Result<Self> {
        Self::start_with(built, folder, &Setup::default())
    }

    /// Starts one below `folder`. Limits on connections are raised, since all load comes from one
    /// address; passwords are taken in clear text, as Dovecot's are. All else is as shipped.
    pub(crate) fn start_with(built: &Built, folder: &Path, setup: &Setup<'_>) -> Result<Self> {
        let (smtp, imap, admin) = (free_port()?, free_port()?, free_port()?);
        let home = folder.join("waxseal");
        fs::create_dir_all(&home)?;
        let listener = |protocol: &str, port: u16| {
            format!(
                "[[listener]]\nprotocol = \"{protocol}\"\naddress = \"127.0.0.1:{port}\"\n\
                 connections_max = 5000\nconnections_per_address_max = 5000\n"
            )
        };
        let plugins = setup.plugins.map_or_else(String::new, |folder| {
            format!("plugin_dir = \"{}\"\n", folder.display())
        });
        let config = format!(
            "config_version = 1\n[server]\nhostname = \"mx.example.test\"\ndata = \"data\"\n\
             {plugins}{}{}[admin]\naddress = \"127.0.0.1:{admin}\"\n[relay]\nmode = \"hold\"\n\
             [access.imap]\nclear_text_login = true\n[log]\nlevel = \"warn\"\n{}",
            listener("smtp", smtp),
            listener("imap", imap),
            setup.config
        );
        let file = home.join("waxseal.toml");
        fs::write(&file, config)?;
        let waxseal = |arguments: &[&str]| {
            let mut command = Command::new(&built.engine);
            command.args(arguments).arg("--config").arg(&file);
            command
        };
        shell::output(&mut waxseal(&["domain", "add", "example.test"]))?;
        let account = [
            "account",
            "add",
            "alice@example.test",
            "--password",
            "secret1",
        ];
        shell::output(&mut waxseal(&account))?;
        let log = fs::File::create(home.join("log"))?;
        let mut serve = waxseal(&["serve"]);
        serve
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let process = Running(serve.spawn().context("starting waxseal")?);
        wait_for_port(smtp)?;
        wait_for_port(imap)?;
        Ok(Self {
            smtp,
            imap,
            process,
        })
    }

    /// Where it takes mail.
    pub(crate) fn smtp_port(&self) -> u16 {
        self.smtp
    }

    /// Where it speaks IMAP.
    pub(crate) fn imap_port(&self) -> u16 {
        self.imap
    }

    /// The process, for its memory.
    pub(crate) fn pid(&self) -> u32 {
        self.process.0.id()
    }
}
