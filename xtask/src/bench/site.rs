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
use wrk::Load;

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
/// The search is computed; the copy has nothing to set beside it.
const SEARCH: &str = "/search?q=imap%20idle";
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
    let mut figures = at_size("today", program, &content, Some(&nginx), quick)?;
    let many = if quick { ENTRIES / 10 } else { ENTRIES };
    let large = scratch.path().join("content");
    println!("Writing {many} more entries");
    entries::write(&content, &large, many)?;
    let name = format!("{many} more");
    figures.extend(at_size(&name, program, &large, None, quick)?);
    Ok(figures)
}

fn at_size(
    size: &str,
    program: &Path,
    content: &Path,
    nginx: Option<&Nginx>,
    quick: bool,
) -> Result<Vec<Figure>> {
    let mut figures = in_process(size, program, content)?;
    let port = free_port()?;
    let mut serve = Command::new(program);
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
    let search = ("search", SEARCH, "");
    for (name, path, copied) in PAGES.iter().chain([&search]) {
        let peer = nginx.filter(|_| !copied.is_empty());
        figures.extend(page(
            &format!("{name}, {size}"),
            (port, path),
            peer.map(|n| (n.port, *copied)),
            quick,
        )?);
    }
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
fn page(
    case: &str,
    ours: (u16, &str),
    peer: Option<(u16, &str)>,
    quick: bool,
) -> Result<Vec<Figure>> {
    let (mut our_loads, mut peer_loads) = (Vec::new(), Vec::new());
    for _ in 0..if quick { 1 } else { RUNS } {
        our_loads.push(wrk::load(ours.0, ours.1, quick)?);
        if let Some((port, path)) = peer {
            peer_loads.push(wrk::load(port, path, quick)?);
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
    ])
}
