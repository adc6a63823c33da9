//! A bar of parts, drawn as SVG with attributes only, with its numbers as text beside it.

use askama::Template;

/// One part of a bar.
#[derive(Debug, Clone)]
pub struct Part {
    /// Words of the legend.
    pub label: String,
    /// Its number.
    pub count: usize,
    /// Class that colours it.
    pub class: &'static str,
    /// Left edge in thousandths of the bar.
    pub start: usize,
    /// Width in thousandths of the bar.
    pub width: usize,
}

/// A bar.
#[derive(Debug, Clone, Template)]
#[template(path = "bar.html")]
pub struct Bar {
    /// What it shows, for readers who do not see it.
    pub title: String,
    /// Parts from left to right; empty ones are left out.
    pub parts: Vec<Part>,
}

impl Bar {
    /// A bar over counts with labels and classes.
    pub fn new(title: impl Into<String>, counts: &[(&str, usize, &'static str)]) -> Self {
        let total: usize = counts.iter().map(|(_, count, _)| count).sum();
        let mut parts = Vec::new();
        let mut before = 0;
        for (label, count, class) in counts.iter().filter(|(_, count, _)| *count > 0) {
            let start = before * 1000 / total;
            before += count;
            let width = before * 1000 / total - start;
            parts.push(Part {
                label: (*label).to_owned(),
                count: *count,
                class,
                start,
                width,
            });
        }
        Self {
            title: title.into(),
            parts,
        }
    }
}
