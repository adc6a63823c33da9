//! Filters as plugins, beside the same as plain Rust and behind a milter socket; then the whole
//! server with more and more of them.

use super::engine::{Engine, Setup};
use super::figure::{Figure, median};
use super::scratch::Scratch;
use super::smtp::{self, Load};
use crate::build::Built;
use crate::shell;
use anyhow::{Context, Result};
use serde_json::Value;
use std::process::Command;

/// Filters in one server, none first: what the others are compared with.
const CHAINS: [usize; 4] = [0, 1, 3, 10];

/// Times sessions in one process, then loads of one server after another.
pub(crate) fn measure(built: &Built, quick: bool) -> Result<Vec<Figure>> {
    let scratch = Scratch::new("plugins")?;
    let mut figures = in_process(built, &scratch, quick)?;
    figures.extend(whole_server(built, &scratch, quick)?);
    Ok(figures)
}

/// Runs `waxseal-bench` and puts each way beside the plugin.
fn in_process(built: &Built, scratch: &Scratch, quick: bool) -> Result<Vec<Figure>> {
    let mut bench = Command::new(built.engine.with_file_name("waxseal-bench"));
    bench.arg("--plugins").arg(&built.plugins);
    bench.arg("--scratch").arg(scratch.path());
    if quick {
        bench.args(["--rounds", "500"]);
    }
    let said = shell::output(&mut bench)?;
    let lines = said.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines.collect::<Result<_, _>>().context("waxseal-bench")?;
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let mut figures = Vec::new();
    let mut plugin = 0.0;
    for line in &lines {
        let micros = line["micros"].as_f64().context("a line without micros")?;
        let (filter, message, way) = (
            text(line, "filter"),
            text(line, "message"),
            text(line, "way"),
        );
        let (ours, peer) = match way.as_str() {
            "plugin" => {
                plugin = micros;
                (micros, None)
            }
            "native" | "milter" | "milter_kept" => (plugin, Some(micros)),
            _ => (micros, None),
        };
        let beside = match way.as_str() {
            "plugin" => "as a plugin".to_owned(),
            "native" => "plugin : plain Rust".to_owned(),
            "milter" => "plugin : milter".to_owned(),
            "milter_kept" => "plugin : milter, connection kept".to_owned(),
            language => format!("in {language}"),
        };
        figures.push(Figure {
            bench: "plugins",
            case: format!("{filter}, {message}, {beside}"),
            unit: "µs/session",
            ours,
            peer,
        });
    }
    Ok(figures)
}

/// Messages per second with and without plugins; beside each the server without.
fn whole_server(built: &Built, scratch: &Scratch, quick: bool) -> Result<Vec<Figure>> {
    let servers = servers();
    let engines = servers
        .iter()
        .map(|(name, config)| {
            let setup = Setup {
                plugins: Some(&built.plugins),
                config: config.clone(),
            };
            Engine::start_with(built, &scratch.path().join(name.replace(' ', "-")), &setup)
        })
        .collect::<Result<Vec<_>>>()?;
    let load = Load {
        sessions: 10,
        octets: 4_000,
        messages: if quick { 1_000 } else { 4_000 },
    };
    // All take turns, so that a noisy moment meets all of them.
    let mut runs = vec![Vec::new(); engines.len()];
    for _ in 0..if quick { 3 } else { 5 } {
        for (engine, runs) in engines.iter().zip(&mut runs) {
            runs.push(smtp::run_on(&load, engine)?);
        }
    }
    let medians: Vec<f64> = runs.into_iter().map(median).collect();
    let without = medians.first().copied();
    let servers = servers.into_iter().enumerate().zip(medians);
    let figures = servers.map(|((at, (name, _)), ours)| Figure {
        bench: "plugins",
        case: format!("server {name}, 4 KB, 10 connections"),
        unit: "messages/s",
        ours,
        peer: without.filter(|_| at > 0),
    });
    Ok(figures.collect())
}

/// What is compared, the server without plugins first.
fn servers() -> Vec<(String, String)> {
    let filters = CHAINS.map(|filters| (format!("with {filters} filters"), chain(filters)));
    let compress = "[storage]\nplugins = [\"compress\"]\n[[plugin]]\nname = \"compress\"\n";
    let key = "0123456789abcdef".repeat(4);
    let seal = format!(
        "[storage]\nplugins = [\"seal\"]\n[[plugin]]\nname = \"seal\"\n\
         grants = {{ aead_keys = [\"mail\"] }}\nconfig = {{ key = \"mail\" }}\n\
         [aead_keys]\nmail = {{ value = \"{key}\" }}\n"
    );
    let storage = [
        ("storing by compress".to_owned(), compress.to_owned()),
        ("storing by seal".to_owned(), seal),
    ];
    filters.into_iter().chain(storage).collect()
}

/// So many filters of three rules each, every one of which reads header fields and parts.
fn chain(filters: usize) -> String {
    let rules = |number: usize| {
        format!(
            "[[plugin]]\nname = \"rules-{number}\"\nfile = \"rules.wasm\"\n\
             [[plugin.config.rule]]\nname = \"no programs\"\n\
             if = {{ attachment = [\"*.exe\", \"*.scr\"], authenticated = false }}\n\
             then = {{ reject = \"programs are not accepted by mail\" }}\n\
             [[plugin.config.rule]]\nname = \"newsletters\"\n\
             if = {{ header = {{ \"List-Unsubscribe\" = \"*\" }} }}\n\
             then = {{ tag = \"bulk\" }}\n\
             [[plugin.config.rule]]\nname = \"suspicious\"\n\
             if = {{ header = {{ Subject = \"*invoice*\" }}, score-over = 5 }}\n\
             then = {{ quarantine = \"looks suspicious\" }}\n"
        )
    };
    (1..=filters).map(rules).collect()
}
