use super::*;
use crate::fixture::Scratch;

const TERM: &str = "+++\nslug = \"mta\"\nterm = \"MTA\"\nshort = \"Passes mail on.\"\n\
surety = \"memory\"\nreviewed = \"2026-11-24\"\n+++\n\nIt passes mail on.\n";

/// Puts the only page into the folder.
fn write(folder: &Scratch, text: &str) {
    let glossary = folder.path().join("glossary");
    std::fs::create_dir_all(&glossary).unwrap();
    std::fs::write(glossary.join("mta.md"), text).unwrap();
}

async fn get_page(dev: &Arc<Dev>, path: &str) -> (Response<()>, String) {
    let request = Request::builder()
        .uri(path)
        .header(ACCEPT_ENCODING, "gzip")
        .body(Body::empty())
        .unwrap();
    let response = dev.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, PAGE_BYTES_MAX).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (Response::from_parts(parts, ()), text)
}

#[tokio::test]
async fn mistakes_stand_on_the_page_concerned() {
    let folder = Scratch::new("banner");
    write(&folder, TERM);
    let today = Date::parse("2026-11-24").unwrap();
    let dev = Dev::start(folder.path(), &today).unwrap();
    let (response, html) = get_page(&dev, "/glossary/mta").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!html.contains("role=\"alert\"") && html.contains("/dev/reload.js"));
    assert!(!response.headers().contains_key(ETAG));
    let policy = response.headers()[CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(policy.contains("script-src 'self'") && policy.contains("connect-src 'self'"));
    assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"));

    let before = dev.stamp().unwrap();
    write(&folder, &TERM.replace("term = \"MTA\"", "trem = \"<MTA>\""));
    assert_ne!(dev.stamp().unwrap(), before);
    assert_eq!(dev.refresh().unwrap(), 2);
    let (_, html) = get_page(&dev, "/glossary/mta").await;
    assert!(
        html.contains("<code>glossary/mta.md:3:1</code> unknown key"),
        "{html}"
    );
    assert!(html.contains("It passes mail on."));
    let (_, html) = get_page(&dev, "/about/method").await;
    assert!(html.contains("2 more mistakes elsewhere") && !html.contains("glossary/mta.md:3:1"));

    write(
        &folder,
        &TERM.replace("passes mail on.\n", "carries mail.\n"),
    );
    assert_eq!(dev.refresh().unwrap(), 0);
    let (_, html) = get_page(&dev, "/glossary/mta").await;
    assert!(html.contains("It carries mail.") && !html.contains("role=\"alert\""));
}

#[tokio::test]
async fn open_pages_are_told_of_changes() {
    use futures_util::StreamExt as _;
    let folder = Scratch::new("events");
    write(&folder, "nothing");
    let today = Date::parse("2026-11-24").unwrap();
    let dev = Dev::start(folder.path(), &today).unwrap();
    let (_, html) = get_page(&dev, "/").await;
    assert!(html.contains("mistakes elsewhere"));
    let request = Request::builder()
        .uri("/dev/events")
        .body(Body::empty())
        .unwrap();
    let response = dev.router().oneshot(request).await.unwrap();
    assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    write(&folder, TERM);
    dev.refresh().unwrap();
    let event = stream.next().await.unwrap().unwrap();
    assert!(event.starts_with(b"event: reload\n"), "{event:?}");
    dev.stop();
    assert!(stream.next().await.is_none());
}

#[test]
fn files_concern_their_pages() {
    assert!(concerns(
        "products/exim/claims.toml",
        "/products/exim/evidence"
    ));
    assert!(!concerns("products/exim/claims.toml", "/products/exim-two"));
    assert!(concerns("manual/index.md", "/manual") && concerns("manual/a/index.md", "/manual/a"));
    assert!(concerns("extensions/imap/idle.md", "/extensions/imap/idle"));
    assert!(concerns("search/synonyms.toml", "/search"));
}
