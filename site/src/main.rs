//! `waxseal-site`: checks the catalog's content and serves it.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

mod command;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use waxseal_site::content::{self, Format, Loaded, Severity};
use waxseal_site::date::Date;
use waxseal_site::pages::Site;
use waxseal_site::serve::router;

/// The catalog of mail software.
#[derive(Parser)]
#[command(name = "waxseal-site", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the catalog over HTTP.
    Serve {
        /// Folder of the content.
        #[arg(long, default_value = "content")]
        content: PathBuf,
        /// Address and port to listen on.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// For authors: follow the content folder, reload open pages, show mistakes on the pages
        /// concerned instead of ending.
        #[arg(long)]
        dev: bool,
    },
    /// Write the whole catalog as JSON, CSV, SQL and an SQLite database.
    Dump {
        /// Folder of the content.
        #[arg(long, default_value = "content")]
        content: PathBuf,
        /// Folder for the files; made if it is not there.
        #[arg(long, default_value = "catalog")]
        out: PathBuf,
    },
    /// Tell how well the search ranks, over the queries of `search/eval.toml`.
    SearchEval {
        /// Folder of the content.
        #[arg(long, default_value = "content")]
        content: PathBuf,
    },
    /// Write a static copy that works from any file server, search and free choice aside.
    Export {
        /// Folder of the copy; made if it is not there.
        out: PathBuf,
        /// Folder of the content.
        #[arg(long, default_value = "content")]
        content: PathBuf,
    },
    /// Name every mistake in the content.
    Check(command::check::Options),
    /// Begin a page or a claim: a stub that says what is still open.
    New(command::new::Options),
    /// List what the catalog lacks, the most needed first.
    Gaps(command::gaps::Options),
    /// List links that lead elsewhere, or record what visits to them found.
    Links(command::links::Options),
    /// Measure reading, indexing and searching; for the bench.
    Measure(command::measure::Options),
}

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::SearchEval { content } => search_eval(&content),
        Command::Serve {
            content,
            listen,
            dev,
        } => serve(&content, listen, dev),
        Command::Dump { content, out } => dump(&content, &out),
        Command::Export { out, content } => export(&content, &out),
        Command::Check(options) => command::check::run(&options),
        Command::New(options) => command::new::run(&options),
        Command::Gaps(options) => command::gaps::run(&options),
        Command::Links(options) => command::links::run(&options),
        Command::Measure(options) => command::measure::run(&options),
    };
    outcome.unwrap_or_else(|error| {
        tell(std::io::stderr(), &format!("waxseal-site: {error:#}\n"));
        ExitCode::FAILURE
    })
}

/// Writes to a standard stream; a closed one ends the program's interest, not its work.
fn tell(mut stream: impl std::io::Write, text: &str) {
    if stream
        .write_all(text.as_bytes())
        .and_then(|()| stream.flush())
        .is_err()
    {
        tracing::debug!("the output was closed");
    }
}

/// Today in UTC, for the check only; no page depends on it.
fn today() -> anyhow::Result<Date> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the program's edge: the day is read once and passed on as a value"
    )]
    let now = std::time::SystemTime::now();
    let days = now.duration_since(std::time::UNIX_EPOCH)?.as_secs() / 86_400;
    Date::from_day(i64::try_from(days)?).context("reading the clock")
}

/// The day a command was told, or today.
fn day(told: Option<&str>) -> anyhow::Result<Date> {
    match told {
        Some(text) => Date::parse(text).with_context(|| format!("\"{text}\" is not a date")),
        None => today(),
    }
}

fn load(content: &Path, today: &Date) -> anyhow::Result<Loaded> {
    content::check(content::read_folder(content)?, today)
}

fn dump(content: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let loaded = load(content, &today()?)?;
    let catalog = loaded
        .catalog
        .context("the content has errors; `check` lists them")?;
    let mut names = waxseal_site::dump::write(&catalog, out)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(waxseal_site::dump::write_database(&catalog, out))?;
    names.push(waxseal_site::dump::DATABASE.to_owned());
    for name in names {
        tell(
            std::io::stdout(),
            &format!("{}\n", out.join(name).display()),
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn export(content: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let loaded = load(content, &today()?)?;
    let catalog = loaded
        .catalog
        .context("the content has errors; `check` lists them")?;
    let site = Arc::new(Site::new(catalog)?);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let done = runtime.block_on(waxseal_site::export::export(site, out))?;
    let summary = format!(
        "{}: {} pages, {} files, {} kB\n",
        out.display(),
        done.pages,
        done.files,
        done.bytes / 1000
    );
    tell(std::io::stdout(), &summary);
    Ok(ExitCode::SUCCESS)
}

fn search_eval(content: &Path) -> anyhow::Result<ExitCode> {
    let loaded = load(content, &today()?)?;
    let catalog = loaded
        .catalog
        .context("the content has errors; `check` lists them")?;
    let report = waxseal_site::search::report(&catalog)?;
    tell(std::io::stdout(), &report);
    Ok(ExitCode::SUCCESS)
}

fn serve(content: &Path, listen: SocketAddr, dev: bool) -> anyhow::Result<ExitCode> {
    let levels = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,tantivy=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(levels)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    if dev {
        return command::dev::run(content, listen);
    }
    let loaded = load(content, &today()?)?;
    let errors = loaded.of(Severity::Error);
    let root = content.to_string_lossy();
    let Some(catalog) = loaded.catalog else {
        tell(
            std::io::stderr(),
            &content::diagnostic::print(&errors, Format::Text, &root),
        );
        anyhow::bail!("{} errors in the content; nothing is served", errors.len());
    };
    let site = Site::new(catalog)?;
    tracing::info!(
        files = loaded.files,
        products = site.catalog.products.len(),
        claims = site.catalog.claim_count(),
        content_date = %site.catalog.content_date,
        "content is good"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(listen_until_told(router(Arc::new(site)), listen, || ()))?;
    Ok(ExitCode::SUCCESS)
}

async fn listen_until_told(
    router: axum::Router,
    listen: SocketAddr,
    at_end: impl FnOnce() + Send + 'static,
) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("listening on {listen}"))?;
    let address = listener.local_addr()?;
    tell(
        std::io::stdout(),
        &format!("The catalog is at http://{address}/\n"),
    );
    let end = async move {
        told_to_stop().await;
        at_end();
    };
    axum::serve(listener, router)
        .with_graceful_shutdown(end)
        .await?;
    Ok(())
}

/// Ends with SIGTERM or Ctrl-C; requests under way are finished.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
