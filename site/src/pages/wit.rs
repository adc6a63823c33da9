//! `/manual/wit`: the interface of plugins, item by item, made from the WIT files.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::{Html, IntoResponse};

use super::book::{Book, Turn};
use super::frame::{PageError, show};
use super::{Frame, Site};
use crate::markdown::Heading;
use crate::reference::{Package, Piece};

/// What the page is, in one sentence.
pub const SUMMARY: &str = "Every world, interface, function and type that plugins are written \
                           against, with its limits.";

#[derive(Template)]
#[template(path = "wit.html")]
struct WitPage<'a> {
    frame: Frame,
    package: &'a Package,
    file: String,
    versions: Vec<(String, String)>,
    summary: &'static str,
    book: Book,
    turn: Turn,
}

/// A signature with its links.
#[derive(Template)]
#[template(path = "pieces.html")]
struct Pieces<'a> {
    pieces: &'a [Piece],
}

impl WitPage<'_> {
    #[expect(clippy::unused_self, reason = "called by the template")]
    fn line<'p>(&self, pieces: &'p [Piece]) -> Pieces<'p> {
        Pieces { pieces }
    }
}

/// Shows the newest version.
///
/// # Errors
/// When there is no package or the template fails.
pub async fn newest(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    let package = site.catalog.reference.packages.first();
    package_page(&site, package.ok_or(PageError::NotFound)?)
}

/// Shows one version.
///
/// # Errors
/// When there is no such version or the template fails.
pub async fn version(
    Shared(site): Shared<Arc<Site>>,
    Path(version): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let mut packages = site.catalog.reference.packages.iter();
    let package = packages.find(|package| package.version == version);
    package_page(&site, package.ok_or(PageError::NotFound)?)
}

fn package_page(site: &Site, package: &Package) -> Result<Html<String>, PageError> {
    let packages = &site.catalog.reference.packages;
    let newest = packages
        .first()
        .is_some_and(|first| first.version == package.version);
    let url = if newest {
        "/manual/wit".to_owned()
    } else {
        package.url()
    };
    let others = packages
        .iter()
        .filter(|other| other.version != package.version);
    let heading = |id: &str, text: &str| Heading {
        level: 2,
        id: id.to_owned(),
        text: text.to_owned(),
    };
    let worlds = std::iter::once(heading("worlds", "Worlds"));
    let interfaces = package.interfaces.iter();
    let interfaces = interfaces.map(|one| heading(&one.anchor, &one.name));
    show(&WitPage {
        file: format!("schemas/wit/{}", package.folder),
        versions: others
            .map(|other| (other.version.clone(), other.url()))
            .collect(),
        package,
        summary: SUMMARY,
        book: Book::new(
            &site.catalog,
            "/manual/wit",
            worlds.chain(interfaces).collect(),
        ),
        turn: Turn::new(&site.catalog, "/manual/wit"),
        frame: site.frame("manual").at(url),
    })
}
