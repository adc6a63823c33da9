//! The last log lines that are about plugins, kept in memory for `waxseal plugin logs`.

use std::collections::VecDeque;
use std::fmt::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use waxseal_admin::{LogLineView, LogPage};
use waxseal_ports::Clock;
use waxseal_ports::clock::SystemClock;

/// Lines kept, of all plugins together.
const LINES_MAX: usize = 4_096;
/// Octets of one line.
const LINE_BYTES_MAX: usize = 4_096;
/// How long whoever asks waits for a line.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// The lines of this process.
static LINES: Lines = Lines {
    kept: Mutex::new(Kept {
        lines: VecDeque::new(),
        number: 0,
    }),
    more: Notify::const_new(),
};

struct Lines {
    kept: Mutex<Kept>,
    /// A line came.
    more: Notify,
}

struct Kept {
    lines: VecDeque<Line>,
    /// Of the last line.
    number: u64,
}

struct Line {
    number: u64,
    plugin: String,
    view: LogLineView,
}

/// Keeps events that have a field `plugin`.
pub(crate) struct PluginLines;

impl<S: Subscriber> Layer<S> for PluginLines {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        let Some(plugin) = words.plugin else {
            return;
        };
        let mut text = words.message;
        text.push_str(&words.fields);
        text.truncate(text.floor_char_boundary(LINE_BYTES_MAX));
        let level = event.metadata().level().as_str().to_ascii_lowercase();
        LINES.keep(plugin, level, text);
    }
}

impl Lines {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, plugin: String, level: String, text: String) {
        let mut kept = self.kept();
        kept.number += 1;
        let number = kept.number;
        let at = SystemClock.wall().rfc3339();
        let view = LogLineView { at, level, text };
        kept.lines.push_back(Line {
            number,
            plugin,
            view,
        });
        if kept.lines.len() > LINES_MAX {
            kept.lines.pop_front();
        }
        drop(kept);
        self.more.notify_waiters();
    }

    fn after(&self, plugin: &str, after: u64) -> LogPage {
        let kept = self.kept();
        let lines = kept.lines.iter();
        let lines = lines.filter(|line| line.number > after && line.plugin == plugin);
        LogPage {
            lines: lines.map(|line| line.view.clone()).collect(),
            next: kept.number,
        }
    }
}

/// Whether lines of a plugin are kept.
pub(crate) fn has(plugin: &str) -> bool {
    let kept = LINES.kept();
    kept.lines.iter().any(|line| line.plugin == plugin)
}

/// The lines of a plugin after a number; with `wait` it waits for the first.
pub(crate) async fn lines(plugin: &str, after: u64, wait: bool) -> LogPage {
    let waiting = async {
        loop {
            // Listens before it looks, so that no line is missed between the two.
            let more = LINES.more.notified();
            let page = LINES.after(plugin, after);
            if !page.lines.is_empty() || !wait {
                return page;
            }
            more.await;
        }
    };
    match tokio::time::timeout(WAIT_MAX, waiting).await {
        Ok(page) => page,
        Err(_) => LINES.after(plugin, after),
    }
}

/// The fields of an event as text.
#[derive(Default)]
struct Words {
    plugin: Option<String>,
    message: String,
    fields: String,
}

impl Words {
    fn take(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        match field.name() {
            "plugin" => self.plugin = Some(value.to_string()),
            "message" => self.message.write_fmt(value).unwrap_or_default(),
            name => write!(self.fields, " {name}={value}").unwrap_or_default(),
        }
    }
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, format_args!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::layer::SubscriberExt;

    #[tokio::test]
    async fn lines_of_one_plugin() {
        let subscriber = tracing_subscriber::registry().with(PluginLines);
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(plugin = "ring-a", session = "s1", "one");
            tracing::warn!(plugin = "ring-b", "other");
            tracing::info!("nobody's");
            tracing::error!(plugin = "ring-a", "two");
        });
        let page = lines("ring-a", 0, true).await;
        let shown: Vec<_> = page
            .lines
            .iter()
            .map(|l| format!("{}: {}", l.level, l.text))
            .collect();
        assert_eq!(shown, ["info: one session=s1", "error: two"]);
        assert!(lines("ring-a", page.next, false).await.lines.is_empty());
    }
}
