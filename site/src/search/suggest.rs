//! Suggestions while a reader types: names only, finished from their beginning and forgiven one
//! typing error in the first letters.

use std::collections::BTreeMap;

use super::analysis::Analysis;
use super::dictionary::errors_forgiven;
use super::document::{DocKind, Document};
use super::index::Index;
use super::query::QUERY_CHARS_MAX;

/// Suggestions at most.
pub const SUGGESTIONS_MAX: usize = 8;
/// Names looked at for one beginning, at most.
const SCAN_MAX: usize = 4000;

/// One name of one page.
#[derive(Debug, Clone)]
struct Name {
    page: usize,
    /// As written.
    shown: String,
    /// The text looked up is the beginning of the name, not of a later word.
    first: bool,
}

/// All names by each of their words, folded.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, Vec<Name>>);

impl Names {
    pub(super) fn of(documents: &[Document], analysis: &Analysis) -> Self {
        let mut names = Self::default();
        for (page, document) in documents.iter().enumerate() {
            let all = std::iter::once(&document.title).chain(&document.names);
            for shown in all.chain(&document.tokens) {
                names.add(page, shown, analysis);
            }
        }
        names
    }

    fn add(&mut self, page: usize, shown: &str, analysis: &Analysis) {
        let words = analysis.plain(shown);
        let mut keys: Vec<(String, bool)> = (0..words.len())
            .map(|at| (words[at..].join(" "), at == 0))
            .collect();
        keys.push((shown.to_lowercase(), true));
        keys.dedup_by(|one, other| one.0 == other.0);
        for (key, first) in keys {
            self.0.entry(key).or_default().push(Name {
                page,
                shown: shown.to_owned(),
                first,
            });
        }
    }

    /// The pages with this whole name, folded or in lower case.
    pub(super) fn pages(&self, name: &str) -> Vec<usize> {
        let names = self.0.get(name).into_iter().flatten();
        names
            .filter(|name| name.first)
            .map(|name| name.page)
            .collect()
    }

    /// Takes the pages with a name that begins with `start`: 0 for the whole name, 1 for its
    /// beginning, 2 for a later word, each with `penalty` on top.
    fn take<'a>(
        &'a self,
        start: &str,
        penalty: usize,
        best: &mut BTreeMap<usize, (usize, &'a Name)>,
    ) {
        let range = self.0.range(start.to_owned()..);
        let range = range.take_while(|(key, _)| key.starts_with(start));
        let names = range.flat_map(|(key, names)| names.iter().map(move |name| (key, name)));
        for (key, name) in names.take(SCAN_MAX) {
            let rank = match name.first {
                true if key == start => 0,
                true => 1,
                false => 2,
            };
            let known = best.entry(name.page).or_insert((rank + penalty, name));
            if rank + penalty < known.0 {
                *known = (rank + penalty, name);
            }
        }
    }

    /// Beginnings of names that are one error away from `typed` and share its first letter.
    fn like(&self, typed: &str) -> Vec<String> {
        if errors_forgiven(typed).is_none() {
            return Vec::new();
        }
        let Some(first) = typed.chars().next() else {
            return Vec::new();
        };
        let length = typed.chars().count();
        let mut found: Vec<(usize, String)> = Vec::new();
        let range = self.0.range(first.to_string()..).take(SCAN_MAX);
        for (key, _) in range.take_while(|(key, _)| key.starts_with(first)) {
            for cut in length.saturating_sub(1)..=length + 1 {
                let beginning: String = key.chars().take(cut).collect();
                if strsim::osa_distance(typed, &beginning) == 1 {
                    found.push((length.abs_diff(cut), beginning));
                }
            }
        }
        found.sort();
        found.dedup();
        found.into_iter().map(|(_, beginning)| beginning).collect()
    }
}

/// One suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Type of the page.
    pub kind: DocKind,
    /// Its title.
    pub title: String,
    /// The name that was found, when it is not the title.
    pub name: Option<String>,
    /// Address.
    pub url: String,
}

impl Index {
    /// Up to [`SUGGESTIONS_MAX`] pages whose name begins with `text`, or nearly; those of the
    /// type of the best one first.
    pub fn suggest(&self, text: &str) -> Vec<Suggestion> {
        let text: String = text.chars().take(QUERY_CHARS_MAX).collect();
        let whole = self.analysis.whole(&text);
        let raw = text.trim().to_lowercase();
        if whole.is_empty() {
            return Vec::new();
        }
        let mut best: BTreeMap<usize, (usize, &Name)> = BTreeMap::new();
        self.names.take(&whole, 0, &mut best);
        if raw != whole {
            self.names.take(&raw, 0, &mut best);
        }
        if best.len() < 3 {
            for near in self.names.like(&whole) {
                self.names.take(&near, 3, &mut best);
            }
        }
        let mut ranked: Vec<(usize, &Name, &Document)> = best
            .into_values()
            .filter_map(|(rank, name)| Some((rank, name, self.documents.get(name.page)?)))
            .collect();
        ranked.sort_by(|one, other| order(one).cmp(&order(other)));
        ranked.truncate(SUGGESTIONS_MAX);
        let mut kinds: Vec<DocKind> = Vec::new();
        for (_, _, document) in &ranked {
            if !kinds.contains(&document.kind) {
                kinds.push(document.kind);
            }
        }
        ranked.sort_by_key(|(_, _, document)| kinds.iter().position(|kind| *kind == document.kind));
        ranked.into_iter().map(suggestion).collect()
    }
}

/// Nearness, then the type that weighs more, then the shorter name.
fn order<'a>(
    (rank, name, document): &(usize, &'a Name, &'a Document),
) -> (usize, i32, usize, &'a str) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "priors lie between 0 and 2"
    )]
    let prior = (document.kind.prior() * -100.0) as i32;
    (*rank, prior, name.shown.len(), &document.key)
}

fn suggestion((_, name, document): (usize, &Name, &Document)) -> Suggestion {
    Suggestion {
        kind: document.kind,
        title: document.title.clone(),
        name: (name.shown != document.title).then(|| name.shown.clone()),
        url: document.url.clone(),
    }
}
