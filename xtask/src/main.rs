//! The project's one front door: `cargo xtask demo | test | ci | bench | peers | plugins`.
//!
//! Each command installs what it lacks through `apt-get`, saying so first (`--no-install` only
//! reports), and shows every command it runs.
#![expect(
    clippy::print_stdout,
    reason = "a command-line program for people at a terminal"
)]

mod bench;
mod bindings;
mod browser;
mod build;
mod ci;
mod demo;
mod packages;
mod peers;
mod plugins;
mod shell;
mod test;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Builds, tests, measures and shows Waxseal"
)]
struct Cli {
    /// Only report missing packages instead of installing them.
    #[arg(long, global = true)]
    no_install: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds everything, starts the engine and the catalog with a demo domain, says what to try.
    Demo(demo::Options),
    /// Runs every test: unit, transcripts, end to end, plugins, pages in a browser.
    Test(test::Options),
    /// What CI runs: format, lints, then `test`.
    Ci,
    /// Measures, side by side with a peer, and prints a table.
    Bench(bench::Options),
    /// Starts packaged mail servers in namespaces of their own, probes them, rewrites the measured
    /// files of the catalog.
    Peers(peers::Options),
    /// Builds the shipped plugins, and the tutorial in four languages, into
    /// `$CARGO_TARGET_DIR/plugins`.
    Plugins,
    /// Makes the committed generated files anew: the SDKs' bindings, the configuration's schema.
    Bindings {
        /// Only compares, and fails where something differs.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let install = packages::Install::from_flag(cli.no_install);
    match cli.command {
        Command::Demo(options) => demo::run(install, &options),
        Command::Test(options) => test::run(install, &options),
        Command::Ci => ci::run(install),
        Command::Bench(options) => bench::run(install, &options),
        Command::Peers(options) => peers::run(install, &options),
        Command::Plugins => plugins::build_all(install).map(|_| ()),
        Command::Bindings { check } => bindings::run(
            install,
            if check {
                bindings::Mode::Check
            } else {
                bindings::Mode::Write
            },
        ),
    }
}
