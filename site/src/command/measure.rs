//! `measure`: what reading, indexing and searching cost here, for `cargo xtask bench site`.

use std::io::stdout;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use serde_json::json;
use waxseal_site::search::{Index, Request};

use crate::{load, tell, today};

/// Rounds through the list of queries.
const ROUNDS: usize = 20;
/// Texts of noise.
const NOISE: usize = 2_000;

/// Options of `measure`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folder of the content; its `search/eval.toml` holds the queries.
    #[arg(long, default_value = "content")]
    content: PathBuf,
}

#[derive(serde::Deserialize)]
struct Queries {
    query: Vec<Query>,
}

#[derive(serde::Deserialize)]
struct Query {
    text: String,
}

/// Prints one JSON object.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let start = now();
    let loaded = load(&options.content, &today()?)?;
    let catalog = loaded
        .catalog
        .context("the content has errors; `check` lists them")?;
    let load_ms = milliseconds(start);
    let before = resident_mb()?;
    let start = now();
    let index = Index::build(&catalog)?;
    let index_ms = milliseconds(start);
    let index_mb = resident_mb()? - before;
    let queries = queries(&options.content)?;
    let rounds = std::iter::repeat_n(&queries, ROUNDS).flatten();
    let times = times(&index, rounds)?;
    let noise = times_of_noise(&index)?;
    let at = |share: usize| {
        times
            .get(times.len() * share / 100)
            .copied()
            .unwrap_or(f64::NAN)
    };
    let told = json!({
        "documents": index.len(),
        "load_ms": load_ms,
        "index_ms": index_ms,
        "index_mb": index_mb,
        "searches": times.len(),
        "search_p50_ms": at(50),
        "search_p99_ms": at(99),
        "noise_max_ms": noise.last(),
    });
    tell(stdout(), &format!("{told}\n"));
    Ok(ExitCode::SUCCESS)
}

/// Milliseconds of each search, the shortest first.
fn times<'a>(index: &Index, queries: impl Iterator<Item = &'a String>) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::new();
    for text in queries {
        let request = Request {
            text: text.clone(),
            page: 1,
            ..Request::default()
        };
        let start = now();
        index.search(&request)?;
        times.push(milliseconds(start));
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// The same for texts that nobody would mean, of all letters and signs.
fn times_of_noise(index: &Index) -> anyhow::Result<Vec<f64>> {
    let mut number = 1_u64;
    let mut next = || {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
        u32::try_from(number >> 16 & 0x7ff).unwrap_or(0)
    };
    let mut noise = Vec::with_capacity(NOISE);
    for _ in 0..NOISE {
        let length = next() % 240;
        // Every second letter is plain, so that words of some length come about.
        let letters = (0..length).map(|at| match at % 2 {
            0 => char::from_u32(next()).unwrap_or(' '),
            _ => char::from_u32(u32::from(b'a') + next() % 5).unwrap_or(' '),
        });
        noise.push(letters.collect::<String>());
    }
    times(index, noise.iter())
}

/// The graded queries, and each without its last letter, so that unfinished words are among them.
fn queries(content: &Path) -> anyhow::Result<Vec<String>> {
    let path = content.join("search/eval.toml");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let graded: Queries =
        toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    let whole = graded.query.into_iter().map(|query| query.text);
    let both = whole.flat_map(|text| {
        let mut cut = text.clone();
        cut.pop();
        [text, cut]
    });
    Ok(both.collect())
}

#[expect(clippy::disallowed_methods, reason = "a measurement takes real time")]
fn now() -> Instant {
    Instant::now()
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// Resident memory of this process in MB.
fn resident_mb() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let line = line
        .context("no VmRSS")?
        .trim()
        .trim_end_matches("kB")
        .trim();
    Ok(line.parse::<f64>()? / 1024.0)
}
