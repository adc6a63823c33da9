//! Sendmail in a folder and a network of its own, with a plugin of ours as its milter.
//!
//! Debian's package cannot be installed beside Postfix; `cargo xtask test` unpacks it.

use super::peer::Process;
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use waxseal_tests::{Client, program, until};

/// Where it listens, in its own network.
pub(super) const PORT: u16 = 2525;
/// Sendmail waits for a minute where the host has no full name, and asks the DNS for what it hears: so
/// it gets a name and a network of its own, with nothing but `lo`.
const APART: &str = "set -e; ip link set lo up; echo peer.example.test > /proc/sys/kernel/hostname; \
    exec \"$@\"";
/// Writes a message into a folder as Maildir does.
const DELIVER: &str = "#!/bin/sh\nset -e\nfile=$(mktemp FOLDER/tmp/XXXXXXXX)\ncat > \"$file\"\n\
    mv \"$file\" FOLDER/new/\n";

/// A running one.
pub(super) struct Sendmail {
    process: Process,
    folder: PathBuf,
}

/// The unpacked packages: `WAXSEAL_SENDMAIL_DIR`, or `peers/sendmail` beside the programs.
pub(super) fn unpacked() -> Option<PathBuf> {
    let named = std::env::var_os("WAXSEAL_SENDMAIL_DIR").map(PathBuf::from);
    let beside = || {
        let engine = program("WAXSEAL_BIN", "waxseal").ok()?;
        Some(engine.parent()?.parent()?.join("peers/sendmail"))
    };
    named.or_else(beside).filter(|folder| folder.is_dir())
}

impl Sendmail {
    /// Starts the one of `unpacked` below `folder`; it asks the milter at the Unix socket `milter`.
    /// Needs root, as Sendmail itself does.
    pub(super) fn start(unpacked: &Path, folder: &Path, milter: &Path) -> Result<Self> {
        fs::create_dir_all(folder.join("queue"))?;
        // It delivers as somebody without rights.
        for sub in ["mail/tmp", "mail/new"] {
            fs::create_dir_all(folder.join(sub))?;
            fs::set_permissions(folder.join(sub), fs::Permissions::from_mode(0o777))?;
        }
        let mail = folder.join("mail").display().to_string();
        let deliver = folder.join("deliver");
        fs::write(&deliver, DELIVER.replace("FOLDER", &mail))?;
        fs::set_permissions(&deliver, fs::Permissions::from_mode(0o755))?;
        fs::write(folder.join("switch"), "hosts files\naliases files\n")?;
        fs::write(folder.join("aliases"), "")?;
        let source = folder.join("sendmail.mc");
        fs::write(&source, configuration(unpacked, folder, milter))?;
        let cf = Client::new("m4").arg(source.display()).succeed()?;
        let file = folder.join("sendmail.cf");
        fs::write(&file, cf)?;
        let mut command = Command::new("unshare");
        command.args(["--net", "--uts", "sh", "-c", APART, "sh"]);
        command.arg(unpacked.join("usr/libexec/sendmail/sendmail"));
        command.arg("-C").arg(&file).arg("-bD").arg("-X");
        command.arg(folder.join("traffic"));
        let process = Process::start(&mut command, &folder.join("sendmail.log"))?;
        let sendmail = Self {
            process,
            folder: folder.to_owned(),
        };
        until("sendmail writes its pid", Duration::from_secs(60), || {
            folder.join("pid").is_file()
        })
        .with_context(|| sendmail.log())?;
        Ok(sendmail)
    }

    /// A script of `tests/clients` in its network.
    pub(super) fn python(&self, script: &str) -> Client {
        Client::python_beside(self.process.id(), script)
    }

    /// Where it delivers.
    pub(super) fn maildir(&self) -> PathBuf {
        self.folder.join("mail/new")
    }

    /// The control files of quarantined messages, as text.
    pub(super) fn quarantined(&self) -> Result<String> {
        let mut text = String::new();
        for entry in fs::read_dir(self.folder.join("queue"))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("hf") {
                text += &String::from_utf8_lossy(&fs::read(entry.path())?);
            }
        }
        Ok(text)
    }

    /// What it printed and said.
    pub(super) fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        read("sendmail.log") + &read("traffic")
    }
}

/// The source of its configuration.
fn configuration(unpacked: &Path, folder: &Path, milter: &Path) -> String {
    let (cf, folder) = (unpacked.join("usr/share/sendmail/cf"), folder.display());
    let (cf, milter) = (cf.display(), milter.display());
    format!(
        "define(`_CF_DIR_', `{cf}/')dnl\n\
         include(`{cf}/m4/cf.m4')dnl\n\
         OSTYPE(`linux')dnl\n\
         define(`confSERVICE_SWITCH_FILE', `{folder}/switch')dnl\n\
         define(`confPID_FILE', `{folder}/pid')dnl\n\
         define(`QUEUE_DIR', `{folder}/queue')dnl\n\
         define(`STATUS_FILE', `{folder}/status')dnl\n\
         define(`ALIAS_FILE', `{folder}/aliases')dnl\n\
         define(`HELP_FILE', `{folder}/help')dnl\n\
         define(`confDOMAIN_NAME', `peer.example.test')dnl\n\
         define(`confTO_IDENT', `0')dnl\n\
         define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe,TrustStickyBit')dnl\n\
         define(`LOCAL_MAILER_PATH', `{folder}/deliver')dnl\n\
         define(`LOCAL_MAILER_ARGS', `deliver $u')dnl\n\
         MODIFY_MAILER_FLAGS(`LOCAL', `lsDFMn')dnl\n\
         FEATURE(`nocanonify')dnl\n\
         FEATURE(`accept_unresolvable_domains')dnl\n\
         FEATURE(`no_default_msa')dnl\n\
         LOCAL_DOMAIN(`example.test')dnl\n\
         DAEMON_OPTIONS(`Port={PORT}, Addr=127.0.0.1, Name=MTA')dnl\n\
         INPUT_MAIL_FILTER(`rules', `S=unix:{milter}, F=T, T=S:60s;R:60s;E:60s')dnl\n\
         MAILER(`local')dnl\n\
         MAILER(`smtp')dnl\n"
    )
}
