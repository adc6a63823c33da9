//! Figures among the server's metrics; `name` becomes `waxseal_plugin_<plugin>_<name>`.

use crate::host::metrics;

fn owned(labels: &[(&str, &str)]) -> Vec<(String, String)> {
    let labels = labels.iter();
    labels
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// Adds to a counter.
pub fn count(name: &str, by: u32, labels: &[(&str, &str)]) {
    metrics::counter_add(name, by, &owned(labels));
}

/// Sets a gauge.
pub fn gauge(name: &str, value: f64, labels: &[(&str, &str)]) {
    metrics::gauge_set(name, value, &owned(labels));
}

/// Adds a value to a histogram.
pub fn observe(name: &str, value: f64, labels: &[(&str, &str)]) {
    metrics::observe(name, value, &owned(labels));
}
