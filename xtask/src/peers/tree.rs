//! Trees of files to run servers in: a base from `debootstrap`, and over it a layer a server.
//!
//! Nothing is installed on the machine itself. A layer is an overlay's upper folder, so a run starts
//! each time from the same files.

use super::peer::Peer;
use crate::shell;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What runs inside the namespaces.
const ENTER: &str = include_str!("enter.sh");
/// What is done in the base tree once.
const BASE: &str = include_str!("base.sh");
/// Packages of every tree.
const INCLUDE: &str = "adduser,busybox,ca-certificates,iproute2,netbase,openssl,procps,ssl-cert";

/// Where trees lie.
pub(crate) struct Trees {
    folder: PathBuf,
    /// Distribution and release, such as `debian-12`.
    pub(crate) distro: String,
}

/// The network of a command in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    /// The machine's, to fetch packages.
    Shared,
    /// A loopback of its own.
    Own,
}

impl Trees {
    /// Makes the base tree if it is not there.
    pub(crate) fn open(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let release = fs::read_to_string("/etc/os-release").context("which system is this?")?;
        let field = |name: &str| {
            let mut lines = release.lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_default().trim_matches('"').to_owned()
        };
        let distro = format!("{}-{}", field("ID"), field("VERSION_ID"));
        let trees = Self { folder, distro };
        let base = trees.base();
        if !base.join("etc/peer/pem").exists() {
            trees.make_base(&field("VERSION_CODENAME"))?;
        }
        Ok(trees)
    }

    fn base(&self) -> PathBuf {
        self.folder.join("base")
    }

    /// A server's layer.
    pub(crate) fn layer(&self, peer: &str) -> PathBuf {
        self.folder.join(peer)
    }

    fn make_base(&self, codename: &str) -> Result<()> {
        let base = self.base();
        if !base.join("etc/os-release").exists() {
            println!("Making a tree of {} in {}", self.distro, base.display());
            let mut debootstrap = Command::new("debootstrap");
            debootstrap
                .args([
                    "--variant=minbase",
                    &format!("--include={INCLUDE}"),
                    codename,
                ])
                .arg(&base)
                .stdout(Stdio::null());
            shell::run(&mut debootstrap)?;
        }
        // Packages may be configured, servers may not be started.
        let policy = base.join("usr/sbin/policy-rc.d");
        fs::write(&policy, "#!/bin/sh\nexit 101\n")?;
        shell::output(Command::new("chmod").arg("755").arg(&policy))?;
        fs::write(
            base.join("etc/apt/apt.conf.d/90peer"),
            "APT::Install-Recommends \"0\";\n",
        )?;
        let sources = base.join("etc/apt/sources.list.d");
        let here = Path::new("/etc/apt/sources.list.d/debian.sources");
        if here.exists() {
            fs::copy(here, sources.join("debian.sources"))?;
            fs::write(base.join("etc/apt/sources.list"), "")?;
        }
        fs::copy("/etc/resolv.conf", base.join("etc/resolv.conf"))?;
        shell::output(
            Command::new("chroot")
                .arg(&base)
                .args(["apt-get", "-q", "update"]),
        )?;
        shell::output(Command::new("chroot").arg(&base).args(["sh", "-c", BASE])).map(|_| ())
    }

    /// Makes the layer with the server's packages, or with the program built here.
    pub(crate) fn install(&self, peer: &Peer, engine: &Path) -> Result<()> {
        let layer = self.layer(&peer.name);
        let done = self.folder.join(format!("{}.installed", peer.name));
        let wanted = peer.packages.join(" ");
        if peer.packages.is_empty() {
            let program = layer.join("usr/local/bin");
            fs::create_dir_all(&program)?;
            fs::copy(engine, program.join("waxseal")).map(|_| ())?;
            return Ok(());
        }
        if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        println!("Installing {wanted} in {}", layer.display());
        fs::remove_dir_all(&layer).unwrap_or_default();
        fs::create_dir_all(&layer)?;
        let apt = |network: Network, option: &str| {
            let mut command = vec!["apt-get", "-y", "-q", option, "install"];
            command.extend(peer.packages.iter().map(String::as_str));
            self.inside(&layer, network, &command)
                .map(|mut command| command.stdin(Stdio::null()).output())
        };
        // Fetched with the network and configured without it: a script that starts a server reaches
        // nobody.
        for (network, option) in [
            (Network::Shared, "--download-only"),
            (Network::Own, "--no-download"),
        ] {
            let output = apt(network, option)??;
            if !output.status.success() {
                bail!(
                    "apt-get: {}{}",
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr)
                );
            }
        }
        fs::remove_dir_all(layer.join("var/cache/apt")).unwrap_or_default();
        fs::write(done, wanted).map_err(Into::into)
    }

    /// A command in the tree whose upper layer is `upper`, as the first process of new namespaces.
    fn inside(&self, upper: &Path, network: Network, command: &[&str]) -> Result<Command> {
        self.enter(&[self.base()], upper, network, command)
    }

    /// The server's layer with a fresh one over it, without a network.
    pub(crate) fn run(&self, peer: &str, upper: &Path, command: &[&str]) -> Result<Command> {
        let lower = [self.layer(peer), self.base()];
        self.enter(&lower, upper, Network::Own, command)
    }

    fn enter(
        &self,
        lower: &[PathBuf],
        upper: &Path,
        network: Network,
        command: &[&str],
    ) -> Result<Command> {
        let (work, root) = (self.folder.join(".work"), self.folder.join(".root"));
        fs::remove_dir_all(&work).unwrap_or_default();
        for folder in [upper, &work, &root] {
            fs::create_dir_all(folder)?;
        }
        let lower: Vec<_> = lower.iter().map(|path| path.to_string_lossy()).collect();
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--pid", "--fork", "--kill-child", "--uts"]);
        if network == Network::Own {
            unshare.arg("--net");
        }
        unshare
            .args(["sh", "-c", ENTER, "enter", &lower.join(":")])
            .args([upper, &work, &root])
            .args(command);
        Ok(unshare)
    }

    /// `NAME VERSION; …` of the server's packages, and the version that is the server's.
    pub(crate) fn versions(&self, peer: &Peer) -> Result<(String, String)> {
        let Some(main) = &peer.version_of else {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            return Ok((
                format!("{} {version}, built from source", peer.name),
                version,
            ));
        };
        let database = self.layer(&peer.name).join("var/lib/dpkg");
        let mut query = Command::new("dpkg-query");
        query
            .arg(format!("--admindir={}", database.display()))
            .args(["-W", "-f", "${Package} ${Version}\n"])
            .args(&peer.packages)
            .arg(main);
        let listed = shell::output(&mut query)?;
        let mut lines: Vec<_> = listed.lines().collect();
        lines.dedup();
        let start = format!("{main} ");
        let version = lines.iter().find_map(|line| line.strip_prefix(&start));
        let version = version.with_context(|| format!("{main} is not installed"))?;
        let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
        let upstream = upstream.split(['-', '+', '~']).next().unwrap_or(upstream);
        Ok((lines.join("; "), upstream.to_owned()))
    }
}
