//! The page of plugins: for each its state, and charts of the last hour with a table beside each.

use crate::chart;
use crate::page::escape;
use crate::plugin_report::{MinuteReport, PluginReport};

/// The page.
pub(crate) fn render(hostname: &str, plugins: &[PluginReport]) -> String {
    let host = escape(hostname);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <link rel=\"stylesheet\" href=\"/style.css\">\n\
         <title>Plugins of {host}: Waxseal</title>\n<h1>Plugins of {host}</h1>\n\
         <p><a href=\"/\">status</a> · the last hour, a minute a step</p>\n"
    );
    if plugins.is_empty() {
        page.push_str("<p>No plugin is configured.</p>\n");
    }
    for plugin in plugins {
        page.push_str(&section(plugin));
    }
    page
}

fn section(plugin: &PluginReport) -> String {
    let class = if plugin.is_well() { "good" } else { "bad" };
    let mut section = format!(
        "<section>\n<h2 id=\"{0}\">{0} <small>{1} {2}</small> <span class=\"{class}\">{3}</span></h2>\n",
        escape(&plugin.name),
        escape(&plugin.version),
        escape(&plugin.world),
        escape(&plugin.state),
    );
    let calls = plugin.calls();
    section.push_str(&format!(
        "<p>It {}: {calls} calls, CPU {}, largest instance {} KiB.</p>\n",
        escape(&plugin.role),
        time(plugin.cpu_micros),
        plugin.memory_octets_max / 1024,
    ));
    if calls > 0 {
        section.push_str(&verdicts(plugin));
        section.push_str(&latencies(plugin));
        section.push_str(&failures(plugin));
        section.push_str(&agreement(plugin));
    }
    section + "</section>\n"
}

/// A chart with its table beside it.
fn figure(heading: &str, chart: &str, table: &str) -> String {
    format!("<h3>{heading}</h3>\n<div class=\"figure\">{chart}{table}</div>\n")
}

fn table(heading: &str, rows: &[(String, String)]) -> String {
    let mut table = format!("<table><tr><th>{heading}<th></tr>\n");
    for (name, value) in rows {
        table.push_str(&format!("<tr><td>{name}<td>{value}</tr>\n"));
    }
    table + "</table>"
}

fn counts(heading: &str, sums: &[(&'static str, u64)]) -> String {
    let rows = sums.iter().map(|(name, sum)| {
        let key = format!("<span class=\"key {}\"></span>{name}", class(name));
        (key, sum.to_string())
    });
    table(heading, &rows.collect::<Vec<_>>())
}

/// One of four colours for a count.
fn class(name: &str) -> &'static str {
    match name {
        "next" | "accept" | "same" | "done" | "decided" | "delivered" => "ok",
        "quarantine" | "hold" | "laxer" | "later" | "temporary" => "held",
        "reject" | "defer" | "discard" | "stricter" | "permanent" => "refused",
        _ => "failed",
    }
}

fn stacked(
    plugin: &PluginReport,
    of: impl Fn(&MinuteReport) -> &[(&'static str, u64)],
) -> Vec<Vec<(&'static str, f64)>> {
    let parts = |minute: &MinuteReport| {
        let mut parts = ["ok", "held", "refused", "failed"].map(|class| (class, 0.0));
        for (name, count) in of(minute) {
            let class = class(name);
            for (_, sum) in parts.iter_mut().filter(|(known, _)| *known == class) {
                *sum += u32::try_from(*count).map_or(f64::from(u32::MAX), f64::from);
            }
        }
        parts.to_vec()
    };
    plugin.minutes.iter().map(parts).collect()
}

fn verdicts(plugin: &PluginReport) -> String {
    let chart = chart::bars(
        "Calls a minute by verdict",
        &stacked(plugin, |m| &m.verdicts),
        "",
    );
    let sums = counts("Verdict", &plugin.sums(|minute| &minute.verdicts));
    figure("Calls", &chart, &sums)
}

fn latencies(plugin: &PluginReport) -> String {
    let millis = |micros: Option<f64>| micros.map(|micros| micros / 1_000.0);
    let row = |of: fn(&MinuteReport) -> Option<f64>| {
        plugin
            .minutes
            .iter()
            .map(|minute| millis(of(minute)))
            .collect()
    };
    let rows = [
        ("p99", row(|minute| minute.p99_micros)),
        ("p50", row(|minute| minute.p50_micros)),
    ];
    let chart = chart::lines("Time of calls in milliseconds", &rows, " ms");
    let value = |micros: Option<f64>| micros.map_or("-".to_owned(), time);
    let key = |name: &str| format!("<span class=\"key {name}\"></span>{name}");
    let rows = [
        (key("p50"), value(plugin.p50_micros)),
        (key("p99"), value(plugin.p99_micros)),
    ];
    figure("Time of a call", &chart, &table("Of the hour", &rows))
}

fn failures(plugin: &PluginReport) -> String {
    let sums = plugin.sums(|minute| &minute.failures);
    if sums.is_empty() {
        return "<h3>Failures</h3>\n<p>None: no trap, no time-out.</p>\n".to_owned();
    }
    let chart = chart::bars("Failures a minute", &stacked(plugin, |m| &m.failures), "");
    figure("Failures", &chart, &counts("Kind", &sums))
}

fn agreement(plugin: &PluginReport) -> String {
    let sums = plugin.sums(|minute| &minute.agreement);
    if sums.is_empty() {
        return String::new();
    }
    let chart = chart::bars(
        "Compared with the chain",
        &stacked(plugin, |m| &m.agreement),
        "",
    );
    figure(
        "Compared with the chain",
        &chart,
        &counts("Its verdict", &sums),
    )
}

fn time(micros: f64) -> String {
    if micros < 1_000.0 {
        format!("{micros:.0} µs")
    } else if micros < 1_000_000.0 {
        format!("{:.1} ms", micros / 1_000.0)
    } else {
        format!("{:.1} s", micros / 1_000_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> PluginReport {
        let mut minutes = vec![MinuteReport::default(); 60];
        minutes[58] = MinuteReport {
            calls: 3,
            verdicts: vec![("next", 2), ("failed", 1)],
            failures: vec![("trap", 1)],
            agreement: Vec::new(),
            p50_micros: Some(800.0),
            p99_micros: Some(2_000.0),
        };
        PluginReport {
            name: "rules".to_owned(),
            version: "<1.0>".to_owned(),
            world: "filter".to_owned(),
            role: "decides".to_owned(),
            state: "breaker open".to_owned(),
            p50_micros: Some(800.0),
            p99_micros: Some(2_000.0),
            cpu_micros: 1_500_000.0,
            memory_octets_max: 1 << 20,
            minutes,
        }
    }

    #[test]
    fn every_verdict_has_its_colour() {
        // All that the plugin host counts as `verdict`, and how verdicts in shadow compare.
        for (names, expected) in [
            ("next accept same done decided delivered", "ok"),
            ("quarantine hold laxer later temporary", "held"),
            ("reject defer discard stricter permanent", "refused"),
            (
                "failed trap cpu wall memory outcome own too-large busy breaker",
                "failed",
            ),
        ] {
            for name in names.split(' ') {
                assert_eq!(class(name), expected, "{name}");
            }
        }
    }

    #[test]
    fn a_plugin_is_shown_with_its_hour() {
        let page = render("mx.example.test", &[report()]);
        for part in [
            "<h2 id=\"rules\">rules <small>&lt;1.0&gt; filter</small> \
             <span class=\"bad\">breaker open</span></h2>",
            "It decides: 3 calls, CPU 1.5 s, largest instance 1024 KiB.",
            "<span class=\"key ok\"></span>next<td>2",
            "<span class=\"key failed\"></span>trap<td>1",
            "<span class=\"key p99\"></span>p99<td>2.0 ms",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert_eq!(page.matches("<svg").count(), 3);
        assert!(!page.contains("style=") && !page.contains("<script"));
        assert!(render("mx", &[]).contains("No plugin is configured."));
    }
}
