//! The program `waxseal`: command line, configuration, wiring, start and stop.
//!
//! This is the only crate that names adapters (`storage`, `plugin`, `dns`); [`wire`] hands them to the
//! services as ports. Nothing here parses a protocol or judges a message.

mod author;
mod cli;
mod config;
mod demo;
mod failure;
mod init;
mod logging;
mod memory;
mod operate;
mod plugin_log;
mod probe;
mod serve;
mod serve_milter;
mod terminal;
mod watch;
mod wire;

use anyhow::Context;
use clap::Parser;
use cli::{Cli, Command, ConfigCommand, PluginCommand};
use config::{Config, Ground, Mistakes, check};
use failure::Outcome;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use waxseal_admin::{CallError, Request, call};

/// Gives freed memory back to the system (a password hash takes 19 MiB for a moment, a large message
/// its buffers), which glibc's arenas do not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if serves(&cli.command) {
        memory::give_back_at_once();
    }
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let written = writeln!(std::io::stderr(), "waxseal: {failure}");
            // Nobody reads; the exit code still tells.
            drop(written);
            failure.exit_code()
        }
    }
}

fn run(cli: Cli) -> Outcome {
    let file = &cli.config;
    let runtime = runtime(&cli.command)?;
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Serve => serve::serve(file, |_| {}).await,
            Command::Demo(args) => demo::demo(args).await,
            Command::Init(args) => init::init(file, args),
            Command::Config(ConfigCommand::Check) => check_config(file).await,
            Command::Config(ConfigCommand::Schema) => print_schema(),
            Command::Plugin(PluginCommand::ServeMilter(args)) => {
                serve_milter::serve_milter(file, args).await
            }
            Command::Plugin(PluginCommand::Author(command)) => author::author(file, command).await,
            Command::Probe(args) => probe::run(args).await,
            command @ (Command::Domain(_)
            | Command::Account(_)
            | Command::Alias(_)
            | Command::Queue(_)
            | Command::Message(_)
            | Command::Record(_)
            | Command::Plugin(_)) => operate::operate(file, command).await,
        }
    });
    // Tasks that were cut off have said so; none of them may keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

/// Whether a command runs until it is told to stop.
const fn serves(command: &Command) -> bool {
    match command {
        Command::Serve | Command::Demo(_) | Command::Plugin(PluginCommand::ServeMilter(_)) => true,
        Command::Init(_)
        | Command::Config(_)
        | Command::Domain(_)
        | Command::Account(_)
        | Command::Alias(_)
        | Command::Queue(_)
        | Command::Message(_)
        | Command::Record(_)
        | Command::Probe(_)
        | Command::Plugin(_) => false,
    }
}

/// All cores for a server, one thread for a command.
fn runtime(command: &Command) -> Outcome<tokio::runtime::Runtime> {
    let mut builder = if serves(command) {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let runtime = builder.enable_all().build();
    Ok(runtime.context("starting the runtime")?)
}

/// Prints the schema of the configuration.
fn print_schema() -> Outcome {
    let printed = std::io::stdout().write_all(config::schema().as_bytes());
    Ok(printed.context("printing")?)
}

/// Prints every mistake, or that there is none.
async fn check_config(file: &Path) -> Outcome {
    let (config, document) = Config::read(file)?;
    // The ports of a running server are taken, by itself.
    let running = call(&config.socket(), &Request::PluginList).await;
    let ground = match running {
        Err(CallError::NoServer(_)) => Ground::FilesAndPorts,
        Ok(_) | Err(CallError::Problem(_) | CallError::Forbidden(_) | CallError::Broken(_)) => {
            Ground::Files
        }
    };
    let services = wire::plugin_services(&config);
    let mistakes = check(&config, &document, ground, services).await;
    if mistakes.is_empty() {
        let text = format!("{}: no mistakes\n", file.display());
        let printed = std::io::stdout().write_all(text.as_bytes());
        return Ok(printed.context("printing")?);
    }
    Err(Mistakes(mistakes).into())
}
