//! Figures that guests give: names and labels are checked, and the number of series is bounded.

use crate::tenant::full_name;
use metrics::{Key, Label};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

const NAME_BYTES_MAX: usize = 64;
const VALUE_BYTES_MAX: usize = 64;
const LABELS_MAX: usize = 4;
const SERIES_MAX: usize = 200;

/// The label that says whose plugin it is.
const TENANT: &str = "tenant";

/// The series of one plugin.
pub(crate) struct GuestMetrics {
    plugin: String,
    prefix: String,
    /// Put to every series.
    tenant: Option<Label>,
    known: Mutex<HashSet<Key>>,
    warned: AtomicBool,
}

/// What a guest gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Figure {
    Counter(u32),
    Gauge(f64),
    Histogram(f64),
}

impl GuestMetrics {
    pub(crate) fn new(tenant: Option<&str>, plugin: &str) -> Self {
        Self {
            plugin: full_name(tenant, plugin),
            tenant: tenant.map(|tenant| Label::new(TENANT, tenant.to_owned())),
            prefix: format!("waxseal_plugin_{}_", plugin.replace('-', "_")),
            known: Mutex::new(HashSet::new()),
            warned: AtomicBool::new(false),
        }
    }

    /// Records a figure, or drops it and says so once.
    pub(crate) fn record(&self, name: &str, figure: Figure, labels: Vec<(String, String)>) {
        match self.series(name, labels) {
            Ok(key) => emit(key, figure),
            Err(problem) if !self.warned.swap(true, Ordering::Relaxed) => {
                tracing::warn!(plugin = self.plugin, name, problem, "plugin metric dropped");
            }
            Err(_) => {}
        }
    }

    fn series(&self, name: &str, labels: Vec<(String, String)>) -> Result<Key, &'static str> {
        if !is_name(name) || labels.iter().any(|(key, _)| !is_name(key)) {
            return Err("a name or label key is not 1 to 64 of a-z 0-9 _");
        }
        if labels.len() > LABELS_MAX {
            return Err("over 4 labels");
        }
        if labels
            .iter()
            .any(|(_, value)| value.len() > VALUE_BYTES_MAX)
        {
            return Err("a label value is over 64 octets");
        }
        if self.tenant.is_some() && labels.iter().any(|(key, _)| key == TENANT) {
            return Err("the label key tenant is the server's");
        }
        let labels = labels.into_iter().map(|(k, v)| Label::new(k, v));
        let labels: Vec<_> = labels.chain(self.tenant.clone()).collect();
        let key = Key::from_parts(format!("{}{name}", self.prefix), labels);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= SERIES_MAX && !known.contains(&key) {
            return Err("over 200 series");
        }
        known.insert(key.clone());
        Ok(key)
    }
}

fn is_name(name: &str) -> bool {
    let plain = name
        .bytes()
        .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    plain && (1..=NAME_BYTES_MAX).contains(&name.len())
}

fn emit(key: Key, figure: Figure) {
    let (name, labels) = key.into_parts();
    match figure {
        Figure::Counter(by) => metrics::counter!(name, labels).increment(by.into()),
        Figure::Gauge(value) => metrics::gauge!(name, labels).set(value),
        Figure::Histogram(value) => metrics::histogram!(name, labels).record(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_checked_and_bounded() {
        let metrics = GuestMetrics::new(None, "my-plugin");
        let label = |key: &str, value: String| vec![(key.to_owned(), value)];
        let key = metrics.series("hits", label("kind", "a".into())).unwrap();
        assert_eq!(key.name(), "waxseal_plugin_my_plugin_hits");
        assert!(metrics.series("Hits", Vec::new()).is_err());
        assert!(metrics.series("hits", label("a b", String::new())).is_err());
        assert!(metrics.series("hits", label("k", "x".repeat(65))).is_err());
        for n in 1..SERIES_MAX {
            metrics.series("hits", label("n", n.to_string())).unwrap();
        }
        assert!(metrics.series("more", Vec::new()).is_err());
        assert!(metrics.series("hits", label("n", "1".into())).is_ok());
        assert!(key.labels().all(|label| label.key() != TENANT));
    }

    #[test]
    fn a_tenant_cannot_speak_for_another() {
        let metrics = GuestMetrics::new(Some("acme"), "p");
        let key = metrics.series("hits", Vec::new()).unwrap();
        let labels: Vec<_> = key.labels().map(|l| (l.key(), l.value())).collect();
        assert_eq!(labels, [("tenant", "acme")]);
        let forged = vec![("tenant".to_owned(), "other".to_owned())];
        assert!(metrics.series("hits", forged).is_err());
    }
}
