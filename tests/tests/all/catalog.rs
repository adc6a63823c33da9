//! The catalog in a real browser, with scripts on and off, and before checkers of HTML.

use std::path::PathBuf;
use waxseal_tests::{Client, Folder, Site, program};

/// Kinds of pages that only the running program has, for the checkers of HTML.
const LIVE: [&str; 6] = [
    "/search?q=imap",
    "/search?q=xqzzyw",
    "/products?role=imap",
    "/matrix/imap?p=dovecot%2Cexim",
    "/compare?p=exim%2Cpostfix",
    "/",
];

/// The folder of tools that `cargo xtask test` fills and names.
fn tools() -> PathBuf {
    let named = std::env::var_os("WAXSEAL_BROWSER_TOOLS");
    let Some(named) = named else {
        panic!("WAXSEAL_BROWSER_TOOLS is not set; run cargo xtask test");
    };
    PathBuf::from(named)
}

/// A script of `tests/browser`, with the address of the site and the folder of tools.
fn script(name: &str, site: &Site) -> Client {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("browser")
        .join(name);
    Client::new("node")
        .arg(path.display())
        .arg(site.url(""))
        .arg(tools().display())
}

#[test]
fn a_reader_finds_what_they_look_for() {
    let (site, folder) = (Site::start().unwrap(), Folder::new("chromium").unwrap());
    let profile = folder.path().join("profile");
    let reader = Client::python("catalog_session.py").arg(site.url(""));
    assert!(
        reader
            .arg(profile.display())
            .succeed()
            .unwrap()
            .contains("content")
    );
}

#[test]
fn the_keyboard_alone_is_enough_on_a_small_screen() {
    let site = Site::start().unwrap();
    script("keyboard.mjs", &site).succeed().unwrap();
}

#[test]
fn no_kind_of_page_shuts_anyone_out() {
    let site = Site::start().unwrap();
    let told = script("axe.mjs", &site).succeed().unwrap();
    assert!(told.contains("no violation"), "{told}");
}

/// Every page of the exported copy, and live pages of the kinds that a copy lacks.
#[test]
fn every_page_is_right_by_two_checkers() {
    let (site, folder) = (Site::start().unwrap(), Folder::new("html").unwrap());
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let pages = folder.path().join("pages");
    let program = program("WAXSEAL_SITE_BIN", "waxseal-site").unwrap();
    Client::new(&program.to_string_lossy())
        .arg("export")
        .arg(pages.display())
        .arg("--content")
        .arg(root.join("content").display())
        .succeed()
        .unwrap();
    for (number, path) in LIVE.iter().enumerate() {
        let answer = site.get(path).unwrap();
        let start = answer.find("<!doctype").unwrap();
        std::fs::write(pages.join(format!("live-{number}.html")), &answer[start..]).unwrap();
    }
    let config = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("browser/html-validate.json");
    let validate = tools().join("node_modules/.bin/html-validate");
    Client::new("node")
        .arg(validate.display())
        .args(["--config"])
        .arg(config.display())
        .arg(format!("{}/**/*.html", pages.display()))
        .succeed()
        .unwrap();
    let nu = tools().join("node_modules/vnu-jar/build/dist/vnu.jar");
    Client::new("java")
        .arg("-jar")
        .arg(nu.display())
        .args(["--errors-only", "--skip-non-html"])
        .arg(pages.display())
        .succeed()
        .unwrap();
}

/// An author begins a page, hears what is open, fills it in, has it tidied, and publishes.
#[test]
fn an_author_is_led_from_a_stub_to_a_page() {
    let folder = Folder::new("author").unwrap();
    let content = folder.path().join("content");
    let program = program("WAXSEAL_SITE_BIN", "waxseal-site").unwrap();
    let site = |arguments: &[&str]| {
        Client::new(&program.to_string_lossy())
            .args(arguments.iter().copied())
            .args(["--content"])
            .arg(content.display())
    };
    site(&["new", "term", "mta"]).succeed().unwrap();
    assert_ne!(site(&["new", "term", "mta"]).run().unwrap().code, 0);
    let told = site(&["check", "--format", "github"]).run().unwrap();
    assert_eq!(told.code, 1, "{}", told.text);
    let line = "glossary/mta.md,line=4,col=10,title=G101::still open: its meaning in one sentence";
    assert!(told.text.contains(line), "{}", told.text);

    let page = content.join("glossary/mta.md");
    let filled: String = std::fs::read_to_string(&page)
        .unwrap()
        .lines()
        .map(|line| match line.split_once("TODO") {
            Some((start, _)) if start.ends_with('"') => format!("{start}MTA\"  \n"),
            Some((start, _)) if start.starts_with("sources") => "sources = []\n".to_owned(),
            Some(_) => "It follows RFC5321.\n".to_owned(),
            None => format!("{line}\n"),
        })
        .collect();
    std::fs::write(&page, filled).unwrap();
    let told = site(&["check", "--fix"]).run().unwrap();
    assert_eq!(told.code, 0, "{}", told.text);
    assert!(
        told.text
            .contains("\"RFC5321\" is written \"RFC 5321\" [M104]"),
        "{}",
        told.text
    );
    let again = site(&["check", "--fix"]).succeed().unwrap();
    assert!(again.contains("0 places mended in 0 files"), "{again}");

    let copy = folder.path().join("copy");
    site(&["export", &copy.to_string_lossy()])
        .succeed()
        .unwrap();
    assert!(copy.join("glossary/mta/index.html").is_file());
    let dump = folder.path().join("dump");
    site(&["dump", "--out", &dump.to_string_lossy()])
        .succeed()
        .unwrap();
    let database = std::fs::read(dump.join("catalog.db")).unwrap();
    assert!(database.starts_with(b"SQLite format 3\0"));
}
