//! `waxseal-site`: checks the catalog's content and serves it.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use waxseal_site::content::{self, Code, Format, Loaded, Severity};
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
    },
    /// Write the whole catalog as JSON, CSV and SQL.
    Dump {
        /// Folder of the content.
        #[arg(long, default_value = "content")]
        content: PathBuf,
        /// Folder for the files; made if it is not there.
        #[arg(long, default_value = "catalog")]
        out: PathBuf,
    },
    /// Name every mistake in the content.
    Check {
        /// Folder of the content.
        #[arg(long, default_value = "content")]
        content: PathBuf,
        /// Form of the list.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// List the warnings too, not only their number.
        #[arg(long)]
        warnings: bool,
        /// Explain a code, or all of them with `all`, instead of checking.
        #[arg(long, value_name = "CODE")]
        explain: Option<String>,
        /// The day after which a date lies in the future; today when left out.
        #[arg(long, value_name = "YYYY-MM-DD")]
        today: Option<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Serve { content, listen } => serve(&content, listen),
        Command::Dump { content, out } => dump(&content, &out),
        Command::Check {
            explain: Some(code),
            ..
        } => explain(&code),
        Command::Check {
            content,
            format,
            warnings,
            today,
            ..
        } => check(&content, format, warnings, today.as_deref()),
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

fn explain(name: &str) -> anyhow::Result<ExitCode> {
    let codes: Vec<Code> = if name == "all" {
        Code::ALL.to_vec()
    } else {
        vec![Code::parse(name).with_context(|| format!("there is no code \"{name}\""))?]
    };
    let pages: Vec<String> = codes.into_iter().map(content::code::explain).collect();
    tell(std::io::stdout(), &pages.join("\n"));
    Ok(ExitCode::SUCCESS)
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

fn load(content: &Path, today: &Date) -> anyhow::Result<Loaded> {
    content::check(content::read_folder(content)?, today)
}

fn check(
    content: &Path,
    format: Format,
    warnings: bool,
    day: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let today = match day {
        Some(text) => Date::parse(text).with_context(|| format!("\"{text}\" is not a date"))?,
        None => today()?,
    };
    let loaded = load(content, &today)?;
    let errors = loaded.of(Severity::Error);
    let warned = loaded.of(Severity::Warning);
    let mut listed = errors.clone();
    if warnings || format != Format::Text {
        listed.extend(&warned);
        listed.sort();
    }
    let root = content.to_string_lossy();
    tell(
        std::io::stdout(),
        &content::diagnostic::print(&listed, format, &root),
    );
    let summary = format!(
        "{} files, {} errors, {} warnings{}\n",
        loaded.files,
        errors.len(),
        warned.len(),
        if warned.is_empty() || warnings {
            ""
        } else {
            " (--warnings lists them)"
        },
    );
    tell(std::io::stderr(), &summary);
    Ok(if errors.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn dump(content: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let loaded = load(content, &today()?)?;
    let catalog = loaded
        .catalog
        .context("the content has errors; `check` lists them")?;
    for name in waxseal_site::dump::write(&catalog, out)? {
        tell(
            std::io::stdout(),
            &format!("{}\n", out.join(name).display()),
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn serve(content: &Path, listen: SocketAddr) -> anyhow::Result<ExitCode> {
    let levels = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,tantivy=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(levels)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
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
    runtime.block_on(listen_until_told(site, listen))?;
    Ok(ExitCode::SUCCESS)
}

async fn listen_until_told(site: Site, listen: SocketAddr) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("listening on {listen}"))?;
    let address = listener.local_addr()?;
    tell(
        std::io::stdout(),
        &format!("The catalog is at http://{address}/\n"),
    );
    axum::serve(listener, router(Arc::new(site)))
        .with_graceful_shutdown(told_to_stop())
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
