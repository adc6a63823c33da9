//! Facets: what results can be narrowed by, each choice with the number of pages it would leave.

use super::document::Document;

/// What results can be narrowed by, beside their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// Protocol of an extension, or spoken by a product.
    Protocol,
    /// Role of a product.
    Role,
    /// Open source or not.
    Licence,
    /// How alive a product is.
    Status,
    /// Standing of an extension.
    Standing,
}

impl Facet {
    /// All facets in the order of the page.
    pub const ALL: [Self; 5] = [
        Self::Protocol,
        Self::Role,
        Self::Licence,
        Self::Status,
        Self::Standing,
    ];

    /// The word used in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Protocol => "protocol",
            Self::Role => "role",
            Self::Licence => "licence",
            Self::Status => "status",
            Self::Standing => "standing",
        }
    }

    /// The words shown.
    pub fn words(self) -> &'static str {
        match self {
            Self::Protocol => "Protocol",
            Self::Role => "Role",
            Self::Licence => "Licence",
            Self::Status => "Status",
            Self::Standing => "Standing of the extension",
        }
    }

    /// The facet with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.id() == word)
    }

    fn at(self) -> usize {
        Self::ALL
            .iter()
            .position(|facet| *facet == self)
            .unwrap_or_default()
    }
}

/// A choice that was made: pages with any chosen value of a facet stay.
pub type Chosen = (Facet, String);

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The word used in addresses.
    pub value: String,
    /// The words shown.
    pub words: String,
    /// Pages with it among those that pass the other facets.
    pub count: usize,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A facet with its choices; none is empty, unless chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The facet.
    pub facet: Facet,
    /// The choices, most pages first.
    pub choices: Vec<Choice>,
}

/// The values of all pages as numbers, so that counting touches no text.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Value and words by facet and number.
    values: [Vec<(String, String)>; 5],
    /// By page: facet and number of each value.
    pages: Vec<Vec<(usize, usize)>>,
}

impl Table {
    /// Adds a page; pages come in the order of their numbers.
    pub(super) fn add(&mut self, document: &Document) {
        let mut page = Vec::with_capacity(document.facets.len());
        for (facet, value, words) in &document.facets {
            let Some(values) = self.values.get_mut(facet.at()) else {
                continue;
            };
            let known = values.iter().position(|(known, _)| known == value);
            let number = known.unwrap_or_else(|| {
                values.push((value.clone(), words.clone()));
                values.len() - 1
            });
            page.push((facet.at(), number));
        }
        self.pages.push(page);
    }

    /// Starts a count over pages for the choices made. Values nobody has are ignored.
    pub(super) fn count(&self, chosen: &[Chosen]) -> Count<'_> {
        let mut wanted: [Vec<usize>; 5] = Default::default();
        for (facet, value) in chosen {
            let values = self.values.get(facet.at());
            let number = values.and_then(|all| all.iter().position(|(known, _)| known == value));
            if let (Some(number), Some(wanted)) = (number, wanted.get_mut(facet.at())) {
                wanted.push(number);
            }
        }
        Count {
            table: self,
            wanted,
            counts: std::array::from_fn(|at| vec![0; self.values[at].len()]),
        }
    }
}

/// A count under way.
pub(super) struct Count<'a> {
    table: &'a Table,
    wanted: [Vec<usize>; 5],
    counts: [Vec<usize>; 5],
}

impl Count<'_> {
    /// Counts a page and says whether it passes all facets. A page that fails one facet alone
    /// still counts for that facet: each facet is counted without its own choices.
    pub(super) fn take(&mut self, number: usize, passes_type: bool) -> bool {
        let none = Vec::new();
        let page = self.table.pages.get(number).unwrap_or(&none);
        let fails = |at: usize| {
            let wanted = &self.wanted[at];
            let has = |value: &usize| page.contains(&(at, *value));
            !wanted.is_empty() && !wanted.iter().any(has)
        };
        let failed = (0..self.wanted.len()).fold(0_u8, |bits, at| bits | u8::from(fails(at)) << at);
        if passes_type {
            for (at, value) in page {
                let counts = failed == 0 || failed == 1 << at;
                if let Some(count) = self.counts[*at].get_mut(*value).filter(|_| counts) {
                    *count += 1;
                }
            }
        }
        failed == 0
    }

    /// The facets with their choices.
    pub(super) fn groups(self) -> Vec<Group> {
        let groups = Facet::ALL.into_iter().map(|facet| {
            let at = facet.at();
            let values = self.table.values[at].iter().zip(&self.counts[at]);
            let choices = values
                .enumerate()
                .map(|(number, ((value, words), count))| Choice {
                    value: value.clone(),
                    words: words.clone(),
                    count: *count,
                    chosen: self.wanted[at].contains(&number),
                });
            let mut choices: Vec<Choice> = choices
                .filter(|choice| choice.count > 0 || choice.chosen)
                .collect();
            choices.sort_by(|one, other| {
                let key = |choice: &Choice| (std::cmp::Reverse(choice.count), choice.words.clone());
                key(one).cmp(&key(other))
            });
            Group { facet, choices }
        });
        groups.filter(|group| !group.choices.is_empty()).collect()
    }
}
