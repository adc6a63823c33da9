//! The command line.

mod author;
mod probe;
mod record;

pub(crate) use author::{
    AuthorCommand, BenchArgs, InstallArgs, KeyCommand, Lang, MailArgs, NewArgs, ReplayArgs,
    TestArgs,
};

pub(crate) use probe::ProbeArgs;
pub(crate) use record::RecordCommand;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 failed; 2 command line or configuration wrong; 3 no such thing; \
4 exists already or is still in use; 5 server or storage not available.";

/// The configuration file when nobody says.
pub(crate) const DEFAULT_CONFIG: &str = "/etc/waxseal/waxseal.toml";

/// Waxseal, a mail server extended with WebAssembly components.
#[derive(Debug, Parser)]
#[command(name = "waxseal", version, about, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// The configuration file.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "WAXSEAL_CONFIG",
        default_value = DEFAULT_CONFIG
    )]
    pub config: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server (SIGTERM stops it, SIGHUP reloads certificates and plugins).
    Serve,
    /// Run a whole server on 127.0.0.1 to try things out.
    Demo(DemoArgs),
    /// Write a configuration file for a new server.
    Init(InitArgs),
    /// Look at the configuration file.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Hosted domains.
    #[command(subcommand)]
    Domain(DomainCommand),
    /// Accounts, each with its mailboxes.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Addresses that lead to others.
    #[command(subcommand)]
    Alias(AliasCommand),
    /// Messages that are accepted and not delivered yet.
    #[command(subcommand)]
    Queue(QueueCommand),
    /// What happened to messages.
    #[command(subcommand)]
    Message(MessageCommand),
    /// Record live sessions, for `waxseal plugin replay --recorded`.
    ///
    /// Envelopes, messages and verdicts are kept; passwords never are.
    #[command(subcommand)]
    Record(RecordCommand),
    /// Write, test, install and watch plugins.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Ask any mail server what it can do, and have it show so.
    ///
    /// Records what is announced before and after TLS and login, then uses each extension that was
    /// announced. Needs no configuration file.
    Probe(ProbeArgs),
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Where everything is kept; by default `waxseal-demo` in the user's data folder
    /// (`$XDG_DATA_HOME` or `~/.local/share`).
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Each protocol listens on this plus its standard port: SMTP +25, IMAP +143, …
    #[arg(long, value_name = "PORT", default_value_t = 10_000,
          value_parser = clap::value_parser!(u16).range(1_024..=64_500))]
    pub port_base: u16,
    /// The folder of built plugins; by default `plugins` beside the program or one folder up.
    #[arg(long, value_name = "DIR")]
    pub plugins: Option<PathBuf>,
    /// Hand mail for other hosts to this one instead of holding it in the queue.
    #[arg(long, value_name = "HOST:PORT")]
    pub smarthost: Option<String>,
}

/// Arguments of `init`. What is not given is asked for, if there is somebody to ask.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The name of this host in the DNS.
    #[arg(long, value_name = "NAME")]
    pub hostname: Option<String>,
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// PEM file with certificate and intermediates; without it a self-signed one is made.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub certificate: Option<PathBuf>,
    /// PEM file with the certificate's private key.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub key: Option<PathBuf>,
    /// Hand all outgoing mail to this host; without it MX records are followed.
    #[arg(long, value_name = "HOST:PORT")]
    pub smarthost: Option<String>,
    /// Ask nothing: take the defaults for what is not given.
    #[arg(long)]
    pub yes: bool,
}

/// `config …`
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Name every mistake with file, line and column.
    Check,
    /// Print the JSON Schema of the configuration file, for editors and other tools.
    Schema,
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Output {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Where a password comes from; without any it is asked for, or read from standard input.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct PasswordArgs {
    /// The password itself; others may see it in the list of processes.
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
    /// A file whose first line is the password.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// `domain …`
#[derive(Debug, Subcommand)]
pub(crate) enum DomainCommand {
    /// Host a domain.
    Add {
        /// Its name.
        domain: String,
    },
    /// List all.
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Show one, with how many accounts and aliases it has.
    Show {
        /// Its name.
        domain: String,
        #[command(flatten)]
        output: Output,
    },
    /// Stop hosting a domain that has no accounts and no aliases.
    Remove {
        /// Its name.
        domain: String,
    },
    /// Say where mail for unknown users goes.
    CatchAll {
        /// Its name.
        domain: String,
        /// The target; without it mail for unknown users is refused.
        to: Option<String>,
    },
}

/// `account …`
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Create an account with INBOX, Sent, Drafts, Junk, Trash and Archive.
    Add {
        /// Its address.
        address: String,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// List all.
    List {
        /// Only those of this domain.
        #[arg(long)]
        domain: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Show one.
    Show {
        /// Its address.
        address: String,
        #[command(flatten)]
        output: Output,
    },
    /// Give it a new password.
    Passwd {
        /// Its address.
        address: String,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Remove it with all its mail.
    Remove {
        /// Its address.
        address: String,
    },
}

/// `alias …`
#[derive(Debug, Subcommand)]
pub(crate) enum AliasCommand {
    /// Create an alias, or add targets to it.
    Add {
        /// Its address.
        address: String,
        /// Where it leads.
        #[arg(required = true)]
        targets: Vec<String>,
    },
    /// List all.
    List {
        /// Only those of this domain.
        #[arg(long)]
        domain: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// Show one.
    Show {
        /// Its address.
        address: String,
        #[command(flatten)]
        output: Output,
    },
    /// Remove it.
    Remove {
        /// Its address.
        address: String,
    },
}

/// `queue …`
#[derive(Debug, Subcommand)]
pub(crate) enum QueueCommand {
    /// List messages, oldest first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 1_000)]
        max: usize,
        #[command(flatten)]
        output: Output,
    },
    /// Show one with all its recipients.
    Show {
        /// Its identifier.
        id: String,
        #[command(flatten)]
        output: Output,
    },
    /// Try it now; ends its hold.
    Retry {
        /// Its identifier.
        id: String,
    },
    /// Take it out without a report to its sender.
    Remove {
        /// Its identifier.
        id: String,
    },
}

/// `message …`
#[derive(Debug, Subcommand)]
pub(crate) enum MessageCommand {
    /// Tell a message's whole story.
    Trace {
        /// Its identifier, as in the 250 reply and in Received.
        id: String,
        #[command(flatten)]
        output: Output,
    },
}

/// `plugin …`
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// List them in the order in which they are asked.
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Read configuration and files again; on a mistake the former ones stay.
    Reload,
    /// Show the last log lines of one plugin of the running server.
    Logs {
        /// Its name.
        name: String,
        /// Go on with those to come, until interrupted.
        #[arg(long, short, conflicts_with = "json")]
        follow: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Let a plugin filter for Postfix or Sendmail, as a milter.
    ///
    /// The configuration file gives the plugin's settings ([[plugin]] of that name) and those of the
    /// server ([milter_server]); it needs no listeners. Without a file everything has its default.
    ServeMilter(ServeMilterArgs),
    /// The commands of authors.
    #[command(flatten)]
    Author(AuthorCommand),
}

/// Arguments of `plugin serve-milter`.
#[derive(Debug, Args)]
pub(crate) struct ServeMilterArgs {
    /// The component file, or the name of a configured plugin.
    pub component: PathBuf,
    /// Where mail servers connect: inet:HOST:PORT or unix:/PATH.
    #[arg(long, value_name = "SOCKET")]
    pub socket: waxseal_milter::Socket,
    /// What the plugin is told that clients speak.
    #[arg(long, value_enum, default_value_t = MilterProtocol::Smtp)]
    pub protocol: MilterProtocol,
}

/// The protocol of a mail server's clients.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum MilterProtocol {
    /// Port 25.
    Smtp,
    /// Ports 587 and 465.
    Submission,
    /// LMTP.
    Lmtp,
}

impl From<MilterProtocol> for waxseal_ports::filter::Protocol {
    fn from(protocol: MilterProtocol) -> Self {
        match protocol {
            MilterProtocol::Smtp => Self::Smtp,
            MilterProtocol::Submission => Self::Submission,
            MilterProtocol::Lmtp => Self::Lmtp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(line: &str, expected: Expect) {
        let words = std::iter::once("waxseal").chain(line.split_whitespace());
        let text = match Cli::try_parse_from(words) {
            Ok(cli) => format!("{:?}", cli.command),
            Err(error) => error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn lines_are_understood() {
        check("serve --config x.toml", expect!["Serve"]);
        check(
            "demo --dir d --port-base 2000",
            expect![[
                r#"Demo(DemoArgs { dir: Some("d"), port_base: 2000, plugins: None, smarthost: None })"#
            ]],
        );
        check(
            "demo --port-base 65000",
            expect![
                "error: invalid value '65000' for '--port-base <PORT>': 65000 is not in 1024..=64500"
            ],
        );
        check(
            "account add a@b.test --password x",
            expect![[
                r#"Account(Add { address: "a@b.test", password: PasswordArgs { password: Some("x"), password_file: None } })"#
            ]],
        );
        check(
            "account add a@b.test --password x --password-file f",
            expect![
                "error: the argument '--password <PASSWORD>' cannot be used with '--password-file <FILE>'"
            ],
        );
        check(
            "alias add a@b.test",
            expect!["error: the following required arguments were not provided:"],
        );
        check(
            "queue list --json",
            expect!["Queue(List { max: 1000, output: Output { json: true } })"],
        );
        check(
            "message trace m1 --json --config x.toml",
            expect![[r#"Message(Trace { id: "m1", output: Output { json: true } })"#]],
        );
        check(
            "init --certificate c.pem",
            expect!["error: the following required arguments were not provided:"],
        );
        check(
            "mesage trace",
            expect!["error: unrecognized subcommand 'mesage'"],
        );
    }

    #[test]
    fn lines_about_plugins_and_probes_are_understood() {
        check(
            "plugin serve-milter rules.wasm --socket inet:8891@localhost",
            expect![[
                r#"Plugin(ServeMilter(ServeMilterArgs { component: "rules.wasm", socket: Inet { host: "localhost", port: 8891 }, protocol: Smtp }))"#
            ]],
        );
        check(
            "plugin serve-milter rules.wasm --socket 8891",
            expect![[
                r#"error: invalid value '8891' for '--socket <SOCKET>': "8891" is not inet:HOST:PORT, inet:PORT@HOST or unix:/PATH"#
            ]],
        );
        check(
            "probe --tls none",
            expect!["error: the following required arguments were not provided:"],
        );
        check(
            "probe h:143 --login alice",
            expect!["error: the following required arguments were not provided:"],
        );
        check(
            "plugin logs rules -f",
            expect![[
                r#"Plugin(Logs { name: "rules", follow: true, output: Output { json: false } })"#
            ]],
        );
        check(
            "plugin logs rules --follow --json",
            expect!["error: the argument '--follow' cannot be used with '--json'"],
        );
    }

    #[test]
    fn the_configuration_is_named_before_or_after() {
        for line in ["--config x.toml queue list", "queue list --config x.toml"] {
            let words = std::iter::once("waxseal").chain(line.split(' '));
            let cli = Cli::try_parse_from(words).unwrap();
            assert_eq!(cli.config, PathBuf::from("x.toml"), "{line}");
        }
    }
}
