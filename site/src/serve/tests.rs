//! Every page, asked for in process.

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use tower::ServiceExt as _;

use super::*;
use crate::fixture::real_site;
use crate::pages::machine::paths;

async fn get(path: &str, header: Option<(HeaderName, &str)>) -> (StatusCode, HeaderMap, String) {
    let (status, headers, bytes) = get_bytes(path, header).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (status, headers, text)
}

async fn get_bytes(
    path: &str,
    header: Option<(HeaderName, &str)>,
) -> (StatusCode, HeaderMap, Vec<u8>) {
    let mut request = Request::builder().uri(path);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = router(real_site()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 10_000_000).await.unwrap();
    (parts.status, parts.headers, bytes.to_vec())
}

/// Values of an attribute, wherever it stands in a tag.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(&start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[track_caller]
fn check_markup(path: &str, html: &str) {
    assert!(html.starts_with("<!doctype html>"), "{path}");
    let script = real_site().frame("home").script();
    let script = format!("<script src=\"{script}\" defer></script>");
    for banned in [
        " style=",
        "<script",
        "javascript:",
        " onclick",
        " onload",
        "<style",
    ] {
        let shown = html.replace("&#60;", "").replace("&lt;", "");
        let shown = shown.replacen(&script, "", 1);
        assert!(!shown.contains(banned), "{path} has {banned}");
    }
    assert_eq!(
        html.matches("<h1").count(),
        1,
        "{path}: headings of level one"
    );
    assert_eq!(html.matches("<main").count(), 1, "{path}");
    let title = html
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split("</title>").next());
    assert!(
        title.is_some_and(|title| title.len() > " · Waxseal catalog".len()),
        "{path}"
    );
    let ids: Vec<&str> = attributes(html, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{path}: ids repeat");
    for open in [
        "table", "ul", "ol", "section", "details", "article", "span", "a", "li", "td",
    ] {
        let opened =
            html.matches(&format!("<{open}>")).count() + html.matches(&format!("<{open} ")).count();
        let closed = html.matches(&format!("</{open}>")).count();
        assert_eq!(opened, closed, "{path}: <{open}>");
    }
}

#[tokio::test]
async fn every_page_is_whole_and_its_links_lead_somewhere() {
    let site = real_site();
    let mut pages = paths(&site);
    assert!(pages.len() > 400, "{}", pages.len());
    pages.extend(
        [
            "/search",
            "/search?q=imap",
            "/search?q=xqzzyw",
            "/search?q=dovcot",
            "/search?q=server&type=product&role=imap&role=pop3&licence=open",
            "/search?q=dovecot&status=discontinued",
            "/search?q=dovecot%20role%3Achat",
            "/search?q=imap%20idle&explain=1",
            "/search?q=sendmail%20alternatives",
            "/products?protocol=caldav",
            "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
            "/products?role=imap&licence=open",
            "/products?supports=imap/qresync",
            "/matrix/imap?p=dovecot%2Ccyrus-imap&only=diff",
            "/matrix/imap?p=dovecot&p=exim&rows=all",
            "/matrix/features?p=exim&p=postfix&only=diff",
            "/compare?p=exim&p=postfix",
            "/compare?p=dovecot%402.3%2Cdovecot%402.4&only=diff",
            "/products/dovecot/diff?from=2.3&to=2.4",
            "/products/dovecot/diff?from=nothing&to=2.4",
            "/choose?role=imap&must=imap%2Fcondstore&licence=open&status=active",
            "/choose?role=mta&must=smtp%2Fsmtputf8,clustering,nothing%20known&unknown=no",
            "/compare?p=exim%2Cpostfix%2Cnothing&rows=smtp&only=known",
        ]
        .map(str::to_owned),
    );
    let mut links = BTreeSet::new();
    for path in &pages {
        let (status, headers, html) = get(path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(headers.contains_key(ETAG), "{path}");
        check_markup(path, &html);
        for link in attributes(&html, "href") {
            if link.starts_with('/') {
                links.insert(link.replace("&#38;", "&").replace("&amp;", "&"));
            } else if let Some(anchor) = link.strip_prefix('#') {
                assert!(
                    html.contains(&format!("id=\"{anchor}\"")),
                    "{path}: #{anchor}"
                );
            }
        }
    }
    for link in links {
        let path = link.split('#').next().unwrap();
        let elsewhere = path.starts_with("/search?") || path == "/opensearch.xml";
        if pages.iter().any(|page| page == path) || elsewhere {
            continue;
        }
        let (status, _, _) = get(path, None).await;
        assert_eq!(status, StatusCode::OK, "{link}");
    }
}

#[tokio::test]
async fn titles_and_claims_are_on_their_pages() {
    let site = real_site();
    for entry in site.catalog.products.values() {
        let slug = &entry.facts.slug;
        let (_, _, html) = get(&format!("/products/{slug}"), None).await;
        assert!(
            html.contains(&format!("<title>{}", entry.facts.title)),
            "{slug}"
        );
        let (_, _, html) = get(&format!("/products/{slug}/evidence"), None).await;
        let shown = html.matches("Shown: ").count() + html.matches("Not shown: ").count();
        let claims: usize = entry.all_cells().map(|(_, cell)| cell.judged.len()).sum();
        assert_eq!(shown, claims, "{slug}");
    }
}

#[tokio::test]
async fn unverified_notes_never_look_checked() {
    let (_, _, html) = get("/products/communigate-pro", None).await;
    assert!(html.contains("unverified"));
    let (_, _, html) = get("/products/communigate-pro/evidence", None).await;
    assert!(html.contains("ev-unverified") && html.contains("Unverified note"));
}

#[tokio::test]
async fn a_known_page_is_not_sent_twice() {
    let (_, headers, _) = get("/products/exim", None).await;
    let tag = headers[ETAG].to_str().unwrap().to_owned();
    assert!(tag.starts_with("W/\""));
    let (status, _, body) = get("/products/exim", Some((IF_NONE_MATCH, &tag))).await;
    assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let (status, _, _) = get("/products/postfix", Some((IF_NONE_MATCH, &tag))).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn the_same_content_gives_the_same_bytes() {
    use crate::fixture::real_content;
    let again = Arc::new(Site::new(real_content().catalog.unwrap()).unwrap());
    for path in [
        "/",
        "/products",
        "/products/dovecot",
        "/matrix/imap",
        "/search?q=imap",
    ] {
        let (_, _, first) = get(path, None).await;
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = router(Arc::clone(&again)).oneshot(request).await.unwrap();
        let second = to_bytes(response.into_body(), 10_000_000).await.unwrap();
        assert!(first.as_bytes() == &second[..], "{path}");
    }
}

#[tokio::test]
async fn headers_forbid_what_we_never_do() {
    for path in ["/", "/nowhere", "/healthz", "/assets/seal.svg"] {
        let (_, headers, _) = get(path, None).await;
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'; "),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}

#[tokio::test]
async fn unknown_addresses_get_a_helpful_404() {
    for path in [
        "/products/dovcot",
        "/protocols/none",
        "/extensions/imap/x",
        "/a/b/c",
        "/matrix/x",
    ] {
        let (status, headers, html) = get(path, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(!headers.contains_key(ETAG), "{path}");
        check_markup(path, &html);
    }
    let (_, _, html) = get("/products/dovcot", None).await;
    assert!(html.contains("href=\"/products/dovecot\""));
}

#[tokio::test]
async fn short_addresses_lead_on() {
    let (status, headers, _) = get("/rfc/2177", None).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers["location"], "/extensions/imap/idle");
    let (_, headers, _) = get("/token/imap/LITERAL+", None).await;
    assert_eq!(headers["location"], "/extensions/imap/literal-plus");
}

/// Most bytes of a page, a stylesheet and a script on their way.
const BUDGET: [(&str, usize); 3] = [
    ("text/html", 60_000),
    ("text/css", 15_000),
    ("text/javascript", 8_000),
];

#[tokio::test]
async fn everything_stays_in_its_budget_and_is_not_sent_twice() {
    let gzip = Some((axum::http::header::ACCEPT_ENCODING, "gzip"));
    let mut addresses = paths(&real_site());
    let examples = pages::data::ADDRESSES.iter();
    addresses.extend(examples.map(|(address, _)| (*address).to_owned()));
    let fixed = [
        "/search?q=imap",
        "/sitemap.txt",
        "/robots.txt",
        "/assets/seal.svg",
    ];
    addresses.extend(fixed.map(str::to_owned));
    let (_, _, home) = get("/", None).await;
    let assets = attributes(&home, "href")
        .into_iter()
        .chain(attributes(&home, "src"));
    let assets = assets.filter(|address| address.starts_with("/assets/"));
    addresses.extend(assets.map(str::to_owned));
    for address in addresses {
        let (status, headers, body) = get_bytes(&address, gzip.clone()).await;
        assert_eq!(status, StatusCode::OK, "{address}");
        let kind = headers["content-type"].to_str().unwrap();
        let budget = BUDGET.iter().find(|(known, _)| kind.starts_with(known));
        if let Some((_, most)) = budget {
            assert_eq!(headers["content-encoding"], "gzip", "{address}");
            assert!(
                body.len() <= *most,
                "{address}: {} bytes of {most}",
                body.len()
            );
        }
        assert!(!body.is_empty(), "{address}");
        let tag = headers[ETAG].to_str().unwrap_or_default().to_owned();
        let (status, headers, body) = get(&address, Some((IF_NONE_MATCH, &tag))).await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::NOT_MODIFIED, ""),
            "{address}"
        );
        assert!(headers.contains_key(ETAG), "{address}");
    }
}

#[tokio::test]
async fn the_script_is_one_small_file() {
    let script = real_site().frame("home").script();
    let (status, headers, body) = get(script, None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "text/javascript; charset=utf-8");
    assert!(body.len() <= 8_000, "{} bytes of script", body.len());
}

#[tokio::test]
async fn suggestions_come_in_groups() {
    let (status, _, body) = get("/suggest?q=dov", None).await;
    assert_eq!(status, StatusCode::OK);
    let json: serde_json::Value = serde_json::from_str(&body).unwrap();
    let first = &json["groups"][0];
    assert_eq!(first["type"], "Products");
    assert_eq!(first["items"][0]["url"], "/products/dovecot");
    let (status, _, body) = get("/suggest", None).await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::OK, "{\"groups\":[],\"q\":\"\"}")
    );
}

#[tokio::test]
async fn every_example_of_the_search_help_finds_something() {
    let all = pages::search_help::WORDS.iter();
    for (text, _) in all.chain(&pages::search_help::FILTERS) {
        let request = crate::search::Request {
            text: (*text).to_owned(),
            ..crate::search::Request::default()
        };
        assert!(
            real_site().index.search(&request).unwrap().total > 0,
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_search_that_finds_nothing_helps() {
    let (_, _, html) = get("/search?q=xqzzyw", None).await;
    for wanted in [
        "Nothing was found",
        "/search/help",
        "slug = &#34;xqzzyw&#34;",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
    let (_, _, html) = get("/search?q=dovcot", None).await;
    assert!(html.contains("Did you mean <a href=\"/search?q=dovecot\">"));
    let (_, _, html) = get("/search?q=condstore&type=survey", None).await;
    assert!(html.contains("With one filter less"));
}

async fn paste(text: &str) -> (StatusCode, HeaderMap, String) {
    let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let request = Request::builder()
        .method(Method::POST)
        .uri("/check")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("profile=&text={escaped}")))
        .unwrap();
    let response = router(real_site()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 10_000_000).await.unwrap();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    (parts.status, parts.headers, body)
}

#[tokio::test]
async fn a_pasted_answer_is_read_and_not_kept() {
    let text = "* OK [CAPABILITY IMAP4rev1 IDLE UTF8=ALL XMADEUP] Dovecot ready.\n<b>&";
    let (status, headers, html) = paste(text).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[CACHE_CONTROL], "no-store");
    assert!(!headers.contains_key(ETAG));
    check_markup("/check", &html);
    for wanted in [
        "This is <a href=\"/protocols/imap\">IMAP</a>",
        "href=\"/extensions/imap/idle\"",
        "<code>XMADEUP</code>",
        "Out of date",
        "/products/dovecot",
        "names itself",
        "Missing",
        "&#60;b&#62;&#38;",
    ] {
        assert!(html.contains(wanted), "{wanted}\n{html}");
    }
    let (_, _, html) = paste("good morning").await;
    assert!(html.contains("Nothing in this text"));
    let (status, _, html) = paste(&"x".repeat(crate::announce::TEXT_BYTES_MAX * 2)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    check_markup("/check", &html);
}

#[tokio::test]
async fn what_does_not_fit_is_explained() {
    let site = real_site();
    let (_, _, html) = get("/choose?role=imap&must=imap%2Fannotate", None).await;
    for slug in site.catalog.products.keys() {
        assert!(
            html.contains(&format!("href=\"/products/{slug}\"")),
            "{slug}"
        );
    }
    assert!(html.contains("/products/dovecot/evidence#imap-annotate"));
    let (_, _, html) = get("/choose?must=no%20such%20thing&role=imap", None).await;
    assert!(html.contains("is no extension, feature or protocol"));
}

#[tokio::test]
async fn versions_differ_where_claims_say_so() {
    let (_, _, html) = get("/products/dovecot/diff?from=2.3&to=2.4", None).await;
    assert!(html.contains("<title>Dovecot 2.3 and 2.4"));
    assert!(html.contains("imap/imap4rev2"), "it came with 2.4.2");
    let address = "/compare.json?p=dovecot%402.3%2Cdovecot%402.4&rows=imap&only=known";
    let (_, _, body) = get(address, None).await;
    let json: serde_json::Value = serde_json::from_str(&body).unwrap();
    let rows = json["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["id"] == "imap/imap4rev2")
        .unwrap();
    assert_eq!(row["cells"]["dovecot@2.3"]["state"], "no");
    assert_eq!(row["cells"]["dovecot@2.4"]["state"], "partial");
}

#[tokio::test]
async fn the_health_page_tells_what_the_search_does() {
    let (_, _, html) = get("/health/content", None).await;
    for wanted in [
        "queries of the design",
        "NDCG",
        "Written by hand against measured",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
}

#[tokio::test]
async fn tables_travel_as_csv_and_json() {
    let view = "?p=exim%2Cpostfix&rows=smtp&only=known";
    let (_, _, html) = get(&format!("/compare{view}"), None).await;
    let (_, headers, csv) = get(&format!("/compare.csv{view}"), None).await;
    assert_eq!(headers["content-type"], "text/csv; charset=utf-8");
    assert!(csv.starts_with("id,name,group,exim,postfix\r\n"), "{csv}");
    let (_, _, json) = get(&format!("/compare.json{view}"), None).await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(rows.len(), csv.lines().count() - 1);
    assert_eq!(rows.len() + 1, html.matches("scope=\"row\"").count());
    let site = real_site();
    for row in rows {
        let id = row["id"].as_str().unwrap();
        let cell = site.catalog.products["exim"].cell(id);
        assert_eq!(row["cells"]["exim"]["state"], cell.state.id(), "{id}");
    }
    let (status, _, _) = get("/compare.csv?p=nothing", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_example_of_the_data_page_answers() {
    let (_, _, html) = get("/data", None).await;
    for (url, _) in pages::data::ADDRESSES {
        let (status, headers, body) = get(url, None).await;
        assert_eq!(status, StatusCode::OK, "{url}");
        assert!(headers.contains_key(ETAG) && !body.is_empty(), "{url}");
        assert!(html.contains(&url.replace('&', "&#38;")), "{url}");
        if url.starts_with("/api/") && !url.ends_with("openapi.json") {
            let json: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(json["schema_version"], 1, "{url}");
            assert_eq!(headers["access-control-allow-origin"], "*", "{url}");
        }
    }
}

/// An address of the description with its examples put in.
fn example_of(path: &str, described: &serde_json::Value) -> String {
    let mut address = path.to_owned();
    let mut query = Vec::new();
    for parameter in described["get"]["parameters"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let name = parameter["name"].as_str().unwrap();
        let example = &parameter["example"];
        if example.is_null() {
            continue;
        }
        let example = example
            .as_str()
            .map_or_else(|| example.to_string(), |text| text.replace(' ', "%20"));
        if parameter["in"] == "path" {
            address = address.replace(&format!("{{{name}}}"), &example);
        } else {
            query.push(format!("{name}={example}"));
        }
    }
    if query.is_empty() {
        address
    } else {
        format!("{address}?{}", query.join("&"))
    }
}

#[tokio::test]
async fn every_example_of_the_description_answers() {
    let (_, _, body) = get("/api/v1/openapi.json", None).await;
    let described: serde_json::Value = serde_json::from_str(&body).unwrap();
    let paths = described["paths"].as_object().unwrap();
    for (path, operations) in paths {
        let address = example_of(path, operations);
        let (status, _, body) = get(&address, None).await;
        assert_eq!(status, StatusCode::OK, "{address}");
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json["schema_version"], 1, "{address}");
        if path.contains('{') {
            assert!(
                json["id"].is_string() && json["page"].is_string(),
                "{address}"
            );
            let (status, _, _) = get(json["page"].as_str().unwrap(), None).await;
            assert_eq!(status, StatusCode::OK, "{address}");
            let missing = path.replace("{protocol}", "imap");
            let missing = missing.replace("{slug}", "x-y-z").replace("{id}", "x-y-z");
            let (status, _, _) = get(&missing, None).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{missing}");
        }
    }
    let index = get("/api/v1", None).await.2;
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    for kind in [
        "products",
        "protocols",
        "extensions",
        "features",
        "comparisons",
        "surveys",
        "terms",
    ] {
        assert!(index[kind].as_u64().unwrap() > 0, "{kind}");
        let single = format!("/api/v1/{kind}/");
        assert!(
            paths.keys().any(|path| path.starts_with(&single)),
            "{kind} has single entries"
        );
    }
    let (status, _, _) = get("/badge/exim/x.svg", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lists_come_in_pages_without_a_gap() {
    let site = real_site();
    for (name, total) in [
        ("products", site.catalog.products.len()),
        ("extensions", site.catalog.extensions.len()),
        ("claims", site.catalog.claim_count()),
    ] {
        let mut seen = 0;
        let mut after = String::new();
        loop {
            let (_, _, body) = get(&format!("/api/v1/{name}?limit=400&after={after}"), None).await;
            let json: serde_json::Value = serde_json::from_str(&body).unwrap();
            seen += json["items"].as_array().unwrap().len();
            match json["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, total, "{name}");
    }
}

#[tokio::test]
async fn the_feed_and_the_search_description_are_well_formed() {
    let (_, _, feed) = get("/feed.atom", None).await;
    assert!(feed.starts_with("<?xml") && feed.ends_with("</feed>\n"));
    assert_eq!(
        feed.matches("<entry>").count(),
        feed.matches("</entry>").count()
    );
    assert!(feed.contains("<entry>"));
    let host = Some((axum::http::header::HOST, "catalog.example.org"));
    let (_, _, found) = get("/opensearch.xml", host).await;
    assert!(found.contains("https://catalog.example.org/search?q={searchTerms}"));
    let hostile = Some((axum::http::header::HOST, "a\"><x>"));
    let (status, _, _) = get("/opensearch.xml", hostile).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_comparison_of_two_shows_only_differences() {
    let (_, _, few) = get("/compare?p=exim%2Cpostfix", None).await;
    let (_, _, all) = get("/compare?p=exim%2Cpostfix&only=known", None).await;
    assert!(few.matches("scope=\"row\"").count() < all.matches("scope=\"row\"").count());
    assert!(few.contains("<title>Exim and Postfix compared"));
    let canonical = "<link rel=\"canonical\" href=\"/compare?p=exim%2Cpostfix";
    let (_, _, mixed) = get("/compare?p=postfix&p=exim&p=junk&x=y", None).await;
    assert!(mixed.contains(canonical) && few.contains(canonical));
}

#[tokio::test]
async fn rows_of_one_group_stand_together() {
    for slug in real_site().catalog.comparisons.keys() {
        let (_, _, html) = get(&format!("/compare/{slug}"), None).await;
        let groups = html.split("scope=\"rowgroup\"").skip(1);
        let groups: Vec<&str> = groups
            .filter_map(|rest| rest.split("</th>").next())
            .collect();
        let unique: BTreeSet<&str> = groups.iter().copied().collect();
        assert_eq!(groups.len(), unique.len(), "{slug}: {groups:?}");
    }
}

#[tokio::test]
async fn features_show_which_products_have_them() {
    let site = real_site();
    assert!(site.catalog.features.len() > 100);
    for (slug, entry) in &site.catalog.features {
        let (_, _, html) = get(&format!("/features/{slug}"), None).await;
        let products = site.catalog.products.values();
        let known = products.filter(|product| product.features.contains_key(slug));
        let rows = html.matches("/evidence#feature-").count();
        assert_eq!(rows, known.count(), "{}", entry.facts.title);
    }
}

#[tokio::test]
async fn surveys_have_a_chart_beside_their_table() {
    for (slug, entry) in &real_site().catalog.surveys {
        let (_, _, html) = get(&format!("/surveys/{slug}"), None).await;
        let lines = html.matches("<th scope=\"row\">").count();
        assert_eq!(lines, entry.facts.share.len(), "{slug}");
        if lines > 1 {
            assert!(html.contains("<svg viewBox=\"0 0 360"), "{slug}");
        }
    }
    let (_, _, html) = get("/surveys/seed-2001-smtp", None).await;
    assert!(html.contains("Corrected."));
    let (_, _, html) = get("/products/sendmail", None).await;
    assert!(html.contains("/surveys/djb-2001"));
}

#[tokio::test]
async fn the_glossary_leads_to_every_term() {
    let (_, _, html) = get("/glossary", None).await;
    for slug in real_site().catalog.terms.keys() {
        assert!(
            html.contains(&format!("href=\"/glossary/{slug}\"")),
            "{slug}"
        );
    }
}

#[tokio::test]
async fn the_manual_leads_from_page_to_page() {
    use crate::pages::stops;
    let stops = stops(&real_site().catalog);
    assert_eq!(stops[0].url, "/manual");
    assert!(stops.len() >= 3, "{}", stops.len());
    for pair in stops.windows(2) {
        let [here, next] = pair else { continue };
        let (status, _, html) = get(&here.url, None).await;
        assert_eq!(status, StatusCode::OK, "{}", here.url);
        let on = format!("rel=\"next\" href=\"{}\"", next.url);
        assert!(html.contains(&on), "{} leads to {}", here.url, next.url);
        assert!(html.contains("aria-current=\"page\""), "{}", here.url);
        let (_, _, html) = get(&next.url, None).await;
        let back = format!("rel=\"prev\" href=\"{}\"", here.url);
        assert!(
            html.contains(&back),
            "{} leads back to {}",
            next.url,
            here.url
        );
    }
}

#[tokio::test]
async fn the_wit_reference_has_every_item() {
    let site = real_site();
    for package in &site.catalog.reference.packages {
        let (_, _, html) = get(&package.url(), None).await;
        for anchor in package.anchors() {
            assert!(html.contains(&format!("id=\"{anchor}\"")), "{anchor}");
        }
    }
    let (_, _, html) = get("/manual/wit", None).await;
    assert!(html.contains("<a href=\"#types-verdict\">verdict</a>"));
    let (status, _, _) = get("/manual/wit/9.9.9", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_configuration_reference_has_every_key() {
    let (_, _, html) = get("/manual/configuration", None).await;
    for table in &real_site().catalog.reference.configuration {
        for anchor in table.anchors() {
            assert!(html.contains(&format!("id=\"{anchor}\"")), "{anchor}");
        }
    }
    assert!(html.contains("default <code>432000</code> (5 days)"));
    let (status, _, body) = get("/schemas/waxseal.schema.json", None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("\"x-reload\""));
    let (_, _, html) = get("/search?q=give_up_secs", None).await;
    assert!(html.contains("/manual/configuration#delivery-retry"));
}

#[tokio::test]
async fn the_rfc_status_lists_every_rfc() {
    let (_, _, html) = get("/manual/rfc-status", None).await;
    for entry in &real_site().catalog.reference.rfcs {
        assert!(
            html.contains(&format!("id=\"rfc{}\"", entry.number)),
            "{}",
            entry.number
        );
    }
    assert!(html.contains("href=\"/extensions/smtp/size\""));
}

#[tokio::test]
async fn only_differences_are_shown_when_asked() {
    let (_, _, all) = get("/matrix/imap?p=dovecot%2Cuw-imap", None).await;
    let (_, _, few) = get("/matrix/imap?p=dovecot%2Cuw-imap&only=diff", None).await;
    assert!(few.matches("scope=\"row\"").count() < all.matches("scope=\"row\"").count());
    assert!(few.contains("Differences only"));
}

#[tokio::test]
async fn the_service_says_it_is_well() {
    let (status, _, body) = get("/healthz", None).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "ok\n"));
    let (status, _, body) = get("/schemas/claims.schema.json", None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
}

#[tokio::test]
async fn a_moved_page_leads_to_its_new_place() {
    let mut catalog = crate::fixture::real_content().catalog.unwrap();
    let moved = ("/products/vmailer", "/products/postfix");
    catalog
        .redirects
        .insert(moved.0.to_owned(), moved.1.to_owned());
    let site = Arc::new(Site::new(catalog).unwrap());
    let request = Request::builder().uri(moved.0).body(Body::empty()).unwrap();
    let response = router(site).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(response.headers()["location"], moved.1);
}

mod hostile;
