//! The answer card above the results of a recognised question.

use super::analysis::spec;
use super::document::{DocKind, Document};
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
        .or_else(|| support(query, best?))
        .or_else(|| rfc(index, query))
}

fn versus(index: &Index, query: &Query) -> Option<Card> {
    let (one, other) = query.versus.as_ref()?;
    let (one, other) = (product(index, one)?, product(index, other)?);
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

fn product<'a>(index: &'a Index, name: &str) -> Option<&'a Document> {
    let whole = index.analysis.whole(name);
    index
        .documents
        .iter()
        .filter(|document| document.kind == DocKind::Product)
        .find(|document| {
            document.key == name.to_lowercase()
                || std::iter::once(&document.title)
                    .chain(&document.names)
                    .any(|known| index.analysis.whole(known) == whole)
        })
}

fn support(query: &Query, best: &Document) -> Option<Card> {
    if !query.asks_support || best.kind != DocKind::Extension {
        return None;
    }
    let (protocol, _) = best.key.split_once('/')?;
    Some(Card {
        title: format!("Who supports {}", best.title),
        links: vec![
            CardLink {
                url: format!("{}#support", best.url),
                text: "Every product".to_owned(),
            },
            CardLink {
                url: format!("/matrix/{protocol}"),
                text: "The matrix of this protocol".to_owned(),
            },
        ],
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
    (!pages.is_empty()).then(|| Card {
        title: format!(
            "RFC {number} is the subject of {} here",
            pages_words(pages.len())
        ),
        links: vec![CardLink {
            url: format!("https://www.rfc-editor.org/rfc/rfc{number}"),
            text: format!("Read RFC {number}"),
        }],
    })
}

fn pages_words(count: usize) -> String {
    if count == 1 {
        "one page".to_owned()
    } else {
        format!("{count} pages")
    }
}
