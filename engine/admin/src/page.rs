//! The status page: plain HTML, no script.

use crate::Status;

/// Queued messages that are counted one by one.
const QUEUE_COUNT_MAX: usize = 1_000;

pub(crate) const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;\
background:#fff}\n\
table{border-collapse:collapse;width:100%}\n\
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #ddd}\n\
td:last-child{font-variant-numeric:tabular-nums}\n\
.bad{color:#a00}.good{color:#070}\n\
h2 span{float:right;font-size:1rem}h2 small{font-weight:400;font-size:1rem}\
section{border-top:1px solid #ddd;margin-top:2rem}\n\
.figure{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}\
.figure svg{flex:1 1 24rem;min-width:0;max-width:100%;height:auto}\
.figure table{flex:1 1 12rem;width:auto}\n\
svg text{font-size:12px;fill:#555}svg .end{text-anchor:end}svg .grid{stroke:#ddd;fill:none}\
svg .line{fill:none;stroke-width:1.5}.key{display:inline-block;width:.7em;height:.7em;\
margin-right:.4em}\n\
rect.ok{fill:#2a7f62}.key.ok{background:#2a7f62}rect.held{fill:#b8860b}.key.held{background:#b8860b}\
rect.refused{fill:#3366aa}.key.refused{background:#3366aa}rect.failed{fill:#b22}\
.key.failed{background:#b22}\n\
path.p50{stroke:#2a7f62}circle.p50{fill:#2a7f62}.key.p50{background:#2a7f62}\
path.p99{stroke:#b8860b}circle.p99{fill:#b8860b}.key.p99{background:#b8860b}\n\
@media (prefers-color-scheme:dark){body{background:#161616;color:#ddd}th,td,section{border-color:#444}\
.bad{color:#f77}.good{color:#7c7}a{color:#9bf}svg text{fill:#aaa}svg .grid{stroke:#444}}\n";

pub(crate) async fn render(status: &Status) -> String {
    let mut page = String::with_capacity(8 * 1024);
    let host = escape(&status.hostname);
    let version = escape(status.version);
    page.push_str("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width\">\n");
    page.push_str("<link rel=\"stylesheet\" href=\"/style.css\">\n");
    page.push_str(&format!(
        "<title>{host}: Waxseal</title>\n<h1>{host}</h1>\n"
    ));
    page.push_str(&readiness(status).await);
    page.push_str(&format!(
        "<p>Waxseal {version}. {}</p>\n",
        queue(status).await
    ));
    page.push_str(&listeners(status));
    page.push_str(&counters(&status.metrics.render()));
    page.push_str("<p><a href=\"/plugins\">plugins</a> · <a href=\"/metrics\">metrics</a> · <a href=\"/readyz\">readiness</a></p>\n");
    page
}

async fn readiness(status: &Status) -> String {
    let obstacles = status.readiness.obstacles().await;
    if obstacles.is_empty() {
        return "<p>Ready.</p>\n".to_owned();
    }
    let items: String = obstacles
        .iter()
        .map(|line| format!("<li>{}</li>", escape(line)))
        .collect();
    format!("<p class=\"bad\">Not ready:</p><ul class=\"bad\">{items}</ul>\n")
}

async fn queue(status: &Status) -> String {
    match status.operations.queue.list(QUEUE_COUNT_MAX).await {
        Ok(messages) if messages.len() >= QUEUE_COUNT_MAX => {
            format!("{QUEUE_COUNT_MAX} or more messages are queued.")
        }
        Ok(messages) => format!("{} messages are queued.", messages.len()),
        Err(_) => "The queue cannot be read.".to_owned(),
    }
}

fn listeners(status: &Status) -> String {
    let mut table =
        String::from("<h2>Listeners</h2>\n<table><tr><th>Protocol<th>Address<th>TLS</tr>\n");
    for listener in &status.listeners {
        let row = format!(
            "<tr><td>{}<td>{}<td>{}</tr>\n",
            listener.protocol, listener.address, listener.tls
        );
        table.push_str(&row);
    }
    table.push_str("</table>\n");
    table
}

/// The samples of this program's counters and gauges; histograms are for machines.
fn counters(exposition: &str) -> String {
    let mut table = String::from("<h2>Counters</h2>\n<table><tr><th>Name<th>Value</tr>\n");
    let samples = exposition
        .lines()
        .filter(|line| line.starts_with("waxseal_"));
    for (name, value) in samples.filter_map(|line| line.rsplit_once(' ')) {
        let histogram = ["quantile=", "le=\"", "_sum", "_bucket"];
        if histogram.iter().any(|mark| name.contains(mark)) {
            continue;
        }
        let row = format!("<tr><td>{}<td>{}</tr>\n", escape(name), escape(value));
        table.push_str(&row);
    }
    table.push_str("</table>\n");
    table
}

pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
