//! What the demo prints once everything listens.

use std::fmt;
use std::path::Path;

/// Where everything is, and what to try.
pub(super) struct Banner<'a> {
    /// This program, as it was called.
    pub program: &'a Path,
    pub dir: &'a Path,
    pub port_base: u16,
    /// Where the rules were found.
    pub plugins: Option<&'a Path>,
    /// Where the log goes, if not to standard error.
    pub log: Option<&'a Path>,
    pub smarthost: Option<&'a str>,
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = |standard: u16| self.port_base + standard;
        let dir = self.dir.display();
        writeln!(
            f,
            "Waxseal {} is running on 127.0.0.1.\n",
            env!("CARGO_PKG_VERSION")
        )?;
        writeln!(
            f,
            "  SMTP        {}   submission  {}   submissions {}",
            port(25),
            port(587),
            port(465)
        )?;
        writeln!(
            f,
            "  LMTP        {}   IMAP        {}   IMAPS       {}",
            port(24),
            port(143),
            port(993)
        )?;
        writeln!(f, "  POP3        {}   POP3S       {}", port(110), port(995))?;
        writeln!(
            f,
            "  status      http://127.0.0.1:{}/\n",
            port(super::ADMIN_PORT)
        )?;
        writeln!(
            f,
            "  accounts    alice@example.test / secret1, bob@example.test / secret2"
        )?;
        writeln!(f, "  alias       postmaster@example.test leads to alice")?;
        writeln!(f, "  folder      {dir}")?;
        match self.log {
            Some(log) => writeln!(f, "  log         {}", log.display())?,
            None => writeln!(f, "  log         standard error")?,
        }
        match self.smarthost {
            Some(host) => writeln!(f, "  relay       mail for other hosts goes to {host}")?,
            None => writeln!(f, "  relay       mail for other hosts waits in the queue")?,
        }
        match self.plugins {
            Some(plugins) => writeln!(f, "  filter      {}/rules.wasm", plugins.display())?,
            None => writeln!(
                f,
                "  filter      none: no rules.wasm was found. Build it with `cargo xtask plugins`\n              \
                 and start again, or name its folder with --plugins."
            )?,
        }
        self.commands(f)
    }
}

impl Banner<'_> {
    /// Three commands that can be pasted.
    fn commands(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = |standard: u16| self.port_base + standard;
        let config = self.dir.join("waxseal.toml");
        writeln!(f, "\nTry:")?;
        writeln!(
            f,
            "  swaks --server 127.0.0.1:{} --to alice@example.test --from you@client.example.test",
            port(25)
        )?;
        writeln!(
            f,
            "  curl -sk -u alice@example.test:secret1 'imaps://127.0.0.1:{}/INBOX;MAILINDEX=1'",
            port(993)
        )?;
        writeln!(
            f,
            "  {} message trace ID --config {}     (ID stands in the 250 reply)",
            self.program.display(),
            config.display()
        )?;
        writeln!(
            f,
            "\nCtrl-C stops it; the same command starts it again with everything kept."
        )
    }
}
