//! Dovecot in a folder of its own, over Maildir with its defaults.

use super::scratch::{Running, free_port, wait_for_port};
use crate::shell;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A running Dovecot with one account, `alice` / `secret1`.
pub(crate) struct Dovecot {
    /// Where it speaks IMAP in clear text.
    pub(crate) port: u16,
    _process: Running,
}

impl Dovecot {
    /// Starts one below `folder`. Needs root, as Dovecot itself does.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let port = free_port()?;
        let home = folder.join("dovecot-mail");
        fs::create_dir_all(&home)?;
        shell::output(Command::new("chown").args(["nobody:nogroup"]).arg(&home))?;
        let shown = folder.display();
        let config = format!(
            "protocols = imap\nlisten = 127.0.0.1\nssl = no\ndisable_plaintext_auth = no\n\
             base_dir = {shown}/run\nstate_dir = {shown}/state\nlog_path = {shown}/dovecot.log\n\
             passdb {{\n driver = static\n args = password=secret1\n}}\n\
             userdb {{\n driver = static\n args = uid=nobody gid=nogroup home={shown}/dovecot-mail\n}}\n\
             first_valid_uid = 1\nmail_location = maildir:~/Maildir\n\
             service imap-login {{\n inet_listener imap {{\n  port = {port}\n }}\n}}\n"
        );
        let file = folder.join("dovecot.conf");
        fs::write(&file, config)?;
        let mut dovecot = Command::new("/usr/sbin/dovecot");
        dovecot
            .arg("-F")
            .arg("-c")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = Running(dovecot.spawn().context("starting dovecot")?);
        wait_for_port(port)
            .context("Dovecot did not start; see dovecot.log in the bench folder")?;
        Ok(Self {
            port,
            _process: process,
        })
    }
}
