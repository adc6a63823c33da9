//! `wrk`, and what it prints.

use crate::shell;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// Connections kept open.
const CONNECTIONS: &str = "32";

/// One run.
pub(super) struct Load {
    /// Requests per second.
    pub(super) rate: f64,
    /// Half of the requests took no longer, in milliseconds.
    pub(super) p50_ms: f64,
    /// 99 of 100 requests took no longer, in milliseconds.
    pub(super) p99_ms: f64,
}

/// What is asked.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    /// Where the server listens.
    pub(super) port: u16,
    /// The address, unless the script makes others.
    pub(super) path: &'a str,
    /// A script in Lua that makes each request.
    pub(super) script: Option<&'a Path>,
}

/// Asks for some seconds, as fast as answers come.
pub(super) fn load(target: Target<'_>, quick: bool) -> Result<Load> {
    let mut wrk = Command::new("wrk");
    let seconds = if quick { "2s" } else { "8s" };
    wrk.args(["-t", "1", "-c", CONNECTIONS, "-d", seconds, "--latency"]);
    wrk.args(["-H", "Accept-Encoding: gzip"]);
    if let Some(script) = target.script {
        wrk.arg("-s").arg(script);
    }
    wrk.arg(format!("http://127.0.0.1:{}{}", target.port, target.path));
    read(&shell::output(&mut wrk)?)
}

fn read(told: &str) -> Result<Load> {
    anyhow::ensure!(
        !told.contains("Non-2xx"),
        "not every answer was good:\n{told}"
    );
    let field = |name: &str| {
        let line = told.lines().find_map(|line| line.trim().strip_prefix(name));
        line.map(str::trim)
            .with_context(|| format!("wrk printed no {name}:\n{told}"))
    };
    Ok(Load {
        rate: field("Requests/sec:")?.parse()?,
        p50_ms: milliseconds(field("50%")?)?,
        p99_ms: milliseconds(field("99%")?)?,
    })
}

fn milliseconds(text: &str) -> Result<f64> {
    let (number, factor) = if let Some(number) = text.strip_suffix("us") {
        (number, 0.001)
    } else if let Some(number) = text.strip_suffix("ms") {
        (number, 1.0)
    } else {
        (text.trim_end_matches('s'), 1000.0)
    };
    Ok(number.parse::<f64>()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_prints_is_read() {
        let told = "  Latency Distribution\n     50%  420.00us\n     75%    1.00ms\n\
            90%    2.00ms\n     99%    1.20s\n  10 requests in 2.00s\nRequests/sec:   5123.45\n";
        let load = read(told).unwrap();
        assert_eq!(
            (load.rate, load.p50_ms, load.p99_ms),
            (5123.45, 0.42, 1200.0)
        );
        assert!(read("Non-2xx or 3xx responses: 5\n").is_err());
    }
}
