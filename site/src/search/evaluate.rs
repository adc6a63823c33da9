//! How well the search ranks: queries with graded answers, and the usual figures over them.

use serde::Deserialize;

use super::index::{Index, IndexError};
use super::run::Request;

/// Results that count.
const DEPTH: usize = 10;

/// What sort of query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The name of a thing.
    Name,
    /// A name with a typing error.
    Typo,
    /// A former or other name.
    Alias,
    /// A word of a protocol.
    Token,
    /// The number of an RFC or XEP.
    Spec,
    /// What a thing is or does.
    Concept,
    /// A question.
    Intent,
}

impl Class {
    /// All classes in the order of the report.
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::Typo,
        Self::Alias,
        Self::Token,
        Self::Spec,
        Self::Concept,
        Self::Intent,
    ];

    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Typo => "typo",
            Self::Alias => "alias",
            Self::Token => "token",
            Self::Spec => "spec",
            Self::Concept => "concept",
            Self::Intent => "intent",
        }
    }
}

/// Which list a query belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Set {
    /// The forty of the catalog's design.
    Design,
    /// Further ones, to keep the first from being all that is looked at.
    Further,
}

impl Set {
    /// Both lists.
    pub const ALL: [Self; 2] = [Self::Design, Self::Further];

    /// The words shown.
    pub fn words(self) -> &'static str {
        match self {
            Self::Design => "queries of the design",
            Self::Further => "further queries",
        }
    }
}

/// A query with its graded answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The words typed.
    pub text: String,
    /// What sort of query.
    pub class: Class,
    /// Which list.
    pub set: Set,
    /// Addresses that answer it; any of them may come first.
    pub best: Vec<String>,
    /// Addresses that help.
    #[serde(default)]
    pub good: Vec<String>,
}

/// `search/eval.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// The queries in the file's order.
    #[serde(default)]
    pub query: Vec<Asked>,
}

/// How one query came out.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The query.
    pub asked: Asked,
    /// Place of the first page that answers it, from 1.
    pub rank: Option<usize>,
    /// Discounted gain over that of the best order.
    pub ndcg: f64,
    /// What came first.
    pub first: Option<String>,
}

/// Figures over several queries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Number of queries.
    pub queries: usize,
    /// Mean of one over the place of the first answer.
    pub mrr: f64,
    /// Mean discounted gain.
    pub ndcg: f64,
    /// Share of queries whose first result answers them.
    pub first: f64,
    /// Queries without any result.
    pub empty: usize,
}

impl Figures {
    /// The figures over some outcomes; `None` without any.
    pub fn over<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Option<Self> {
        let outcomes: Vec<&Outcome> = outcomes.collect();
        if outcomes.is_empty() {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of queries are small")]
        let mean = |value: &dyn Fn(&Outcome) -> f64| {
            outcomes.iter().map(|one| value(one)).sum::<f64>() / outcomes.len() as f64
        };
        Some(Self {
            queries: outcomes.len(),
            mrr: mean(&|one| one.rank.map_or(0.0, reciprocal)),
            ndcg: mean(&|one| one.ndcg),
            first: mean(&|one| if one.rank == Some(1) { 1.0 } else { 0.0 }),
            empty: outcomes.iter().filter(|one| one.first.is_none()).count(),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "ranks are at most ten")]
fn reciprocal(rank: usize) -> f64 {
    1.0 / rank as f64
}

/// Asks every query. A card counts as the first result when it leads to a graded address.
///
/// # Errors
/// When the library cannot read its own index.
pub fn evaluate(index: &Index, evaluation: &Evaluation) -> Result<Vec<Outcome>, IndexError> {
    let outcomes = evaluation.query.iter().map(|asked| {
        let results = index.search(&Request {
            text: asked.text.clone(),
            ..Request::default()
        })?;
        let card = results.card.into_iter().flat_map(|card| card.links);
        let card = card.map(|link| link.url).find(|url| grade(asked, url) > 0);
        let hits = results.hits.into_iter().map(|hit| hit.url);
        let found: Vec<String> = card.into_iter().chain(hits).take(DEPTH).collect();
        let best = found.iter().position(|url| asked.best.contains(url));
        Ok(Outcome {
            asked: asked.clone(),
            rank: best.map(|at| at + 1),
            ndcg: ndcg(asked, &found),
            first: found.into_iter().next(),
        })
    });
    outcomes.collect()
}

fn grade(asked: &Asked, url: &str) -> u32 {
    match () {
        () if asked.best.iter().any(|best| best == url) => 3,
        () if asked.good.iter().any(|good| good == url) => 2,
        () => 0,
    }
}

/// Discounted cumulative gain of the results over that of the best order there could be.
fn ndcg(asked: &Asked, found: &[String]) -> f64 {
    let gain = |grade: u32| f64::from((1_u32 << grade) - 1);
    let sum = |grades: &mut dyn Iterator<Item = u32>| {
        let discount = |at: usize| f64::from(u32::try_from(at + 2).unwrap_or(u32::MAX)).log2();
        let gains = grades.take(DEPTH).enumerate();
        gains
            .map(|(at, grade)| gain(grade) / discount(at))
            .sum::<f64>()
    };
    let best = asked.best.iter().map(|_| 3);
    let ideal = sum(&mut best.chain(asked.good.iter().map(|_| 2)));
    let mut seen: Vec<&String> = Vec::new();
    let grades = found.iter().map(|url| {
        let again = seen.contains(&url);
        seen.push(url);
        if again { 0 } else { grade(asked, url) }
    });
    let mut grades = grades.collect::<Vec<_>>().into_iter();
    sum(&mut grades) / ideal.max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked {
            text: String::new(),
            class: Class::Name,
            set: Set::Design,
            best: vec!["/a".into()],
            good: vec!["/b".into()],
        }
    }

    #[test]
    fn the_best_order_gains_one() {
        let found = |urls: &[&str]| urls.iter().map(|url| (*url).to_owned()).collect::<Vec<_>>();
        let best = ndcg(&asked(), &found(&["/a", "/b", "/c"]));
        assert!((best - 1.0).abs() < 1e-9, "{best}");
        let worse = ndcg(&asked(), &found(&["/b", "/a", "/a"]));
        assert!(worse < 1.0 && worse > 0.6, "{worse}");
        assert!(ndcg(&asked(), &found(&["/c"])) == 0.0);
    }

    #[test]
    fn figures_are_means() {
        let outcome = |rank: Option<usize>| Outcome {
            asked: asked(),
            rank,
            ndcg: 0.5,
            first: rank.map(|_| "/a".to_owned()),
        };
        let outcomes = [outcome(Some(1)), outcome(Some(2)), outcome(None)];
        let figures = Figures::over(outcomes.iter()).unwrap();
        assert!((figures.mrr - 0.5).abs() < 1e-9);
        assert!((figures.first - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!((figures.queries, figures.empty), (3, 1));
        assert!(Figures::over(std::iter::empty()).is_none());
    }
}
