//! `schemas/rfc-status.toml` stays true: its tests exist, and what the servers announce is in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use waxseal_tests::Server;

fn status() -> toml::Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/rfc-status.toml");
    fs::read_to_string(path).unwrap().parse().unwrap()
}

/// All Rust, Python and transcript files of the repository, as one text.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, text);
        } else if name.ends_with(".rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        } else if name.ends_with(".txt") {
            text.push_str(&format!("transcript {name}\n"));
        }
    }
}

#[test]
fn every_entry_is_complete_and_names_a_test_that_exists() {
    let mut text = String::new();
    for room in ["engine", "tests"] {
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(room),
            &mut text,
        );
    }
    for entry in status()["rfc"].as_array().unwrap() {
        let number = entry["number"].as_integer().unwrap();
        let support = entry["support"].as_str().unwrap();
        assert!(
            ["yes", "partial", "no"].contains(&support),
            "RFC {number}: {support}"
        );
        assert!(entry.get("title").is_some(), "RFC {number}: no title");
        if support != "yes" {
            assert!(
                entry.get("missing").is_some(),
                "RFC {number}: say what is missing"
            );
        }
        if support != "no" {
            let test = entry["test"]
                .as_str()
                .unwrap_or_else(|| panic!("RFC {number}: no test"));
            let found = text.contains(&format!("fn {test}("))
                || text.contains(&format!("transcript {test}"));
            assert!(found, "RFC {number}: there is no test {test}");
        }
    }
}

#[test]
fn what_the_servers_announce_is_in_the_table() {
    let server = Server::start("announce").unwrap();
    let announced: BTreeSet<String> = server
        .python("announced.py")
        .succeed()
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    let mut listed = BTreeSet::new();
    for entry in status()["rfc"].as_array().unwrap() {
        for token in entry
            .get("announces")
            .and_then(|list| list.as_array())
            .into_iter()
            .flatten()
        {
            assert_ne!(
                entry["support"].as_str(),
                Some("no"),
                "{token} is announced, but not supported"
            );
            listed.insert(token.as_str().unwrap().to_owned());
        }
    }
    let unlisted: Vec<_> = announced.difference(&listed).collect();
    let silent: Vec<_> = listed.difference(&announced).collect();
    assert!(
        unlisted.is_empty(),
        "announced, but not in rfc-status.toml: {unlisted:?}"
    );
    assert!(
        silent.is_empty(),
        "in rfc-status.toml, but not announced: {silent:?}"
    );
}
