//! What a reader types, taken apart. Nothing a reader can type is an error.

/// Longest query looked at, in characters.
pub(super) const QUERY_CHARS_MAX: usize = 200;
/// Most terms looked at.
pub(super) const TERMS_MAX: usize = 12;

/// Words that carry no meaning in a query of several words.
const STOP_WORDS: [&str; 64] = [
    "a",
    "about",
    "an",
    "and",
    "are",
    "at",
    "be",
    "best",
    "between",
    "by",
    "can",
    "did",
    "difference",
    "differences",
    "do",
    "does",
    "explain",
    "for",
    "from",
    "get",
    "good",
    "has",
    "have",
    "how",
    "i",
    "in",
    "is",
    "it",
    "its",
    "make",
    "me",
    "mean",
    "meaning",
    "means",
    "my",
    "need",
    "of",
    "on",
    "or",
    "should",
    "support",
    "supporting",
    "supports",
    "that",
    "the",
    "there",
    "to",
    "use",
    "using",
    "want",
    "was",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "why",
    "with",
    "work",
    "works",
    "would",
    "you",
    "your",
];

/// Words that help to choose among pages but are asked of none.
const SOFT_WORDS: [&str; 14] = [
    "first",
    "history",
    "info",
    "information",
    "list",
    "overview",
    "release",
    "releases",
    "software",
    "start",
    "started",
    "tutorial",
    "version",
    "versions",
];

/// Whether a page need not have a word that is typed beside others.
pub(super) fn is_soft_word(word: &str) -> bool {
    SOFT_WORDS.contains(&word.to_lowercase().as_str())
}

/// Words for what the catalog lists.
const WARES: [&str; 8] = [
    "server",
    "servers",
    "product",
    "products",
    "program",
    "programs",
    "software",
    "mailserver",
];
/// Phrases that ask who supports something.
const ASKS_SUPPORT: [&str; 7] = [
    "who supports",
    "which support",
    "what supports",
    "that support",
    "supporting",
    "support for",
    "who implements",
];
/// Beginnings of questions about what something is.
const ASKS_MEANING: [&str; 8] = [
    "what is ",
    "what are ",
    "what's ",
    "what does ",
    "how do ",
    "how does ",
    "define ",
    "meaning of ",
];
/// Words that ask what there is in place of something.
const ASKS_ALTERNATIVES: [&str; 5] = [
    "alternative",
    "alternatives",
    "replacement",
    "replacements",
    "substitute",
];

/// Whether a word carries no meaning beside others.
pub(super) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(&word.to_lowercase().as_str())
}

/// A field that narrows the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterField {
    /// Type of page.
    Type,
    /// Protocol id.
    Protocol,
    /// Role of a product.
    Role,
    /// Licence, or `open`.
    Licence,
    /// Status of a product.
    Status,
    /// Extension a product supports.
    Supports,
    /// Wire token of an extension.
    Token,
    /// RFC number.
    Rfc,
    /// First year: of a product's release, an extension's RFC, a survey.
    Since,
}

impl FilterField {
    /// All fields with their words.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Type, "type"),
        (Self::Protocol, "protocol"),
        (Self::Role, "role"),
        (Self::Licence, "licence"),
        (Self::Status, "status"),
        (Self::Supports, "supports"),
        (Self::Token, "token"),
        (Self::Rfc, "rfc"),
        (Self::Since, "since"),
    ];

    /// The word of the field.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(field, _)| *field == self)
            .map_or("", |(_, word)| word)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = if word.eq_ignore_ascii_case("license") {
            "licence"
        } else {
            word
        };
        Self::ALL
            .iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(word))
            .map(|(field, _)| *field)
    }
}

/// `field:value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The field.
    pub field: FilterField,
    /// The value, in lower case.
    pub value: String,
}

/// One word or phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As typed.
    pub text: String,
    /// In quotes: all words in this order, no synonyms.
    pub phrase: bool,
    /// After a minus: pages with it are left out.
    pub negated: bool,
}

/// A query taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// All words as typed, without filters and with the words that carry no meaning.
    pub whole: String,
    /// Words and phrases.
    pub terms: Vec<Term>,
    /// Filters.
    pub filters: Vec<Filter>,
    /// The two sides of `a vs b`.
    pub versus: Option<(String, String)>,
    /// Whether it asks who supports something.
    pub asks_support: bool,
    /// Whether it asks what there is in place of something.
    pub asks_alternatives: bool,
    /// Whether it asks what something is.
    pub asks_meaning: bool,
}

impl Query {
    /// Takes a query apart; always succeeds.
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for (word, quoted) in split(text) {
            query.word(&word, quoted);
        }
        let words: Vec<&str> = query.terms.iter().map(|term| term.text.as_str()).collect();
        query.whole = words.join(" ");
        query.intents(text);
        query.versus();
        query.join_specs();
        query.drop_stop_words();
        query.terms.truncate(TERMS_MAX);
        query
    }

    /// Recognises questions; the words that only ask are not looked for.
    fn intents(&mut self, text: &str) {
        let lower = text.to_lowercase();
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
        let is = |term: &Term, words: &[&str]| {
            words
                .iter()
                .any(|word| term.text.eq_ignore_ascii_case(word))
        };
        let asks = |phrase: &&str| lower.trim_start().starts_with(*phrase);
        self.asks_meaning = ASKS_MEANING.iter().any(asks);
        let wares = self.terms.iter().any(|term| is(term, &WARES));
        self.asks_support = says(&ASKS_SUPPORT) || (wares && says(&[" with ", " that ", " for "]));
        self.asks_alternatives = self.terms.iter().any(|term| is(term, &ASKS_ALTERNATIVES))
            || says(&["instead of ", "similar to ", "replace "]);
        let asking = |term: &Term| {
            !term.phrase
                && ((self.asks_support && is(term, &WARES))
                    || (self.asks_alternatives
                        && (is(term, &ASKS_ALTERNATIVES)
                            || is(term, &["instead", "similar", "replace"]))))
        };
        let rest = |term: &&Term| !asking(term) && !is_stop_word(&term.text);
        if self.terms.iter().filter(rest).count() > 0 {
            let keep: Vec<Term> = self.terms.iter().filter(|t| !asking(t)).cloned().collect();
            self.terms = keep;
        } else {
            self.asks_support = false;
            self.asks_alternatives = false;
        }
    }

    fn word(&mut self, word: &str, quoted: bool) {
        if quoted {
            self.push(word, true, false);
            return;
        }
        if let Some((field, value)) = word.split_once(':')
            && let Some(field) = FilterField::parse(field)
            && value.chars().any(char::is_alphanumeric)
        {
            self.filters.push(Filter {
                field,
                value: value.to_lowercase(),
            });
            return;
        }
        match word.strip_prefix('-') {
            Some(rest) if rest.starts_with(char::is_alphanumeric) => self.push(rest, false, true),
            Some(_) | None => self.push(word, false, false),
        }
    }

    fn push(&mut self, text: &str, phrase: bool, negated: bool) {
        let text = text.trim_matches(|letter: char| "()[]{},;?!:\"".contains(letter));
        let text = without_reply_code(text);
        if text.chars().any(char::is_alphanumeric) {
            self.terms.push(Term {
                text: text.to_owned(),
                phrase,
                negated,
            });
        }
    }

    fn versus(&mut self) {
        let is = |term: &Term, words: &[&str]| {
            words
                .iter()
                .any(|word| term.text.eq_ignore_ascii_case(word))
        };
        let asks = ["difference", "differences", "compare", "comparison"];
        let compares = self.terms.iter().any(|term| is(term, &asks));
        let is_versus = |term: &Term| {
            is(term, &["vs", "vs.", "versus"]) || (compares && is(term, &["and", "with", "to"]))
        };
        if self.terms.iter().any(is_versus) {
            let asking = |term: &Term| is(term, &asks) || is(term, &["between", "of"]);
            self.terms.retain(|term| !asking(term));
        }
        if let Some(at) = self.terms.iter().position(is_versus)
            && at > 0
            && at + 1 < self.terms.len()
        {
            let side = |terms: &[Term]| {
                terms
                    .iter()
                    .map(|term| term.text.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            self.versus = Some((side(&self.terms[..at]), side(&self.terms[at + 1..])));
            self.terms.remove(at);
        }
    }

    /// `rfc 2177` typed as two words is one.
    fn join_specs(&mut self) {
        let mut at = 0;
        while at + 1 < self.terms.len() {
            let series = ["rfc", "xep"]
                .iter()
                .any(|s| self.terms[at].text.eq_ignore_ascii_case(s));
            let number = self.terms[at + 1]
                .text
                .bytes()
                .all(|byte| byte.is_ascii_digit());
            if series && number {
                let digits = self.terms.remove(at + 1).text;
                self.terms[at].text.push_str(&digits);
            }
            at += 1;
        }
    }

    fn drop_stop_words(&mut self) {
        let keep = |term: &Term| term.phrase || !is_stop_word(&term.text);
        if self.terms.iter().any(keep) {
            self.terms.retain(keep);
        }
    }
}

/// `250-CHUNKING`, copied from a session, is `CHUNKING`.
fn without_reply_code(text: &str) -> &str {
    let code = text.as_bytes().get(..4).filter(|start| {
        matches!(start, [b'2'..=b'5', second, third, b'-']
            if second.is_ascii_digit() && third.is_ascii_digit())
    });
    match code {
        Some(_) if text.len() > 4 => &text[4..],
        Some(_) | None => text,
    }
}

/// Words and quoted phrases; an open quote ends with the text.
fn split(text: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for letter in text.chars().take(QUERY_CHARS_MAX) {
        if letter == '"' {
            words.push((std::mem::take(&mut word), quoted));
            quoted = !quoted;
        } else if letter.is_whitespace() && !quoted {
            words.push((std::mem::take(&mut word), false));
        } else if !letter.is_control() {
            word.push(letter);
        }
    }
    words.push((word, quoted));
    words.retain(|(word, _)| !word.trim().is_empty());
    words
}

#[cfg(test)]
mod tests;
