//! Postfix in a folder of its own, delivering to a Maildir with its defaults.

use super::scratch::{free_port, wait_for_port};
use crate::shell;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A running Postfix.
pub(crate) struct Postfix {
    /// Where it takes mail for `alice@example.test`.
    pub(crate) port: u16,
    config: PathBuf,
    maildir: PathBuf,
}

/// The daemons of a stock `master.cf` that this needs, none in a chroot.
const MASTER: &str = "\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";

impl Postfix {
    /// Starts one below `folder`. Needs root, as Postfix itself does.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let port = free_port()?;
        let (config, mail) = (folder.join("postfix"), folder.join("mail"));
        for sub in [&config, &mail, &folder.join("queue"), &folder.join("data")] {
            fs::create_dir_all(sub)?;
        }
        let shown = folder.display();
        let main = format!(
            "compatibility_level = 3.6\nmyhostname = peer.example.test\nmydestination =\n\
             queue_directory = {shown}/queue\ndata_directory = {shown}/data\n\
             maillog_file = {shown}/mail.log\nmaillog_file_prefixes = {shown}\n\
             inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\n\
             virtual_mailbox_domains = example.test\nvirtual_mailbox_base = {shown}/mail\n\
             virtual_mailbox_maps = static:alice/\nvirtual_uid_maps = static:65534\n\
             virtual_gid_maps = static:65534\nvirtual_minimum_uid = 1000\n\
             smtp_dns_support_level = disabled\n"
        );
        fs::write(config.join("main.cf"), main)?;
        let master = format!("127.0.0.1:{port} inet n - n - - smtpd\n{MASTER}");
        fs::write(config.join("master.cf"), master)?;
        shell::output(Command::new("chown").args(["nobody:nogroup"]).arg(&mail))?;
        shell::output(
            Command::new("chown")
                .args(["postfix:root"])
                .arg(folder.join("data")),
        )?;
        let started = Self {
            port,
            config,
            maildir: mail.join("alice/new"),
        };
        started.command("start")?;
        wait_for_port(port).context("Postfix did not start; see mail.log in the bench folder")?;
        Ok(started)
    }

    /// Messages in the Maildir now.
    pub(crate) fn delivered(&self) -> usize {
        fs::read_dir(&self.maildir).map_or(0, Iterator::count)
    }

    /// Removes what was delivered.
    pub(crate) fn clear(&self) {
        fs::remove_dir_all(&self.maildir).unwrap_or_default();
    }

    fn command(&self, verb: &str) -> Result<()> {
        let mut postfix = Command::new("/usr/sbin/postfix");
        postfix
            .arg("-c")
            .arg(&self.config)
            .arg(verb)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status = postfix.status().context("starting postfix")?;
        anyhow::ensure!(status.success(), "`postfix {verb}` ended with {status}");
        Ok(())
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.command("stop").unwrap_or_default();
    }
}
