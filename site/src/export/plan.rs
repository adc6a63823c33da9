//! What is copied whether or not a page leads there.

use crate::pages::Site;
use crate::pages::machine::paths;
use crate::resolve::State;

/// Addresses that are always there.
const FIXED: [&str; 14] = [
    "/feed.atom",
    "/robots.txt",
    "/sitemap.txt",
    "/assets/seal.svg",
    "/api/v1",
    "/api/v1/openapi.json",
    "/api/v1/products",
    "/api/v1/protocols",
    "/api/v1/extensions",
    "/api/v1/features",
    "/api/v1/comparisons",
    "/api/v1/surveys",
    "/api/v1/terms",
    "/api/v1/claims",
];

/// Pages, the interface, and the badge of every cell that is known.
pub(super) fn addresses(site: &Site) -> Vec<String> {
    let catalog = &site.catalog;
    let mut all = paths(site);
    all.extend(FIXED.map(str::to_owned));
    let mut entries = |kind: &str, ids: &mut dyn Iterator<Item = &String>| {
        all.extend(ids.map(|id| format!("/api/v1/{kind}/{id}")));
    };
    entries("products", &mut catalog.products.keys());
    entries("protocols", &mut catalog.protocols.keys());
    entries("extensions", &mut catalog.extensions.keys());
    entries("features", &mut catalog.features.keys());
    entries("comparisons", &mut catalog.comparisons.keys());
    entries("surveys", &mut catalog.surveys.keys());
    entries("terms", &mut catalog.terms.keys());
    for (slug, entry) in &catalog.products {
        let known = entry
            .all_cells()
            .filter(|(_, cell)| cell.state != State::Unknown);
        all.extend(known.map(|(subject, _)| format!("/badge/{slug}/{subject}.svg")));
    }
    all
}
