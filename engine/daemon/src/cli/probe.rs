//! The command line of `probe`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Arguments of `probe`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["address", "plan"]))]
pub(crate) struct ProbeArgs {
    /// Where the server listens; a standard port says what is spoken there.
    #[arg(value_name = "HOST:PORT")]
    pub address: Option<String>,
    /// What is spoken there.
    #[arg(long, value_enum, requires = "address")]
    pub protocol: Option<ProbeProtocol>,
    /// How TLS comes about.
    #[arg(long, value_enum, requires = "address")]
    pub tls: Option<ProbeTls>,
    /// Log in, and use what only then can be used. Any certificate is accepted, so only log in to a
    /// server that is yours.
    #[arg(long, value_name = "USER", requires_all = ["address", "password_file"])]
    pub login: Option<String>,
    /// A file whose first line is the password.
    #[arg(long, value_name = "FILE", requires = "login")]
    pub password_file: Option<PathBuf>,
    /// Log in even without TLS.
    #[arg(long, requires = "login")]
    pub clear_text: bool,
    /// Send test messages to this address; without it none is sent.
    #[arg(long, value_name = "ADDRESS", requires = "address")]
    pub recipient: Option<String>,
    /// The domain (XMPP), search base (LDAP) or path (WebDAV) to ask for.
    #[arg(long, value_name = "NAME", requires = "address")]
    pub name: Option<String>,
    /// Several endpoints of one server, its origin and other limits, as TOML.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Write a measured file of the catalog, `measured/NAME.toml`; transcripts go to `transcripts`
    /// beside its folder. Without it the outcome is printed.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The product's slug in the catalog, for the measured file.
    #[arg(long, value_name = "SLUG", requires = "out")]
    pub product: Option<String>,
    /// The server's version, for the measured file.
    #[arg(long, value_name = "VERSION", requires = "out")]
    pub product_version: Option<String>,
    /// Print the transcript too.
    #[arg(long, conflicts_with = "out")]
    pub transcript: bool,
}

/// `--protocol`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProbeProtocol {
    /// SMTP between servers.
    Smtp,
    /// SMTP for users.
    Submission,
    /// LMTP.
    Lmtp,
    /// POP3.
    Pop3,
    /// IMAP.
    Imap,
    /// ManageSieve.
    #[value(name = "managesieve")]
    ManageSieve,
    /// LDAP.
    Ldap,
    /// XMPP.
    Xmpp,
    /// WebDAV, CalDAV, CardDAV.
    #[value(name = "webdav")]
    WebDav,
}

/// `--tls`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProbeTls {
    /// Not at all.
    None,
    /// By a command, if the server announces it.
    #[value(name = "starttls")]
    StartTls,
    /// With the first octet.
    Implicit,
}

impl From<ProbeProtocol> for waxseal_probe::Protocol {
    fn from(protocol: ProbeProtocol) -> Self {
        match protocol {
            ProbeProtocol::Smtp => Self::Smtp,
            ProbeProtocol::Submission => Self::Submission,
            ProbeProtocol::Lmtp => Self::Lmtp,
            ProbeProtocol::Pop3 => Self::Pop3,
            ProbeProtocol::Imap => Self::Imap,
            ProbeProtocol::ManageSieve => Self::ManageSieve,
            ProbeProtocol::Ldap => Self::Ldap,
            ProbeProtocol::Xmpp => Self::Xmpp,
            ProbeProtocol::WebDav => Self::WebDav,
        }
    }
}

impl From<ProbeTls> for waxseal_probe::Tls {
    fn from(tls: ProbeTls) -> Self {
        match tls {
            ProbeTls::None => Self::None,
            ProbeTls::StartTls => Self::StartTls,
            ProbeTls::Implicit => Self::Implicit,
        }
    }
}
