//! `/badge/…svg`: one cell as a picture for other sites, with its word and not by colour alone.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::feed::escape;
use super::{Mark, PageError, Site};
use crate::resolve::State;

/// Width of a letter at the badge's size, a little more than most are.
const LETTER: usize = 7;

/// The badge of an extension: `/badge/{product}/{protocol}/{extension}.svg`.
///
/// # Errors
/// When there is no such product or extension.
pub async fn extension(
    Shared(site): Shared<Arc<Site>>,
    Path((product, protocol, file)): Path<(String, String, String)>,
) -> Result<impl IntoResponse, PageError> {
    let slug = file.strip_suffix(".svg").ok_or(PageError::NotFound)?;
    let id = format!("{protocol}/{slug}");
    let extension = site
        .catalog
        .extensions
        .get(&id)
        .ok_or(PageError::NotFound)?;
    badge(&site, &product, &id, extension.facts.name())
}

/// The badge of a feature: `/badge/{product}/{feature}.svg`.
///
/// # Errors
/// When there is no such product or feature.
pub async fn feature(
    Shared(site): Shared<Arc<Site>>,
    Path((product, file)): Path<(String, String)>,
) -> Result<impl IntoResponse, PageError> {
    let slug = file.strip_suffix(".svg").ok_or(PageError::NotFound)?;
    let feature = site.catalog.features.get(slug).ok_or(PageError::NotFound)?;
    badge(&site, &product, slug, &feature.facts.title)
}

fn badge(
    site: &Site,
    product: &str,
    subject: &str,
    name: &str,
) -> Result<impl IntoResponse + use<>, PageError> {
    let entry = site
        .catalog
        .products
        .get(product)
        .ok_or(PageError::NotFound)?;
    let mark = Mark::of(entry.cell(subject));
    let note = if mark.unverified { " (unverified)" } else { "" };
    let word = format!("{} {}{note}", mark.shape(), mark.text());
    Ok((
        [(CONTENT_TYPE, "image/svg+xml")],
        picture(name, &word, mark.state),
    ))
}

fn picture(name: &str, word: &str, state: State) -> String {
    let colour = match state {
        State::Yes => "#1c6b3f",
        State::AddOn | State::Partial => "#7a4d00",
        State::No | State::Removed => "#8d2a2a",
        State::Disputed => "#6a2c91",
        State::Planned | State::NotApplicable | State::Unknown => "#5b636d",
    };
    let width = |text: &str| text.chars().count() * LETTER + 16;
    let (left, right) = (width(name), width(word));
    let whole = left + right;
    let (name, word) = (escape(name), escape(word));
    let (name_x, word_x) = (left / 2, left + right / 2);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"22\" role=\"img\">\
         <title>{name}: {word}</title>\
         <rect width=\"{whole}\" height=\"22\" rx=\"5\" fill=\"#1f2328\"/>\
         <rect x=\"{left}\" width=\"{right}\" height=\"22\" rx=\"5\" fill=\"{colour}\"/>\
         <g fill=\"#fff\" font-family=\"sans-serif\" font-size=\"12\" text-anchor=\"middle\">\
         <text x=\"{name_x}\" y=\"15\">{name}</text><text x=\"{word_x}\" y=\"15\">{word}</text></g>\
         </svg>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_place() {
        let picture = picture("A<script>", "✓ Yes & no", State::Yes);
        assert!(!picture.contains("<script>") && picture.contains("A&lt;script&gt;"));
        assert!(picture.contains("✓ Yes &amp; no"));
    }
}
