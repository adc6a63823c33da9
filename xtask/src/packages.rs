//! Debian packages that a command needs: looked up, and installed if missing.

use crate::shell;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Whether missing packages may be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Install {
    /// Through `apt-get`, saying so first.
    Missing,
    /// Never: missing packages are an error that names them.
    Never,
}

impl Install {
    /// From `--no-install`.
    pub(crate) fn from_flag(no_install: bool) -> Self {
        if no_install {
            Self::Never
        } else {
            Self::Missing
        }
    }
}

/// What the test run needs: clients and milters that no one here wrote, and a browser.
pub(crate) const TEST: &[&str] = &[
    "chromium",
    "chromium-driver",
    "default-jre-headless",
    "docker-registry",
    "getmail6",
    "iproute2",
    "isync",
    "liblockfile1",
    "libnet-ssleay-perl",
    "m4",
    "mpop",
    "opendkim",
    "openssl",
    "postfix",
    "python3",
    "rspamd",
    "strace",
    "swaks",
];
/// A peer that Debian does not install beside Postfix.
pub(crate) const SENDMAIL: &[&str] = &["sendmail-bin", "sendmail-cf"];
/// What the benches need: the peers, and Postfix's load generator.
pub(crate) const BENCH: &[&str] = &["dovecot-imapd", "nginx", "postfix", "python3", "wrk"];

/// Makes sure that `packages` are there.
pub(crate) fn require(install: Install, packages: &[&str]) -> Result<()> {
    let missing: Vec<_> = packages
        .iter()
        .filter(|package| !is_installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing
        .iter()
        .map(|package| **package)
        .collect::<Vec<_>>()
        .join(" ");
    if install == Install::Never {
        bail!(
            "these Debian packages are missing: {names}\n(run without --no-install, or: apt-get install {names})"
        );
    }
    println!("Installing Debian packages: {names}");
    shell::run(apt_get().arg("update").stdout(Stdio::null()))?;
    shell::run(
        apt_get()
            .args(["install", "-y", "--no-install-recommends"])
            .args(missing),
    )
}

/// Unpacks `packages` that conflict with installed ones into a folder below the target folder, and
/// installs nothing. `None` where they are not there and must not be fetched.
pub(crate) fn unpack(install: Install, name: &str, packages: &[&str]) -> Result<Option<PathBuf>> {
    let peers = shell::target_dir().join("peers");
    let folder = peers.join(name);
    if folder.is_dir() {
        return Ok(Some(folder));
    }
    if install == Install::Never {
        println!("Not here, so not tested against: {name} (run without --no-install)");
        return Ok(None);
    }
    println!("Unpacking Debian packages: {}", packages.join(" "));
    shell::run(apt_get().arg("update").stdout(Stdio::null()))?;
    let fetched = peers.join(format!("{name}.part"));
    std::fs::create_dir_all(&fetched)?;
    let mut download = Command::new("apt-get");
    download.arg("download").args(packages);
    shell::run(download.current_dir(&fetched).stdout(Stdio::null()))?;
    let unpacked = fetched.join("root");
    for entry in std::fs::read_dir(&fetched)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "deb") {
            let mut unpack = Command::new("dpkg-deb");
            shell::run(unpack.arg("-x").arg(&file).arg(&unpacked))?;
        }
    }
    std::fs::rename(&unpacked, &folder)?;
    std::fs::remove_dir_all(&fetched)?;
    Ok(Some(folder))
}

fn is_installed(package: &str) -> bool {
    let query = ["-W", "-f", "${db:Status-Status}", package];
    let output = Command::new("dpkg-query")
        .args(query)
        .stderr(Stdio::null())
        .output();
    output.is_ok_and(|output| output.stdout == b"installed")
}

/// `apt-get`, through `sudo` for anyone but root, asking nothing.
fn apt_get() -> Command {
    let is_root = shell::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let mut command = if is_root {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg("apt-get");
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
