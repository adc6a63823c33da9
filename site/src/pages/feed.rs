//! `/feed.atom`: what was confirmed last, and `/opensearch.xml`: the search for browsers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HOST, VARY};
use axum::response::IntoResponse;

use super::frame::count;
use super::{PageError, Site};

/// Most entries of the feed.
const ENTRIES_MAX: usize = 60;

/// The feed: one entry for each product and day on which claims about it were confirmed.
pub async fn atom(Shared(site): Shared<Arc<Site>>) -> impl IntoResponse {
    let catalog = &site.catalog;
    let mut days: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for (slug, entry) in &catalog.products {
        for judged in entry.all_cells().flat_map(|(_, cell)| &cell.judged) {
            *days
                .entry((judged.claim.date.to_string(), slug))
                .or_default() += 1;
        }
    }
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n\
         <title>Waxseal catalog: newly confirmed</title>\n\
         <id>tag:waxseal.example,2026:catalog</id>\n\
         <author><name>The Waxseal catalog</name></author>\n\
         <link rel=\"self\" href=\"/feed.atom\"/>\n<link href=\"/\"/>\n\
         <updated>{}T00:00:00Z</updated>\n",
        catalog.content_date
    );
    for ((day, slug), number) in days.iter().rev().take(ENTRIES_MAX) {
        let Some(entry) = catalog.products.get(*slug) else {
            continue;
        };
        let title = escape(&entry.facts.title);
        let claims = count(*number, "claim");
        writeln!(
            text,
            "<entry><title>{title}: {claims} of {day}</title>\
             <id>tag:waxseal.example,2026:{slug}/{day}</id>\
             <link href=\"/products/{slug}/evidence\"/><updated>{day}T00:00:00Z</updated>\
             <summary>{claims} about {title} confirmed on {day}.</summary></entry>"
        )
        .unwrap_or_default();
    }
    text.push_str("</feed>\n");
    (
        [(CONTENT_TYPE, "application/atom+xml; charset=utf-8")],
        text,
    )
}

/// The description that lets a browser search here; its address is that of the request.
///
/// # Errors
/// When the request names no host that can stand in an address.
pub async fn opensearch(headers: HeaderMap) -> Result<impl IntoResponse, PageError> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let plain = |host: &&str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        !host.is_empty() && host.len() <= 255 && host.bytes().all(letter)
    };
    let host = host.filter(plain).ok_or(PageError::NotFound)?;
    let local = ["localhost", "127.", "[::1]"];
    let scheme = if local.iter().any(|start| host.starts_with(start)) {
        "http"
    } else {
        "https"
    };
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <OpenSearchDescription xmlns=\"http://a9.com/-/spec/opensearch/1.1/\">\n\
         <ShortName>Waxseal catalog</ShortName>\n\
         <Description>Mail servers, protocols and extensions</Description>\n\
         <InputEncoding>UTF-8</InputEncoding>\n\
         <Image width=\"30\" height=\"30\" type=\"image/svg+xml\">{scheme}://{host}/assets/seal.svg</Image>\n\
         <Url type=\"text/html\" template=\"{scheme}://{host}/search?q={{searchTerms}}\"/>\n\
         </OpenSearchDescription>\n"
    );
    let headers = [
        (CONTENT_TYPE, "application/opensearchdescription+xml"),
        (VARY, "host"),
    ];
    Ok((headers, text))
}

/// Text that can stand between tags.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
