//! The answer card above the results of a recognised question.

use super::analysis::spec;
use super::document::{DocKind, Document};
use super::facet::Facet;
use super::index::Index;
use super::query::Query;

/// A short answer with links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The answer in one line.
    pub title: String,
    /// Where it leads.
    pub links: Vec<CardLink>,
}

/// One link of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLink {
    /// Address.
    pub url: String,
    /// Words.
    pub text: String,
}

/// The card for a query whose best hit is `best`, if it asks something we know the form of.
pub(super) fn card(index: &Index, query: &Query, best: Option<&Document>) -> Option<Card> {
    versus(index, query)
        .or_else(|| alternatives(index, query, best?))
        .or_else(|| support(index, query, best?))
        .or_else(|| rfc(index, query))
        .or_else(|| transcript(index, query))
}

fn versus(index: &Index, query: &Query) -> Option<Card> {
    let (one, other) = query.versus.as_ref()?;
    let products = product(index, one).zip(product(index, other));
    let Some((one, other)) = products else {
        return two_pages(index, one, other);
    };
    let protocols = |document: &Document| {
        document
            .marks
            .iter()
            .filter(|mark| mark.starts_with("protocol:"))
            .cloned()
            .collect::<Vec<_>>()
    };
    let shared: Vec<String> = protocols(one)
        .into_iter()
        .filter(|mark| other.marks.contains(mark))
        .collect();
    let mut slugs = [one.key.as_str(), other.key.as_str()];
    slugs.sort_unstable();
    let [a, b] = slugs;
    let everything = CardLink {
        url: format!("/compare?p={a}%2C{b}&only=diff"),
        text: "Everything they differ in".to_owned(),
    };
    let by_protocol = shared
        .iter()
        .filter_map(|mark| mark.strip_prefix("protocol:"))
        .filter_map(|id| {
            let protocol = index
                .documents
                .iter()
                .find(|d| d.kind == DocKind::Protocol && d.key == id)?;
            Some(CardLink {
                url: format!("/matrix/{id}?p={a}%2C{b}&only=diff"),
                text: format!("Differences in {}", protocol.title),
            })
        })
        .collect::<Vec<_>>();
    let links: Vec<CardLink> = std::iter::once(everything).chain(by_protocol).collect();
    let title = format!("{} and {}, side by side", one.title, other.title);
    Some(Card { title, links })
}

/// Two things that cannot be put side by side in a table: the way to both.
fn two_pages(index: &Index, one: &str, other: &str) -> Option<Card> {
    let (one, other) = (named(index, one, |_| true)?, named(index, other, |_| true)?);
    let link = |page: &Document| CardLink {
        url: page.url.clone(),
        text: page.title.clone(),
    };
    Some(Card {
        title: format!("{} and {}", one.title, other.title),
        links: vec![link(one), link(other)],
    })
}

fn product<'a>(index: &'a Index, name: &str) -> Option<&'a Document> {
    named(index, name, |page| page.kind == DocKind::Product)
}

/// The page with this key or name; those whose title it is go first.
fn named<'a>(
    index: &'a Index,
    name: &str,
    wanted: impl Fn(&Document) -> bool,
) -> Option<&'a Document> {
    let whole = index.analysis.whole(name);
    let numbers = index.names.pages(&whole);
    let pages = || {
        let pages = numbers
            .iter()
            .filter_map(|number| index.documents.get(*number));
        pages.filter(|page| wanted(page))
    };
    let titled = pages().find(|page| index.analysis.whole(&page.title) == whole);
    titled.or_else(|| pages().next())
}

/// What there is in place of a product: its comparisons, and what does the same work today.
fn alternatives(index: &Index, query: &Query, best: &Document) -> Option<Card> {
    if !query.asks_alternatives || best.kind != DocKind::Product {
        return None;
    }
    let roles = best.values(Facet::Role).collect::<Vec<_>>();
    let role = roles.first()?;
    let pages = index.documents.iter();
    let compared = pages.filter(|page| {
        page.kind == DocKind::Comparison && page.body.lines().any(|line| line == best.title)
    });
    let compared = compared.map(|page| CardLink {
        url: page.url.clone(),
        text: page.title.clone(),
    });
    let rest = CardLink {
        url: format!("/products?role={role}&status=active"),
        text: "All active products of the same role".to_owned(),
    };
    Some(Card {
        title: format!("In place of {}", best.title),
        links: compared.chain([rest]).collect(),
    })
}

fn support(index: &Index, query: &Query, best: &Document) -> Option<Card> {
    if !query.asks_support {
        return None;
    }
    let link = |url: String, text: &str| CardLink {
        url,
        text: text.to_owned(),
    };
    let title = format!("Who supports {}", best.title);
    match best.kind {
        DocKind::Extension => {
            let (protocol, _) = best.key.split_once('/')?;
            Some(Card {
                title,
                links: vec![
                    link(format!("{}#support", best.url), "Every product"),
                    link(format!("/matrix/{protocol}"), "The matrix of this protocol"),
                ],
            })
        }
        DocKind::Feature => Some(Card {
            title: format!("Which products have it: {}", best.title),
            links: vec![link(format!("{}#support", best.url), "Every product")],
        }),
        DocKind::Protocol => {
            let speaks = |page: &&Document| {
                let mut spoken = page.values(Facet::Protocol);
                page.kind == DocKind::Product && spoken.any(|id| id == best.key)
            };
            let products = index.documents.iter().filter(speaks).count();
            let words = format!("The {products} products that speak it");
            (products > 0).then(|| Card {
                title: format!("Who speaks {}", best.title),
                links: vec![link(format!("/products?protocol={}", best.key), &words)],
            })
        }
        DocKind::Product
        | DocKind::Comparison
        | DocKind::Survey
        | DocKind::Term
        | DocKind::Manual => None,
    }
}

/// Several wire tokens at once come from a server's answer, which another page reads better.
fn transcript(index: &Index, query: &Query) -> Option<Card> {
    let known = |text: &str| {
        let word = text.to_lowercase();
        let pages = index.names.pages(&word).into_iter();
        let mut pages = pages.filter_map(|number| index.documents.get(number));
        pages.any(|page| page.tokens.iter().any(|token| token.to_lowercase() == word))
    };
    let tokens = query.terms.iter().filter(|term| known(&term.text)).count();
    (tokens >= 4).then(|| Card {
        title: "This looks like what a server announces".to_owned(),
        links: vec![CardLink {
            url: "/check".to_owned(),
            text: "Paste all of it, to see what is in it".to_owned(),
        }],
    })
}

fn rfc(index: &Index, query: &Query) -> Option<Card> {
    let [only] = query.terms.as_slice() else {
        return None;
    };
    let spec = spec(&only.text)?;
    let number = spec.strip_prefix("rfc")?;
    let pages: Vec<&Document> = index
        .documents
        .iter()
        .filter(|document| document.specs.contains(&spec))
        .collect();
    let title = match pages.len() {
        0 => format!("No page here is about RFC {number}"),
        1 => format!("RFC {number} is the subject of one page here"),
        many => format!("RFC {number} is the subject of {many} pages here"),
    };
    Some(Card {
        title,
        links: vec![CardLink {
            url: format!("https://www.rfc-editor.org/rfc/rfc{number}"),
            text: format!("Read RFC {number}"),
        }],
    })
}
