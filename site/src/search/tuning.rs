//! The parts of the ranking that an evaluation leaves out, one at a time, to see what each is worth.

/// A part of the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Words that mean the same.
    Synonyms,
    /// Forgiven typing errors.
    Fuzzy,
    /// Names weigh more than prose, products more than glossary entries.
    Boosts,
    /// Spellings of one thing meet: accents, and `smtp-utf8` with `smtputf8`.
    Folding,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 4] = [Self::Synonyms, Self::Fuzzy, Self::Boosts, Self::Folding];

    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Synonyms => "synonyms",
            Self::Fuzzy => "fuzzy",
            Self::Boosts => "boosts",
            Self::Folding => "folding",
        }
    }
}

/// What a match in each place is worth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights {
    /// The whole query is the key of the page.
    pub(super) whole_key: f32,
    /// The whole query is a name or wire token of the page.
    pub(super) whole_title: f32,
    /// The stems of the whole query are those of a name.
    pub(super) whole_stem: f32,
    /// The stems of the whole query are those of the title, beside being those of a name.
    pub(super) stem_head: f32,
    /// The whole query is the title or a wire token of the page, beside being a name.
    pub(super) whole_head: f32,
    /// The whole query without spaces is a name without spaces.
    pub(super) whole_joined: f32,
    /// A word is the key.
    pub(super) key: f32,
    /// A word is in a name.
    pub(super) title: f32,
    /// A word is a wire token.
    pub(super) token: f32,
    /// A wire token of the page is the beginning of the word, as `AUTH=` of `AUTH=PLAIN`.
    pub(super) token_start: f32,
    /// A word without signs is a name without spaces.
    pub(super) joined: f32,
    /// The stem of a word is in a name.
    pub(super) title_stem: f32,
    /// In the summary.
    pub(super) summary: f32,
    /// In the text.
    pub(super) body: f32,
    /// The RFC or XEP of the page.
    pub(super) spec: f32,
}

impl Weights {
    /// The weights in use.
    pub(super) const FULL: Self = Self {
        whole_key: 50.0,
        whole_title: 30.0,
        whole_stem: 40.0,
        stem_head: 50.0,
        whole_head: 70.0,
        whole_joined: 25.0,
        key: 12.0,
        title: 8.0,
        token: 40.0,
        token_start: 20.0,
        joined: 14.0,
        title_stem: 4.0,
        summary: 3.0,
        body: 1.0,
        spec: 40.0,
    };

    /// All places worth the same.
    pub(super) const EVEN: Self = Self {
        whole_key: 1.0,
        whole_title: 1.0,
        whole_stem: 1.0,
        stem_head: 1.0,
        whole_head: 1.0,
        whole_joined: 1.0,
        key: 1.0,
        title: 1.0,
        token: 1.0,
        token_start: 1.0,
        joined: 1.0,
        title_stem: 1.0,
        summary: 1.0,
        body: 1.0,
        spec: 1.0,
    };
}
