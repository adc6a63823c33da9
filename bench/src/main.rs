//! Prints what plugins cost, a JSON line a figure: `cargo xtask bench plugins` reads them.

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;
use waxseal_bench::measure::micros;
use waxseal_bench::message::Sample;
use waxseal_bench::way::{Kind, Ways, tutorial};

/// Times sessions with filters as plugins, as native code and behind a milter socket.
#[derive(Parser)]
struct Options {
    /// The folder of built components.
    #[arg(long)]
    plugins: PathBuf,
    /// An existing folder for sockets.
    #[arg(long)]
    scratch: PathBuf,
    /// Sessions of each kind.
    #[arg(long, default_value_t = 3_000)]
    rounds: usize,
}

fn main() -> Result<()> {
    let options = Options::parse();
    // One thread judges: the stand-in server of native `bayes` belongs to it.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(&options))
}

async fn run(options: &Options) -> Result<()> {
    for kind in Kind::ALL {
        let ways = Ways::start(kind, &options.plugins, &options.scratch);
        let ways = ways.await.with_context(|| format!("starting {kind}"))?;
        let filters = [
            &*ways.plugin,
            &*ways.native,
            &*ways.milter,
            &*ways.milter_kept,
        ];
        for (sample, rounds) in [
            (Sample::small()?, options.rounds),
            (Sample::large()?, options.rounds.div_ceil(10)),
        ] {
            let medians = micros(&filters, &sample, rounds).await;
            let names = ["plugin", "native", "milter", "milter_kept"];
            for (way, micros) in names.iter().zip(medians) {
                say(&json!({
                    "filter": kind.to_string(), "message": sample.name, "way": way,
                    "micros": micros,
                }))?;
            }
        }
    }
    languages(options).await
}

/// The tutorial's plugin, the same in four languages.
async fn languages(options: &Options) -> Result<()> {
    for (language, file) in [
        ("rust", "subject-guard"),
        ("c", "subject-guard-c"),
        ("js", "subject-guard-js"),
        ("python", "subject-guard-python"),
    ] {
        let file = options.plugins.join(format!("{file}.wasm"));
        let filter = tutorial(&file).await?;
        let sample = Sample::small()?;
        let medians = micros(&[&*filter], &sample, options.rounds.div_ceil(20)).await;
        for micros in medians {
            say(&json!({
                "filter": "subject-guard", "message": sample.name, "way": language,
                "micros": micros,
            }))?;
        }
    }
    Ok(())
}

fn say(figure: &serde_json::Value) -> Result<()> {
    writeln!(std::io::stdout(), "{figure}").context("standard output is closed")
}
