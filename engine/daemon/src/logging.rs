//! Where log lines go: standard error or a file, as text or JSON.

use crate::config::{LogConfig, LogFormat, LogLevel};
use crate::plugin_log::PluginLines;
use anyhow::{Context, Result};
use std::io::IsTerminal;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Libraries whose information is noise here; their warnings are kept.
const QUIET: &str = ",sqlx=warn,hyper=warn,hickory_proto=warn,hickory_resolver=warn,hickory_net=warn,\
                     rustls=warn,wasmtime=warn,wasmtime_cranelift=warn,cranelift_codegen=warn";

/// Starts logging for the whole process, and makes panics log lines.
pub(crate) fn start(config: &LogConfig) -> Result<()> {
    if let Some(file) = &config.file {
        let open = std::fs::File::options()
            .create(true)
            .append(true)
            .open(file);
        let open = open.with_context(|| format!("opening the log file {}", file.display()))?;
        install(config, Mutex::new(open), false)?;
    } else {
        let terminal = std::io::stderr().is_terminal();
        install(config, std::io::stderr, terminal)?;
    }
    std::panic::set_hook(Box::new(|panic| {
        metrics::counter!("waxseal_daemon_panics_total").increment(1);
        tracing::error!(%panic, "a panic, which is a defect of this program");
    }));
    Ok(())
}

fn install<W>(config: &LogConfig, writer: W, colours: bool) -> Result<()>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = match config.level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    let filter = EnvFilter::try_new(format!("{level}{QUIET}")).context("reading the log level")?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(colours);
    let installed = match config.format {
        LogFormat::Text => builder.finish().with(PluginLines).try_init(),
        LogFormat::Json => {
            let lines = builder.json().flatten_event(true).finish();
            lines.with(PluginLines).try_init()
        }
    };
    installed.map_err(|error| anyhow::anyhow!("starting the log: {error}"))
}
