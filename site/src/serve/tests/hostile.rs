//! What a visitor or an author may send without harm.

use proptest::prelude::*;

use super::*;
use crate::content::{SourceFile, check};
use crate::date::Date;
use crate::fixture::TODAY;

/// Addresses that read their query.
const READERS: [&str; 12] = [
    "/search",
    "/products",
    "/compare",
    "/compare.csv",
    "/compare.json",
    "/matrix/imap",
    "/matrix/features",
    "/api/v1/search",
    "/api/v1/products",
    "/suggest",
    "/choose",
    "/products/dovecot/diff",
];
/// Names that mean something in a query.
const NAMES: [&str; 20] = [
    "q", "type", "page", "p", "rows", "only", "role", "supports", "after", "limit", "set", "x",
    "must", "protocol", "licence", "status", "platform", "from", "to", "explain",
];

/// Any bytes, as a browser or an attacker would write them.
fn encoded(bytes: &[u8], raw: bool) -> String {
    let write = |byte: &u8| {
        let plain = byte.is_ascii_alphanumeric() || raw && b"&=+/?:;,@!$'()*~-._%".contains(byte);
        if plain {
            char::from(*byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    bytes.iter().map(write).collect()
}

fn queries() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| encoded(&bytes, false)),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| encoded(&bytes, true)),
        "[a-z:\"()*?^~+\\\\/<>-]{0,24}".prop_map(|text| encoded(text.as_bytes(), false)),
    ];
    let pair = (prop::sample::select(&NAMES[..]), value);
    prop::collection::vec(
        pair.prop_map(|(name, value)| format!("{name}={value}")),
        0..5,
    )
    .prop_map(|pairs| pairs.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_query_fails(query in queries(), reader in prop::sample::select(&READERS[..])) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let address = format!("{reader}?{query}");
        let (status, _, body) = runtime.block_on(get(&address, None));
        let empty_table = reader.starts_with("/compare.") && status == StatusCode::NOT_FOUND;
        prop_assert!(status == StatusCode::OK || empty_table, "{address}: {status}");
        if body.starts_with("<!doctype") {
            check_markup(&address, &body);
        }
    }
}

#[tokio::test]
async fn nothing_of_an_address_becomes_markup() {
    for address in [
        "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/search?q=%22+onfocus%3Dalert(1)+x%3D%22&type=%22%3E%3Cb%3E",
        "/products?supports=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
        "/compare?p=%3Cscript%3E&rows=%22%3E%3Csvg/onload=alert(1)%3E",
        "/products/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/nowhere%22%3E%3Cscript%3E",
    ] {
        let (_, _, html) = get(address, None).await;
        check_markup(address, &html);
        assert!(
            !html.contains("<img src=x") && !html.contains("<svg/onload"),
            "{address}"
        );
        assert!(!html.contains("\" onfocus="), "{address}");
    }
}

/// Prose that would do harm, were it believed; the check refuses all of it.
const HARM: [&str; 8] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVa\nScript:alert(1))",
    "<a href=\"https://evil.example\">x</a>",
    "<div><p>never closed",
    "![x](https://evil.example/pixel.png)",
    "<iframe src=//evil.example></iframe>",
];

#[test]
fn harm_in_prose_is_refused_and_cannot_reach_a_page() {
    let page = |prose: &str| {
        let front = "+++\nslug = \"mta\"\nterm = \"MTA\"\nshort = \"Passes mail on.\"\n\
            surety = \"memory\"\nreviewed = \"2026-11-24\"\n+++\n\n";
        SourceFile::new("glossary/mta.md", format!("{front}{prose}\n"))
    };
    let today = Date::parse(TODAY).unwrap();
    for prose in HARM {
        let loaded = check(vec![page(prose)], &today).unwrap();
        let plain = prose.contains('\n');
        assert!(plain || loaded.catalog.is_none(), "{prose}");
        let html = crate::markdown::render(prose).html;
        for tag in ["<script", "<img", "<iframe", "<div", "<a "] {
            assert!(!html.contains(tag), "{prose}: {html}");
        }
    }
    let kept = check(vec![page("Fine.")], &today).unwrap();
    assert!(kept.catalog.is_some());
}

proptest! {
    #[test]
    fn no_prose_makes_markup_of_its_own(prose in "[<>a-z\"'=/:&;#\\[\\]()!*`| \n-]{0,120}") {
        let html = crate::markdown::render(&prose).html;
        let opened = html.split('<').skip(1);
        for tag in opened {
            let name: String = tag.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '/').collect();
            let known = [
                "p", "em", "strong", "del", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br", "a",
                "table", "thead", "tbody", "tr", "th", "td", "div", "h2", "h3", "h4", "h5", "h6", "img",
            ];
            let name = name.trim_matches('/');
            prop_assert!(known.contains(&name), "<{name}: {html}");
            let mut attributes: Vec<&str> = tag.split('>').next().unwrap().split("=\"").collect();
            attributes.pop();
            for attribute in attributes {
                let name = attribute.rsplit(' ').next().unwrap();
                let known = ["href", "src", "alt", "title", "class", "id", "tabindex", "start", "scope"];
                prop_assert!(known.contains(&name), "{name}: {html}");
            }
            prop_assert!(!tag.contains("=\"javascript:"), "{html}");
        }
    }
}
