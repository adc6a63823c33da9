//! What a bench found.

use serde_json::json;

/// One figure, ours beside a peer's where there is one.
pub(crate) struct Figure {
    /// The bench: `smtp`, `imap`, `memory`.
    pub(crate) bench: &'static str,
    /// What was measured.
    pub(crate) case: String,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// Waxseal's.
    pub(crate) ours: f64,
    /// The peer's, or the limit we set ourselves.
    pub(crate) peer: Option<f64>,
}

impl Figure {
    /// Ours over the peer's.
    fn ratio(&self) -> Option<f64> {
        self.peer
            .filter(|peer| *peer > 0.0)
            .map(|peer| self.ours / peer)
    }
}

/// The middle of an odd number of runs.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints a table, or a JSON line a figure.
pub(crate) fn print(figures: &[Figure], json: bool) {
    if !json {
        println!(
            "{:<44} {:>10} {:>12} {:>12} {:>8}",
            "case", "unit", "ours", "peer", "ratio"
        );
    }
    for figure in figures {
        let (ratio, peer) = (figure.ratio(), figure.peer);
        if json {
            let line = json!({
                "bench": figure.bench, "case": figure.case, "unit": figure.unit,
                "ours": figure.ours, "peer": peer, "ratio": ratio,
            });
            println!("{line}");
        } else {
            let number = |value: Option<f64>| value.map_or("–".into(), |v| format!("{v:.1}"));
            let ratio = ratio.map_or("–".into(), |ratio| format!("{ratio:.2}"));
            println!(
                "{:<44} {:>10} {:>12} {:>12} {:>8}",
                figure.case,
                figure.unit,
                number(Some(figure.ours)),
                number(peer),
                ratio
            );
        }
    }
}
