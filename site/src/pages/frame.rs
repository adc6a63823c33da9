//! What all pages share: the data they read, the frame around them, what can go wrong.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::catalog::Catalog;
use crate::search::{Index, IndexError};

/// Everything a handler may read.
pub struct Site {
    /// The catalog.
    pub catalog: Catalog,
    /// The search over it.
    pub index: Index,
}

impl Site {
    /// Indexes a catalog for serving.
    ///
    /// # Errors
    /// When the index cannot be made.
    pub fn new(catalog: Catalog) -> Result<Self, IndexError> {
        let index = Index::build(&catalog)?;
        Ok(Self { catalog, index })
    }

    /// Digest of content and program: equal digests give equal pages.
    pub fn version(&self) -> String {
        format!(
            "{}-{}",
            self.catalog.content_hash,
            env!("WAXSEAL_SITE_BUILD")
        )
    }

    /// The frame of a page.
    pub fn frame(&self, section: &'static str) -> Frame {
        Frame {
            section,
            searched: String::new(),
            canonical: String::new(),
            content_date: self.catalog.content_date.to_string(),
            products: self.catalog.products.len(),
            extensions: self.catalog.extensions.len(),
            claims: self.catalog.claim_count(),
        }
    }
}

/// What stands around every page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Which entry of the navigation is the current one.
    pub section: &'static str,
    /// Text of the search box.
    pub searched: String,
    /// The one address of this view, when there are several.
    pub canonical: String,
    /// Date of the content.
    pub content_date: String,
    /// Number of products.
    pub products: usize,
    /// Number of extensions.
    pub extensions: usize,
    /// Number of claims.
    pub claims: usize,
}

impl Frame {
    /// Address of the stylesheet, which changes with it.
    pub fn stylesheet(&self) -> &'static str {
        concat!("/assets/", env!("WAXSEAL_SITE_BUILD"), "/site.css")
    }

    /// Address of the script, which changes with it.
    pub fn script(&self) -> &'static str {
        concat!("/assets/", env!("WAXSEAL_SITE_BUILD"), "/site.js")
    }

    /// The same frame with its one address.
    #[must_use]
    pub fn at(mut self, canonical: impl Into<String>) -> Self {
        self.canonical = canonical.into();
        self
    }
}

/// Why a page could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// There is no such page.
    #[error("no such page")]
    NotFound,
    /// A template failed.
    #[error("rendering failed")]
    Render(#[from] askama::Error),
    /// The search failed.
    #[error("searching failed")]
    Search(#[from] IndexError),
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Render(_) | Self::Search(_) => {
                tracing::error!(error = ?self, "a page failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "This page failed. It has been logged.",
                )
                    .into_response()
            }
        }
    }
}

/// Renders a template as a page.
pub(super) fn show(template: &impl Template) -> Result<Html<String>, PageError> {
    Ok(Html(template.render()?))
}

/// `1 product`, `2 products`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}
