//! The catalog in a real browser, with scripts on and off.

use waxseal_tests::{Client, Folder, Site};

/// The DOM of a page once Chromium has loaded it.
fn dump(folder: &Folder, url: &str, scripts: bool) -> String {
    let profile = format!(
        "--user-data-dir={}",
        folder.path().join("profile").display()
    );
    let chromium = Client::new("chromium").args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        &profile,
    ]);
    let chromium = if scripts {
        chromium
    } else {
        chromium.arg("--blink-settings=scriptEnabled=false")
    };
    chromium.arg("--dump-dom").arg(url).succeed().unwrap()
}

#[test]
fn search_product_and_matrix_work_with_and_without_scripts() {
    let (site, folder) = (Site::start().unwrap(), Folder::new("chromium").unwrap());
    for scripts in [true, false] {
        let page = dump(&folder, &site.url("/search?q=rfc7162"), scripts);
        assert!(
            page.contains("CONDSTORE") && page.contains("/extensions/imap/condstore"),
            "{page}"
        );
        let page = dump(&folder, &site.url("/search?q=dovcot"), scripts);
        assert!(page.contains("/products/dovecot"), "{page}");
        let page = dump(&folder, &site.url("/products/postfix"), scripts);
        assert!(page.contains("<h1") && page.contains("Postfix"), "{page}");
        let page = dump(
            &folder,
            &site.url("/matrix/imap?p=cyrus-imap,dovecot"),
            scripts,
        );
        assert!(
            page.contains("<table") && page.contains("Dovecot"),
            "{page}"
        );
    }
}
