//! U101 and U102: a name means one thing.

use std::collections::BTreeMap;

use super::{Code, Diagnostic, Kind, Page, of_kind};

pub(super) fn check(pages: &[Page], out: &mut Vec<Diagnostic>) {
    let mut titles: BTreeMap<String, &str> = BTreeMap::new();
    for page in of_kind(pages, Kind::Product) {
        if let Some(title) = page.text("/title") {
            let first = titles.entry(title.to_lowercase()).or_insert(&page.id);
            if *first != page.id {
                let message = format!("the title \"{title}\" is taken by \"{first}\"");
                out.push(page.flaw("/title", Code::U101, message));
            }
        }
    }
    let mut aliases: BTreeMap<String, &str> = BTreeMap::new();
    for page in of_kind(pages, Kind::Product) {
        for (at, alias) in page.texts("/aliases") {
            let key = alias.to_lowercase();
            if let Some(other) = titles.get(&key).filter(|other| **other != page.id) {
                let message = format!("the alias \"{alias}\" is the title of \"{other}\"");
                out.push(page.flaw(&at, Code::U102, message));
            }
            if let Some(other) = aliases.insert(key, &page.id) {
                let message = format!("the alias \"{alias}\" is already one of \"{other}\"");
                out.push(page.flaw(&at, Code::U101, message));
            }
        }
    }
    for (kind, title) in [
        (Kind::Term, "/term"),
        (Kind::Feature, "/title"),
        (Kind::Comparison, "/title"),
        (Kind::Survey, "/title"),
    ] {
        apart(pages, kind, title, out);
    }
    tokens(pages, out);
    claims(pages, out);
}

/// Titles and aliases of one kind of page, all different.
fn apart(pages: &[Page], kind: Kind, title: &str, out: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    let own = |page: &Page| {
        page.text(title)
            .map(|text| (title.to_owned(), text.to_owned()))
    };
    let titles = of_kind(pages, kind).filter_map(|page| Some((page, own(page)?)));
    let aliases = of_kind(pages, kind).flat_map(|page| {
        let aliases = page.texts("/aliases").into_iter();
        aliases.map(move |(at, alias)| (page, (at, alias.to_owned())))
    });
    for (page, (at, name)) in titles.chain(aliases) {
        if let Some(other) = known.insert(name.to_lowercase(), &page.id) {
            let message = format!("\"{name}\" is already a name of \"{other}\"");
            out.push(page.flaw(&at, Code::U101, message));
        }
    }
}

fn tokens(pages: &[Page], out: &mut Vec<Diagnostic>) {
    let mut known: BTreeMap<(String, String), &str> = BTreeMap::new();
    for page in of_kind(pages, Kind::Extension) {
        let protocol = page.id.split('/').next().unwrap_or_default();
        for table in page.tables("/tokens") {
            let at = format!("{table}/text");
            let Some(token) = page.text(&at) else {
                continue;
            };
            let key = (protocol.to_owned(), token.to_lowercase());
            if let Some(other) = known.insert(key, &page.id) {
                let message = format!("the wire token \"{token}\" already belongs to \"{other}\"");
                out.push(page.flaw(&at, Code::U101, message));
            }
        }
    }
}

fn claims(pages: &[Page], out: &mut Vec<Diagnostic>) {
    for page in of_kind(pages, Kind::Claims) {
        let mut known: BTreeMap<[&str; 3], String> = BTreeMap::new();
        for claim in page.tables("/claim") {
            let part = |name: &str| page.text(&format!("{claim}/{name}")).unwrap_or_default();
            let subject = match part("extension") {
                "" => part("feature"),
                extension => extension,
            };
            let key = [subject, part("evidence"), part("source")];
            if known.insert(key, claim.clone()).is_some() {
                let message = format!("\"{}\" is claimed twice from the same source", key[0]);
                let named = page.text(&format!("{claim}/extension")).is_some();
                let at = if named { "extension" } else { "feature" };
                out.push(page.flaw(&format!("{claim}/{at}"), Code::U101, message));
            }
        }
    }
}
