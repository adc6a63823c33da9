//! The page that stands in a static copy for everything that needs the running program.

use askama::Template;

use super::{Frame, PageError, Site};

#[derive(Template)]
#[template(path = "static_note.html")]
struct StaticNote {
    frame: Frame,
}

/// The page, for the export only.
///
/// # Errors
/// When the template fails.
pub fn render(site: &Site) -> Result<String, PageError> {
    let frame = site.frame("search");
    Ok(StaticNote { frame }.render()?)
}
