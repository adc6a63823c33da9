//! The commands that look at or change what a server holds: through the running server where there is
//! one, else on the storage itself, both by the same [`Request`].

mod door;
mod password;
mod print;

pub(crate) use door::Door;

use crate::cli::{
    AccountCommand, AliasCommand, Command, DomainCommand, MessageCommand, Output, PluginCommand,
    QueueCommand, RecordCommand,
};
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use anyhow::Context;
use std::io::Write;
use std::path::Path;
use waxseal_admin::{Answer, Request, call};

/// Performs one of the operating commands. `command` is one of them.
pub(crate) async fn operate(config_file: &Path, command: Command) -> Outcome {
    if let Command::Plugin(PluginCommand::Logs {
        name, follow: true, ..
    }) = &command
    {
        return follow(config_file, name).await;
    }
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

/// Prints the log lines of a plugin as they come, until the server goes away.
async fn follow(config_file: &Path, name: &str) -> Outcome {
    let (config, _) = Config::read(config_file)?;
    let mut after = 0;
    loop {
        let request = Request::PluginLog {
            name: name.to_owned(),
            after,
            wait: true,
        };
        let answer = call(&config.socket(), &request).await?;
        if let Answer::PluginLog { next, .. } = &answer {
            after = *next;
        }
        let text = print::table(&answer);
        let mut out = std::io::stdout().lock();
        if out
            .write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .is_err()
        {
            return Ok(());
        }
    }
}

/// Asks the running server, or opens the storage where no server runs.
async fn perform(config: &Config, request: Request) -> Outcome<Answer> {
    let door = Door::open(config, &request).await?;
    let answer = door.ask(request).await;
    door.close().await;
    answer
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
        Command::Record(command) => Some(record(command)?),
        Command::Plugin(PluginCommand::Logs { name, output, .. }) => {
            let (after, wait) = (0, false);
            Some((Request::PluginLog { name, after, wait }, output))
        }
        Command::Plugin(PluginCommand::List { output }) => Some((Request::PluginList, output)),
        Command::Plugin(PluginCommand::Reload) => Some((Request::PluginReload, quiet)),
        Command::Plugin(PluginCommand::ServeMilter(_) | PluginCommand::Author(_))
        | Command::Serve
        | Command::Demo(_)
        | Command::Init(_)
        | Command::Config(_)
        | Command::Probe(_) => None,
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

fn record(command: RecordCommand) -> Outcome<(Request, Output)> {
    let quiet = Output { json: false };
    Ok(match command {
        RecordCommand::Start(args) => {
            let folder = std::path::absolute(&args.dir).context("finding the folder")?;
            let request = Request::RecordStart {
                folder: folder.to_string_lossy().into_owned(),
                messages_max: args.max_messages,
                bytes_max: args.max_bytes,
                minutes_max: args.minutes,
            };
            (request, quiet)
        }
        RecordCommand::Stop { output } => (Request::RecordStop, output),
        RecordCommand::Status { output } => (Request::RecordStatus, output),
    })
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
