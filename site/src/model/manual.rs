//! A chapter of the manual.

use serde::Deserialize;

use super::words::words;

words! {
    /// Part of the manual; the parts follow each other in this order.
    Section {
        Start "Start here" "What it is and the first ten minutes."
        Admin "Running the server" "For administrators."
        Plugins "Writing plugins" "For authors of plugins."
        Reference "Reference" "Lists to look things up in."
    }
}

/// Front matter of `manual/<path>.md`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    /// Name shown.
    pub title: String,
    /// Part it belongs to.
    pub section: Section,
    /// Place within its part, lowest first; no two chapters of a part share one.
    pub order: u32,
    /// One sentence, at most 160 characters.
    pub summary: String,
    /// Further words a search should find it by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Its file below the content folder.
    #[serde(skip)]
    pub file: String,
    /// Path below `manual/` without `index` and `.md`; empty for the first page.
    #[serde(skip)]
    pub path: String,
    /// Prose after the front matter.
    #[serde(skip)]
    pub prose: String,
}

impl Chapter {
    /// Its address.
    pub fn url(&self) -> String {
        chapter_url(&self.path)
    }
}

/// The address of the chapter at a path; the empty path is the manual's first page.
pub fn chapter_url(path: &str) -> String {
    if path.is_empty() {
        "/manual".to_owned()
    } else {
        format!("/manual/{path}")
    }
}
