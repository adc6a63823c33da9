//! The ranking evaluation of `content/search/eval.toml` and what is promised beside it.

use std::path::Path;

use serde::Deserialize;

use super::{DocKind, Note, Request};
use crate::fixture::real_site;

#[derive(Deserialize)]
struct Evaluation {
    query: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    best: Vec<String>,
}

fn urls(text: &str) -> Vec<String> {
    let request = Request {
        text: text.to_owned(),
        kind: None,
        page: 1,
    };
    let results = real_site().index.search(&request).unwrap();
    results.hits.into_iter().map(|hit| hit.url).collect()
}

#[test]
fn the_wanted_page_comes_first() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content/search/eval.toml");
    let cases: Evaluation = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut missed = Vec::new();
    let mut reciprocal = 0.0;
    for case in &cases.query {
        let found = urls(&case.text);
        let rank = found.iter().position(|url| case.best.contains(url));
        reciprocal += rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
        if rank != Some(0) {
            missed.push(format!(
                "{:?}: {rank:?} in {:?}",
                case.text,
                &found[..found.len().min(4)]
            ));
        }
    }
    let mrr = reciprocal / cases.query.len() as f64;
    assert!(
        missed.is_empty(),
        "MRR {mrr:.3}, not first:\n{}",
        missed.join("\n")
    );
}

#[test]
fn every_page_is_found_by_its_title() {
    let site = real_site();
    for entry in site.catalog.products.values() {
        let found = urls(&entry.facts.title);
        let wanted = format!("/products/{}", entry.facts.slug);
        assert_eq!(found.first(), Some(&wanted), "{}", entry.facts.title);
    }
}

#[test]
fn filters_narrow_and_negations_leave_out() {
    let all = urls("role:imap licence:open supports:qresync");
    assert!(all.contains(&"/products/dovecot".to_owned()), "{all:?}");
    assert!(!all.contains(&"/products/gmail".to_owned()));
    assert!(!urls("imap -dovecot").contains(&"/products/dovecot".to_owned()));
    let only = Request {
        text: "imap".into(),
        kind: Some(DocKind::Protocol),
        page: 1,
    };
    let results = real_site().index.search(&only).unwrap();
    assert!(results.hits.iter().all(|hit| hit.kind == DocKind::Protocol));
}

#[test]
fn mistyped_words_are_marked_in_the_results() {
    let request = Request {
        text: "dovcot".into(),
        kind: None,
        page: 1,
    };
    let results = real_site().index.search(&request).unwrap();
    assert_eq!(results.notes, [Note::Forgiven]);
    let title = &results.hits[0].title;
    assert!(
        title
            .iter()
            .any(|piece| piece.marked && piece.text == "Dovecot"),
        "{title:?}"
    );
}

#[test]
fn one_unknown_word_does_not_hide_the_rest() {
    let request = Request {
        text: "dovecot xqzzyw".into(),
        kind: None,
        page: 1,
    };
    let results = real_site().index.search(&request).unwrap();
    assert_eq!(results.notes, [Note::Dropped("xqzzyw".to_owned())]);
    assert_eq!(results.hits[0].url, "/products/dovecot");
}

#[test]
fn odd_queries_get_an_answer() {
    for text in [
        "",
        "(",
        "title:",
        "\"",
        "-",
        "a:(^",
        "type:nothing",
        "🦀",
        "\u{0}",
        "NOT",
        "x",
    ] {
        let request = Request {
            text: text.to_owned(),
            kind: None,
            page: 99,
        };
        assert!(real_site().index.search(&request).is_ok(), "{text:?}");
    }
}

#[test]
fn questions_get_a_card() {
    let card = |text: &str| {
        let request = Request {
            text: text.to_owned(),
            kind: None,
            page: 1,
        };
        real_site().index.search(&request).unwrap().card.unwrap()
    };
    assert!(
        card("postfix vs exim")
            .links
            .iter()
            .any(|link| { link.url == "/matrix/smtp?p=exim%2Cpostfix&only=diff" })
    );
    assert_eq!(
        card("who supports qresync").links[0].url,
        "/extensions/imap/qresync#support"
    );
    assert!(card("RFC 7162").title.contains("7162"));
}
