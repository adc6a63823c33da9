//! Pages and search of the catalog, beside nginx serving the exported copy, in one run; then the
//! same with 50,000 more entries.

mod entries;
mod nginx;
mod wrk;

use super::figure::{Figure, median};
use super::scratch::{Running, Scratch, free_port, resident_mb, wait_for_port};
use crate::shell;
use anyhow::{Context, Result};
use nginx::Nginx;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use wrk::{Load, Target};

/// Pages under load: their name, address, and address in the copy.
const PAGES: &[(&str, &str, &str)] = &[
    ("home", "/", "/index.html"),
    (
        "product",
        "/products/dovecot",
        "/products/dovecot/index.html",
    ),
    ("matrix", "/matrix/imap", "/matrix/imap/index.html"),
];
/// Queries of which no two are alike, so that each is computed; the copy has nothing beside them.
const QUERIES: &str = "local n = 0\n\
    local words = {'imap', 'idle', 'dovecot', 'queue', 'relay', 'sieve', 'quota', 'postfx'}\n\
    request = function()\n\
    n = n + 1\n\
    local first, second = words[n % #words + 1], words[math.floor(n / 8) % #words + 1]\n\
    return wrk.format('GET', '/search?q=' .. first .. '%20' .. second .. '%20-x' .. n)\n\
    end\n";
/// Entries added for the large catalog.
const ENTRIES: usize = 50_000;
/// Runs a page; the median counts.
const RUNS: usize = 3;

/// Measures at both sizes.
pub(crate) fn measure(program: &Path, quick: bool) -> Result<Vec<Figure>> {
    let scratch = Scratch::new("site")?;
    let content = shell::root().join("content");
    let copy = scratch.path().join("copy");
    println!("Exporting the static copy");
    shell::run(
        Command::new(program)
            .arg("export")
            .arg(&copy)
            .arg("--content")
            .arg(&content),
    )?;
    let nginx = Nginx::start(scratch.path(), &copy)?;
    let queries = scratch.path().join("queries.lua");
    std::fs::write(&queries, QUERIES)?;
    let run = Run {
        program,
        queries: &queries,
        quick,
    };
    let mut figures = run.at_size("today", &content, Some(&nginx))?;
    let many = if quick { ENTRIES / 10 } else { ENTRIES };
    let large = scratch.path().join("content");
    println!("Writing {many} more entries");
    entries::write(&content, &large, many)?;
    let name = format!("{many} more");
    figures.extend(run.at_size(&name, &large, None)?);
    Ok(figures)
}

/// What both sizes have in common.
struct Run<'a> {
    program: &'a Path,
    queries: &'a Path,
    quick: bool,
}

impl Run<'_> {
    fn at_size(&self, size: &str, content: &Path, nginx: Option<&Nginx>) -> Result<Vec<Figure>> {
        let mut figures = in_process(size, self.program, content)?;
        let port = free_port()?;
        let mut serve = Command::new(self.program);
        serve.args([
            "serve",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--content",
        ]);
        serve
            .arg(content)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let site = Running(serve.spawn().context("starting waxseal-site")?);
        wait_for_port(port)?;
        let target = |port, path| Target {
            port,
            path,
            script: None,
        };
        for (name, path, copied) in PAGES {
            let peer = nginx.map(|nginx| target(nginx.port, *copied));
            figures.extend(self.page(&format!("{name}, {size}"), target(port, *path), peer)?);
        }
        let search = Target {
            script: Some(self.queries),
            ..target(port, "/search")
        };
        figures.extend(self.page(&format!("search, none alike, {size}"), search, None)?);
        figures.push(Figure {
            bench: "site",
            case: format!("resident after the load, {size}"),
            unit: "MB",
            ours: resident_mb(site.0.id())?,
            peer: None,
        });
        Ok(figures)
    }

    /// Requests per second and times of one page, ours and the peer's in turn.
    fn page(&self, case: &str, ours: Target<'_>, peer: Option<Target<'_>>) -> Result<Vec<Figure>> {
        let (mut our_loads, mut peer_loads) = (Vec::new(), Vec::new());
        for _ in 0..if self.quick { 1 } else { RUNS } {
            our_loads.push(wrk::load(ours, self.quick)?);
            if let Some(peer) = peer {
                peer_loads.push(wrk::load(peer, self.quick)?);
            }
        }
        let of = |loads: &[Load], pick: fn(&Load) -> f64| {
            (!loads.is_empty()).then(|| median(loads.iter().map(pick).collect()))
        };
        let figure = |what: &str, unit, pick: fn(&Load) -> f64| Figure {
            bench: "site",
            case: format!("{case}{what}"),
            unit,
            ours: of(&our_loads, pick).unwrap_or(f64::NAN),
            peer: of(&peer_loads, pick),
        };
        Ok(vec![
            figure("", "requests/s", |load| load.rate),
            figure(", p50", "ms", |load| load.p50_ms),
            figure(", p99", "ms", |load| load.p99_ms),
        ])
    }
}

/// What the program measures of itself: reading, indexing, searching.
fn in_process(size: &str, program: &Path, content: &Path) -> Result<Vec<Figure>> {
    let told = shell::output(
        Command::new(program)
            .arg("measure")
            .arg("--content")
            .arg(content),
    )?;
    let told: Value = serde_json::from_str(&told)?;
    let figure = |what: &str, unit, field: &str, limit| -> Result<Figure> {
        Ok(Figure {
            bench: "site",
            case: format!("{what}, {size}"),
            unit,
            ours: told[field]
                .as_f64()
                .with_context(|| format!("no {field}"))?,
            peer: limit,
        })
    };
    Ok(vec![
        figure("entries", "pages", "documents", None)?,
        figure("reading and checking", "ms", "load_ms", None)?,
        figure("building the index", "ms", "index_ms", None)?,
        figure("memory of the index", "MB", "index_mb", None)?,
        figure("search in process, p50", "ms", "search_p50_ms", None)?,
        figure(
            "search in process, p99 (limit 5)",
            "ms",
            "search_p99_ms",
            Some(5.0),
        )?,
        figure(
            "search for noise, longest (limit 50)",
            "ms",
            "noise_max_ms",
            Some(50.0),
        )?,
    ])
}
