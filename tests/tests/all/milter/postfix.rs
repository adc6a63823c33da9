//! Postfix in a folder of its own, with a plugin of ours as its milter.

use super::peer::wait_for_port;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use waxseal_tests::{Client, free_port};

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
showq unix n - n - - showq
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";

/// A running one.
pub(super) struct Postfix {
    /// Where it takes mail for `example.test`.
    pub(super) port: u16,
    /// Where it delivers.
    pub(super) maildir: PathBuf,
    folder: PathBuf,
}

impl Postfix {
    /// Starts one below `folder` that asks `milter`. Needs root, as Postfix itself does.
    pub(super) fn start(folder: &Path, milter: &str) -> Result<Self> {
        let port = free_port()?;
        for sub in ["config", "mail", "queue", "data"] {
            fs::create_dir_all(folder.join(sub))?;
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
             smtp_dns_support_level = disabled\nmulti_instance_name = postfix-milter\n\
             smtpd_milters = {milter}\nmilter_default_action = tempfail\n"
        );
        fs::write(folder.join("config/main.cf"), main)?;
        let master = format!("127.0.0.1:{port} inet n - n - - smtpd\n{MASTER}");
        fs::write(folder.join("config/master.cf"), master)?;
        let own = |owner: &str, sub: &str| {
            let path = folder.join(sub).display().to_string();
            Client::new("chown").args([owner, &path]).succeed()
        };
        own("nobody:nogroup", "mail")?;
        own("postfix:root", "data")?;
        let postfix = Self {
            port,
            maildir: folder.join("mail/alice/new"),
            folder: folder.to_owned(),
        };
        postfix.command("postfix", "start")?;
        wait_for_port(port).with_context(|| postfix.log())?;
        Ok(postfix)
    }

    /// What waits, as `mailq` shows it.
    pub(super) fn queue(&self) -> Result<String> {
        self.command("postqueue", "-p")
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("mail.log")).unwrap_or_default()
    }

    fn command(&self, program: &str, verb: &str) -> Result<String> {
        let config = self.folder.join("config").display().to_string();
        let client = Client::new(&format!("/usr/sbin/{program}"));
        client.args(["-c", &config, verb]).succeed()
    }
}

impl Drop for Postfix {
    /// `postfix stop` ends its master by the pid in its own folder, and that its children.
    fn drop(&mut self) {
        self.command("postfix", "stop")
            .map(drop)
            .unwrap_or_default();
    }
}
