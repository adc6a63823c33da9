//! The ranking evaluation of `content/search/eval.toml` and what is promised beside it.

use super::{
    Class, DocKind, Facet, Figures, FilterField, Index, Note, Part, Request, Results,
    SUGGESTIONS_MAX, Set, Taken, evaluate,
};
use crate::fixture::real_site;

fn urls(text: &str) -> Vec<String> {
    let request = Request {
        text: text.to_owned(),
        ..Request::default()
    };
    let results = real_site().index.search(&request).unwrap();
    results.hits.into_iter().map(|hit| hit.url).collect()
}

#[test]
fn the_wanted_pages_come_first() {
    let site = real_site();
    let outcomes = evaluate(&site.index, &site.catalog.evaluation).unwrap();
    let missed = outcomes.iter().filter(|one| one.rank != Some(1));
    let missed: Vec<String> = missed
        .map(|one| {
            format!(
                "{:?}: {:?}, first {:?}",
                one.asked.text, one.rank, one.first
            )
        })
        .collect();
    let missed = missed.join("\n");
    for set in Set::ALL {
        let of = outcomes.iter().filter(|one| one.asked.set == set);
        let figures = Figures::over(of).unwrap();
        assert!(figures.mrr >= 0.9, "{set:?} {figures:?}\n{missed}");
        assert!(figures.ndcg >= 0.85, "{set:?} {figures:?}\n{missed}");
        assert_eq!(figures.empty, 0, "{set:?}\n{missed}");
    }
    for class in [Class::Token, Class::Spec] {
        let of = outcomes.iter().filter(|one| one.asked.class == class);
        let figures = Figures::over(of).unwrap();
        assert!(figures.first == 1.0, "{class:?} {figures:?}\n{missed}");
    }
}

#[test]
fn every_graded_page_exists() {
    let site = real_site();
    let known: Vec<&str> = site
        .index
        .documents
        .iter()
        .map(|page| page.url.as_str())
        .collect();
    for asked in &site.catalog.evaluation.query {
        for url in asked.best.iter().chain(&asked.good) {
            let view = url.starts_with("/compare?") || url.starts_with("/products?");
            assert!(
                view || known.contains(&url.as_str()),
                "{}: {url}",
                asked.text
            );
        }
    }
}

#[test]
fn each_part_of_the_ranking_earns_its_place() {
    let site = real_site();
    let all = evaluate(&site.index, &site.catalog.evaluation).unwrap();
    let all = Figures::over(all.iter()).unwrap();
    for part in Part::ALL {
        let index = Index::build_without(&site.catalog, Some(part)).unwrap();
        let without = evaluate(&index, &site.catalog.evaluation).unwrap();
        let without = Figures::over(without.iter()).unwrap();
        assert!(without.ndcg < all.ndcg, "{part:?}: {without:?}, {all:?}");
    }
}

#[test]
fn facets_are_counted_without_their_own_choice() {
    let site = real_site();
    let search = |chosen: &[(Facet, &str)]| {
        let chosen = chosen
            .iter()
            .map(|(facet, value)| (*facet, (*value).to_owned()));
        let request = Request {
            text: "server".into(),
            kind: Some(DocKind::Product),
            chosen: chosen.collect(),
            ..Request::default()
        };
        site.index.search(&request).unwrap()
    };
    let count = |results: &Results, facet: Facet, value: &str| {
        let group = results.facets.iter().find(|group| group.facet == facet);
        let choice = group.and_then(|group| group.choices.iter().find(|c| c.value == value));
        choice.map(|choice| choice.count)
    };
    let all = search(&[]);
    let open = search(&[(Facet::Licence, "open")]);
    assert_eq!(Some(open.total), count(&all, Facet::Licence, "open"));
    assert_eq!(
        count(&all, Facet::Licence, "proprietary"),
        count(&open, Facet::Licence, "proprietary")
    );
    assert!(count(&open, Facet::Status, "active") < count(&all, Facet::Status, "active"));
    let both = search(&[(Facet::Licence, "open"), (Facet::Licence, "proprietary")]);
    assert_eq!(both.total, all.total);
    let none = search(&[(Facet::Licence, "no such licence")]);
    assert_eq!(none.total, all.total);
    assert!(
        all.facets
            .iter()
            .all(|group| group.choices.iter().all(|c| c.count > 0))
    );
}

#[test]
fn filters_that_leave_nothing_are_named_with_what_they_keep_away() {
    let request = Request {
        text: "dovecot".into(),
        kind: Some(DocKind::Product),
        chosen: vec![
            (Facet::Status, "discontinued".into()),
            (Facet::Role, "kdc".into()),
        ],
        ..Request::default()
    };
    let results = real_site().index.search(&request).unwrap();
    assert!(results.total > 0);
    let request = Request {
        text: "dovecot role:chat".into(),
        ..Request::default()
    };
    let results = real_site().index.search(&request).unwrap();
    let without = &results.help.without;
    assert!(
        without.iter().any(
            |one| one.filter == Taken::Typed(FilterField::Role, "chat".into()) && one.count > 0
        ),
        "{without:?}"
    );
}

#[test]
fn misspelt_words_are_put_right() {
    let meant = |text: &str| {
        let request = Request {
            text: text.into(),
            ..Request::default()
        };
        real_site().index.search(&request).unwrap().help.meant
    };
    assert_eq!(meant("dovcot imap").as_deref(), Some("dovecot imap"));
    assert_eq!(meant("dovecot"), None);
    assert_eq!(meant("qzxqzx"), None);
}

#[test]
fn suggestions_finish_names_and_forgive_an_error() {
    let site = real_site();
    let titles = |text: &str| {
        let found = site.index.suggest(text);
        assert!(found.len() <= SUGGESTIONS_MAX, "{text}");
        let kinds: Vec<DocKind> = found.iter().map(|one| one.kind).collect();
        let mut grouped = kinds.clone();
        grouped.dedup();
        let mut once = grouped.clone();
        once.sort();
        once.dedup();
        assert_eq!(grouped.len(), once.len(), "{text}: {kinds:?}");
        found.into_iter().map(|one| one.url).collect::<Vec<_>>()
    };
    assert_eq!(titles("dov")[0], "/products/dovecot");
    assert_eq!(titles("dvo")[..], [] as [&str; 0]);
    assert_eq!(titles("dovc")[0], "/products/dovecot");
    assert!(titles("vmail").contains(&"/products/postfix".to_owned()));
    assert!(titles("literal+").contains(&"/extensions/imap/literal-plus".to_owned()));
    assert!(titles("").is_empty() && titles("  (").is_empty());
}

#[test]
fn reasons_name_word_and_place() {
    let request = Request {
        text: "dovecot".into(),
        explain: true,
        ..Request::default()
    };
    let results = real_site().index.search(&request).unwrap();
    let first = &results.hits[0].reasons;
    assert!(
        first
            .iter()
            .any(|reason| reason.place == "whole name" && reason.score == 30.0),
        "{first:?}"
    );
}

proptest::proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,240}") {
        let request = Request { text: text.clone(), ..Request::default() };
        proptest::prop_assert!(real_site().index.search(&request).is_ok());
        proptest::prop_assert!(real_site().index.suggest(&text).len() <= SUGGESTIONS_MAX);
    }
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
        ..Request::default()
    };
    let results = real_site().index.search(&only).unwrap();
    assert!(results.hits.iter().all(|hit| hit.kind == DocKind::Protocol));
}

#[test]
fn mistyped_words_are_marked_in_the_results() {
    let request = Request {
        text: "dovcot".into(),
        ..Request::default()
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
        ..Request::default()
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
            page: 99,
            ..Request::default()
        };
        assert!(real_site().index.search(&request).is_ok(), "{text:?}");
    }
}

#[test]
fn questions_get_a_card() {
    let card = |text: &str| {
        let request = Request {
            text: text.to_owned(),
            page: 1,
            ..Request::default()
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
