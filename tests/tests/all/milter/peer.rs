//! Milters of Debian, each in a folder of its own and on 127.0.0.1 only.

use anyhow::{Context, Result};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use waxseal_tests::{Client, Folder, free_port, until};

/// Waits until somebody listens.
pub(super) fn wait_for_port(port: u16) -> Result<()> {
    until("the port", Duration::from_secs(60), || {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    })
}

/// A program in the foreground, ended when dropped.
pub(super) struct Process(Child);

impl Process {
    /// Starts it with what it prints in `log`.
    pub(super) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let log = std::fs::File::create(log)?;
        let command = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = command.spawn().with_context(|| format!("{command:?}"))?;
        Ok(Self(child))
    }

    /// Its number.
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Asks it to end, and waits; its exit code, -1 for a signal.
    pub(super) fn terminate(&mut self) -> Result<i32> {
        Client::new("kill").arg(self.0.id()).succeed()?;
        let mut ended = None;
        until("the end after SIGTERM", Duration::from_secs(30), || {
            ended = self.0.try_wait().ok().flatten();
            ended.is_some()
        })?;
        Ok(ended.and_then(|status| status.code()).unwrap_or(-1))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that leads others must tell them to end.
        if matches!(self.0.try_wait(), Ok(None)) && self.terminate().is_err() {
            self.0.kill().unwrap_or_default();
            self.0.wait().map(drop).unwrap_or_default();
        }
    }
}

/// rspamd as a milter that scans by itself, without network, statistics or learned rules: it knows
/// GTUBE, which every spam filter does.
pub(super) struct Rspamd {
    pub(super) port: u16,
    _process: Process,
    folder: Folder,
}

impl Rspamd {
    pub(super) fn start() -> Result<Self> {
        let folder = Folder::new("rspamd")?;
        let port = free_port()?;
        let shown = folder.path().display();
        let domains = folder.path().join("domains");
        // The whole list of top-level domains takes a minute to compile.
        std::fs::write(&domains, "com\ntest\n")?;
        let config = format!(
            "options {{\n  pidfile = \"{shown}/pid\";\n  tempdir = \"{shown}\";\n  filters = \"\";\n  \
             url_tld = \"{shown}/domains\";\n  disable_hyperscan = true;\n  \
             hs_cache_dir = \"{shown}\";\n  control_socket = \"{shown}/control mode=0600\";\n  \
             dns {{ nameserver = [\"127.0.0.1:9\"]; timeout = 1s; retransmits = 1; }}\n}}\n\
             logging {{ type = \"console\"; level = \"info\"; }}\n\
             actions {{ reject = 15; add_header = 6; greylist = null; }}\n\
             worker \"rspamd_proxy\" {{\n  bind_socket = \"127.0.0.1:{port}\";\n  milter = yes;\n  \
             count = 1;\n  timeout = 30s;\n  \
             upstream \"local\" {{ default = yes; self_scan = yes; }}\n}}\n"
        );
        let file = folder.path().join("rspamd.conf");
        std::fs::write(&file, config)?;
        let mut command = Command::new("rspamd");
        command
            .arg("--no-fork")
            .arg("--insecure")
            .arg("-c")
            .arg(&file);
        let process = Process::start(&mut command, &folder.path().join("log"))?;
        let rspamd = Self {
            port,
            _process: process,
            folder,
        };
        wait_for_port(port).with_context(|| rspamd.log())?;
        Ok(rspamd)
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

/// opendkim that signs for authenticated users of `example.test` and verifies the rest, with the
/// public key in a file instead of the DNS.
pub(super) struct OpenDkim {
    pub(super) port: u16,
    /// Nobody listens there.
    pub(super) unused_port: u16,
    _process: Process,
    folder: Folder,
}

impl OpenDkim {
    pub(super) fn start() -> Result<Self> {
        let folder = Folder::new("opendkim")?;
        let (port, unused_port) = (free_port()?, free_port()?);
        let path = |name: &str| folder.path().join(name).display().to_string();
        let key = path("key.pem");
        let openssl = || Client::new("openssl");
        openssl().args(["genrsa", "-out", &key, "2048"]).succeed()?;
        let public = ["rsa", "-in", &key, "-pubout", "-outform", "PEM"];
        let public = openssl().args(public).succeed()?;
        let base64 = public.lines().filter(|line| !line.contains(['-', ' ']));
        let record = format!("v=DKIM1; k=rsa; p={}", base64.collect::<String>());
        std::fs::write(
            path("dns"),
            format!("sel._domainkey.example.test {record}\n"),
        )?;
        std::fs::write(path("nobody"), "192.0.2.1\n")?;
        let config = format!(
            "Socket inet:{port}@127.0.0.1\nMode sv\nDomain example.test\nSelector sel\n\
             KeyFile {key}\nCanonicalization simple/simple\nInternalHosts {nobody}\n\
             ExternalIgnoreList {nobody}\nRequireSafeKeys no\nTestDNSData {dns}\n\
             AuthservID verifier.example.test\nAlwaysAddARHeader yes\nSyslog no\n\
             Background no\nPidFile {pid}\n",
            nobody = path("nobody"),
            dns = path("dns"),
            pid = path("pid"),
        );
        std::fs::write(path("opendkim.conf"), config)?;
        let mut command = Command::new("opendkim");
        command.args(["-f", "-x", &path("opendkim.conf")]);
        let process = Process::start(&mut command, &folder.path().join("log"))?;
        let opendkim = Self {
            port,
            unused_port,
            _process: process,
            folder,
        };
        wait_for_port(port).with_context(|| opendkim.log())?;
        Ok(opendkim)
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}
