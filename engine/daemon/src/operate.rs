//! The commands that look at or change what a server holds: through the running server where there is
//! one, else on the storage itself, both by the same [`Request`].

mod password;
mod print;

use crate::cli::{
    AccountCommand, AliasCommand, Command, DomainCommand, MessageCommand, Output, PluginCommand,
    QueueCommand,
};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::wire;
use anyhow::Context;
use std::io::Write;
use std::path::Path;
use waxseal_admin::{Answer, CallError, Request, call};

/// Performs one of the operating commands. `command` is one of them.
pub(crate) async fn operate(config_file: &Path, command: Command) -> Outcome {
    let Some((request, output)) = request(command)? else {
        return Err(Failure::wrong("this command does not talk to a server"));
    };
    let (config, _) = Config::read(config_file)?;
    let answer = perform(&config, request).await?;
    let text = if output.json {
        let json = serde_json::to_string_pretty(&answer).context("printing JSON")?;
        json + "\n"
    } else {
        print::table(&answer)
    };
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::from(anyhow::Error::new(error).context("printing")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Asks the running server, or opens the storage where no server runs.
async fn perform(config: &Config, request: Request) -> Outcome<Answer> {
    match call(&config.socket(), &request).await {
        Ok(answer) => return Ok(answer),
        Err(CallError::NoServer(_)) => {}
        Err(error @ (CallError::Problem(_) | CallError::Forbidden(_) | CallError::Broken(_))) => {
            return Err(error.into());
        }
    }
    let storage = wire::open_storage(config).await?;
    let answer = wire::operations_without_server(&storage)
        .perform(request)
        .await;
    storage.close().await;
    Ok(answer?)
}

/// What a command asks for; `None` for those that do not ask.
fn request(command: Command) -> Outcome<Option<(Request, Output)>> {
    let quiet = Output { json: false };
    Ok(match command {
        Command::Domain(command) => Some(domain(command)),
        Command::Account(command) => Some(account(command)?),
        Command::Alias(command) => Some(alias(command)),
        Command::Queue(command) => Some(queue(command)),
        Command::Message(MessageCommand::Trace { id, output }) => {
            Some((Request::MessageTrace { id }, output))
        }
        Command::Plugin(PluginCommand::List { output }) => Some((Request::PluginList, output)),
        Command::Plugin(PluginCommand::Reload) => Some((Request::PluginReload, quiet)),
        Command::Plugin(PluginCommand::ServeMilter(_))
        | Command::Serve
        | Command::Demo(_)
        | Command::Init(_)
        | Command::Config(_) => None,
    })
}

fn domain(command: DomainCommand) -> (Request, Output) {
    let quiet = Output { json: false };
    match command {
        DomainCommand::Add { domain } => (Request::DomainAdd { domain }, quiet),
        DomainCommand::List { output } => (Request::DomainList, output),
        DomainCommand::Show { domain, output } => (Request::DomainShow { domain }, output),
        DomainCommand::Remove { domain } => (Request::DomainRemove { domain }, quiet),
        DomainCommand::CatchAll { domain, to } => (Request::DomainCatchAll { domain, to }, quiet),
    }
}

fn account(command: AccountCommand) -> Outcome<(Request, Output)> {
    let quiet = Output { json: false };
    Ok(match command {
        AccountCommand::Add { address, password } => {
            let password = password::read(&password, &address)?;
            (Request::AccountAdd { address, password }, quiet)
        }
        AccountCommand::List { domain, output } => (Request::AccountList { domain }, output),
        AccountCommand::Show { address, output } => (Request::AccountShow { address }, output),
        AccountCommand::Passwd { address, password } => {
            let password = password::read(&password, &address)?;
            (Request::AccountPassword { address, password }, quiet)
        }
        AccountCommand::Remove { address } => (Request::AccountRemove { address }, quiet),
    })
}

fn alias(command: AliasCommand) -> (Request, Output) {
    let quiet = Output { json: false };
    match command {
        AliasCommand::Add { address, targets } => (Request::AliasAdd { address, targets }, quiet),
        AliasCommand::List { domain, output } => (Request::AliasList { domain }, output),
        AliasCommand::Show { address, output } => (Request::AliasShow { address }, output),
        AliasCommand::Remove { address } => (Request::AliasRemove { address }, quiet),
    }
}

fn queue(command: QueueCommand) -> (Request, Output) {
    let quiet = Output { json: false };
    match command {
        QueueCommand::List { max, output } => (Request::QueueList { max }, output),
        QueueCommand::Show { id, output } => (Request::QueueShow { id }, output),
        QueueCommand::Retry { id } => (Request::QueueRetry { id }, quiet),
        QueueCommand::Remove { id } => (Request::QueueRemove { id }, quiet),
    }
}
