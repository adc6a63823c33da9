//! The command line of plugin authors, below `waxseal plugin`.

use super::Output;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What an author does with a plugin.
#[derive(Debug, Subcommand)]
pub(crate) enum AuthorCommand {
    /// Begin a plugin: a project that builds and tests at once.
    ///
    /// Interface, SDK and template come out of this program; only the compiler of the language is
    /// needed beside it.
    New(NewArgs),
    /// Build a project's component, build/NAME.wasm.
    ///
    /// Says which toolchain is used and why. The result is checked to import nothing that no server
    /// offers.
    Build {
        /// The project's folder, the one with waxseal-plugin.toml.
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// Say what a component is: world, version, imports, exports, grants, size, digest.
    ///
    /// Nothing of it runs.
    Inspect {
        /// The component.
        file: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Load a component as the server would, and say what it would refuse.
    Check {
        /// The component.
        file: PathBuf,
        /// Its settings: a file as a [[plugin]] table ([config], [limits], [grants]), or a server's
        /// configuration that names it. Secrets and keys that it grants are placeholders.
        #[arg(long, value_name = "FILE")]
        settings: Option<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Run test cases against a component.
    ///
    /// A case says who connects, what is sent, routed, stored or moved, what DNS, HTTP, clock and store
    /// answer, and what is expected; the `cases` of new projects are examples. Exit code 1 when one fails.
    Test(TestArgs),
    /// Run a filter or learner over mail that came in before, and count its verdicts.
    ///
    /// With --with a second version judges the same mail and only the differences are shown. Exit
    /// code 1 when a call failed or the versions differ.
    Replay(ReplayArgs),
    /// Measure what a plugin costs: fuel, time and memory a stage, beside a plugin of its world that does
    /// nothing.
    ///
    /// Filters and learners judge the message (and learners hear of a move), delivery plugins route it and
    /// take it away, storage plugins and holders get its octets as a blob. DNS knows nothing; HTTP leads to
    /// a server that takes everything.
    Bench(BenchArgs),
    /// Make or use keys for signing.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Sign a component in its place (Ed25519); a former signature is replaced.
    Sign {
        /// The component.
        file: PathBuf,
        /// The secret key, as `waxseal plugin key new` made it.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Check that a component was signed with a key and not changed since. Exit code 1 if not.
    Verify {
        /// The component.
        file: PathBuf,
        /// A public key, 64 hex digits; several may be given, one must fit.
        #[arg(long, value_name = "KEY", required = true)]
        key: Vec<waxseal_plugin::PublicKey>,
    },
    /// Bring a component into the plugin folder, checked before it is put in place.
    ///
    /// Prints the lines for the configuration. After any failure the folder is as before.
    Install(InstallArgs),
    /// Let the server ask a configured plugin again.
    ///
    /// Edits the configuration file (comments stay), checks it, and reloads a running server.
    Enable {
        /// Its name in the configuration.
        name: String,
    },
    /// Let the server ask a configured plugin no longer; see enable.
    Disable {
        /// Its name in the configuration.
        name: String,
    },
}

/// Arguments of `plugin install`.
#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    /// A file, an http or https URL, or oci://HOST/REPOSITORY:TAG (or @sha256:DIGEST).
    pub source: String,
    /// The SHA-256 that the component must have; required for URLs.
    #[arg(long, value_name = "HEX")]
    pub sha256: Option<String>,
    /// The plugin's name, 1 to 32 of a-z 0-9 -; by default that of the file or repository.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Replace a component of this name.
    #[arg(long)]
    pub replace: bool,
}

/// Arguments of `plugin new`.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The plugin's name, 1 to 32 of a-z 0-9 -; its folder is called so too.
    pub name: String,
    /// The language.
    #[arg(long, value_enum)]
    pub lang: Lang,
    /// filter, learner, delivery, storage or storage-holder.
    #[arg(long, default_value = "filter")]
    pub world: String,
}

/// A language of plugins.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Lang {
    /// Small and fast components.
    Rust,
    /// Small and fast components, with clang.
    C,
    /// JavaScript or TypeScript.
    Js,
    /// Python.
    Python,
}

/// Arguments of `plugin test`.
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// A project's folder, which is built first, or a component.
    #[arg(default_value = ".")]
    pub target: PathBuf,
    /// A case file or a folder of them; by default `cases` in the project, or beside the component.
    #[arg(long, value_name = "PATH")]
    pub cases: Option<PathBuf>,
    /// Only cases whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    #[command(flatten)]
    pub output: Output,
}

/// Arguments of `plugin replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The component: a filter or learner.
    pub file: PathBuf,
    /// Another version, to compare.
    #[arg(long, value_name = "FILE")]
    pub with: Option<PathBuf>,
    /// Settings of the plugin, as in `plugin check`.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Settings of the other version; by default the same.
    #[arg(long, value_name = "FILE", requires = "with")]
    pub with_settings: Option<PathBuf>,
    #[command(flatten)]
    pub mail: MailArgs,
    /// Show every verdict, not only differences and failures.
    #[arg(long)]
    pub verbose: bool,
    #[command(flatten)]
    pub output: Output,
}

/// Where the mail of a replay lies.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct MailArgs {
    /// An mbox file.
    #[arg(long, value_name = "FILE")]
    pub mbox: Option<PathBuf>,
    /// A Maildir, or a folder of message files.
    #[arg(long, value_name = "DIR")]
    pub maildir: Option<PathBuf>,
    /// A folder that `waxseal record` wrote.
    #[arg(long, value_name = "DIR")]
    pub recorded: Option<PathBuf>,
    /// The messages that wait in the queue of the server of --config, at most the oldest 10,000. The
    /// queue stays as it is.
    #[arg(long)]
    pub queue: bool,
}

/// Arguments of `plugin bench`.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// The component.
    pub file: PathBuf,
    /// The message; by default one of 4 KB.
    #[arg(long, value_name = "FILE")]
    pub message: Option<PathBuf>,
    /// Settings of the plugin, as in `plugin check`.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// Rounds that are measured.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub runs: u32,
    #[command(flatten)]
    pub output: Output,
}

/// `plugin key …`
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a pair of keys: the secret one into a file, the public one is printed.
    New {
        /// The file for the secret key; must not exist.
        file: PathBuf,
    },
}
