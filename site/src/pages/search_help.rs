//! `/search/help`: what can be typed into the search box, its keys, and how results are ordered.

use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::IntoResponse;

use super::frame::{PageError, show};
use super::{Frame, Site};

#[derive(Template)]
#[template(path = "search_help.html")]
struct HelpPage {
    frame: Frame,
    words: [(&'static str, &'static str); 11],
    filters: [(&'static str, &'static str); 9],
}

/// What can be typed, and what it finds.
pub const WORDS: [(&str, &str); 11] = [
    ("imap idle", "pages with all the words"),
    ("dovcot", "the nearest name, when the word is nowhere"),
    (
        "\"quick resync\"",
        "the words in this order, without synonyms",
    ),
    ("imap -dovecot", "pages without a word"),
    ("vmailer", "a product by a name it once had"),
    ("RFC 7162", "what an RFC defines; also rfc7162 and rfc-7162"),
    (
        "LITERAL+",
        "a wire token, with its signs; also AUTH=PLAIN or 250-CHUNKING",
    ),
    ("postfix vs exim", "two products side by side"),
    ("who supports condstore", "the products behind an extension"),
    (
        "servers with caldav",
        "the products that speak a protocol or have a feature",
    ),
    ("sendmail alternatives", "what does the same work"),
];

/// Filters, and what they keep.
pub const FILTERS: [(&str, &str); 9] = [
    (
        "type:survey",
        "one type of page: product, extension, protocol, feature, comparison, survey, term, manual",
    ),
    (
        "protocol:jmap",
        "extensions of a protocol and products that speak it",
    ),
    ("role:imap", "products with a role"),
    (
        "licence:open",
        "open source; also proprietary or a licence as SPDX writes it",
    ),
    (
        "status:active",
        "products by how alive they are, extensions by their standing",
    ),
    (
        "supports:qresync",
        "products that support an extension or have a feature",
    ),
    ("token:idle", "the extension behind a wire token"),
    (
        "since:2015",
        "products first released, extensions specified and surveys made in that year or later",
    ),
    ("rfc:2177", "pages about an RFC"),
];

/// Shows the page.
///
/// # Errors
/// When the template fails.
pub async fn page(Shared(site): Shared<Arc<Site>>) -> Result<impl IntoResponse, PageError> {
    show(&HelpPage {
        frame: site.frame("search").at("/search/help"),
        words: WORDS,
        filters: FILTERS,
    })
}
