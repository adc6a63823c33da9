//! The catalog in a real browser, with scripts on and off.

use waxseal_tests::{Client, Folder, Site};

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
