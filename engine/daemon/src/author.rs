//! The commands of plugin authors: arguments in, reports of the author's room out.

mod queue;
mod run;
mod server;

use crate::cli::{AuthorCommand, KeyCommand, Lang, NewArgs, Output};
use crate::failure::{Failure, Outcome};
use anyhow::Context;
use serde::Serialize;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::Table;
use waxseal_author::project::{self, Language, Project};
use waxseal_author::{AuthorError, Subject};
use waxseal_plugin::Services;
use waxseal_ports::clock::SystemClock;

/// Performs one of the author's commands.
pub(crate) async fn author(config_file: &Path, command: AuthorCommand) -> Outcome {
    match command {
        AuthorCommand::New(args) => new(&args),
        AuthorCommand::Build { dir } => {
            let built = build(&Project::open(&dir)?)?;
            print(&built.to_string())
        }
        AuthorCommand::Inspect { file, output } => show(&waxseal_author::inspect(&file)?, output),
        AuthorCommand::Check {
            file,
            settings,
            output,
        } => {
            let subject = subject(&file)?;
            let table = table(settings.as_deref(), &subject)?;
            let checked = waxseal_author::check(&subject, table, services(&subject)).await?;
            show(&checked, output)
        }
        AuthorCommand::Test(args) => run::test(args).await,
        AuthorCommand::Replay(args) => run::replay(config_file, args).await,
        AuthorCommand::Bench(args) => run::bench(args).await,
        AuthorCommand::Key(KeyCommand::New { file }) => {
            print(&waxseal_author::new_key(&file)?.to_string())
        }
        AuthorCommand::Sign { file, key } => {
            let by = waxseal_author::sign(&file, &key)?;
            print(&format!("{} is signed with {by}\n", file.display()))
        }
        AuthorCommand::Verify { file, key } => {
            let by = waxseal_author::verify(&file, &key)?;
            print(&format!(
                "{} was signed with {by} and not changed since\n",
                file.display()
            ))
        }
        AuthorCommand::Install(args) => server::install(config_file, args).await,
        AuthorCommand::Enable { name } => server::set(config_file, &name, true).await,
        AuthorCommand::Disable { name } => server::set(config_file, &name, false).await,
    }
}

fn new(args: &NewArgs) -> Outcome {
    let language = match args.lang {
        Lang::Rust => Language::Rust,
        Lang::C => Language::C,
        Lang::Js => Language::Js,
        Lang::Python => Language::Python,
    };
    let made = project::new(Path::new("."), &args.name, language, &args.world)?;
    print(&made.to_string())
}

/// Builds a project; what is done is told on standard error.
fn build(project: &Project) -> Outcome<project::Built> {
    Ok(project::build(project, &mut tell)?)
}

/// A line on standard error.
fn tell(text: &str) {
    let told = writeln!(std::io::stderr(), "{text}");
    // Nobody reads; the work goes on.
    drop(told);
}

/// A component, with a place for its compiled code.
fn subject(file: &Path) -> Outcome<Subject> {
    Ok(Subject::new(file, cache_folder())?)
}

/// Where compiled code of tools is kept: `waxseal` in the user's cache folder; nothing where there is
/// none.
fn cache_folder() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let cache = named("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(named("HOME")?).join(".cache")));
    let folder = cache.filter(|cache| cache.is_absolute())?.join("waxseal");
    crate::wire::make_private_folder(&folder).ok()?;
    Some(folder)
}

/// The settings of a plugin: from a file, or none.
fn table(settings: Option<&Path>, subject: &Subject) -> Outcome<Table> {
    match settings {
        Some(file) => Ok(waxseal_author::settings(file, subject)?),
        None => Ok(Table::new()),
    }
}

/// What a plugin is loaded with outside a server: it reaches nobody.
fn services(subject: &Subject) -> Services {
    let parser = Arc::new(waxseal_mime::Parser::new(waxseal_mime::Limits::default()));
    Services {
        cache_dir: subject.cache_dir.clone(),
        ..Services::new(subject.folder(), parser, Arc::new(SystemClock))
    }
}

/// A report, for people or as JSON.
fn show<T: fmt::Display + Serialize>(report: &T, output: Output) -> Outcome {
    if output.json {
        let json = serde_json::to_string_pretty(report).context("printing JSON")?;
        print(&(json + "\n"))
    } else {
        print(&report.to_string())
    }
}

/// Text on standard output; a reader that went away is no failure.
fn print(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::from(anyhow::Error::new(error).context("printing")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

impl From<AuthorError> for Failure {
    fn from(error: AuthorError) -> Self {
        let code = match &error {
            AuthorError::Wrong(_) => Self::WRONG,
            AuthorError::Missing(_) => Self::MISSING,
            AuthorError::Exists(_) => Self::CONFLICT,
            AuthorError::Failed(_) | AuthorError::File { .. } => Self::FAILED,
        };
        Self::with_code(code, error.into())
    }
}
