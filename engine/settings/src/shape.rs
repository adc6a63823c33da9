//! Shapes of settings, and values as the file would hold them.

/// A value. Secrets are [`Value::Absent`]: no shape tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Absent,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Number(i128),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// A table, keys in the order of the struct.
    Table(Vec<(String, Value)>),
}

/// Least and greatest value of a number, both allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Least.
    pub min: i128,
    /// Greatest.
    pub max: i128,
}

/// What may stand somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number(Bounds),
    /// A text; what it must look like, such as `path`, or empty where any text will do.
    Text(&'static str),
    /// One of some words.
    Choice(Vec<Choice>),
    /// An array: of what, and how many elements.
    List(Box<Shape>, Bounds),
    /// A table whose keys are names that the administrator chooses.
    Names(Box<Shape>),
    /// A table with known keys, in the order of the struct.
    Table(Vec<Key>),
    /// A table that somebody else reads.
    Free,
}

/// A word that may stand somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The word.
    pub name: String,
    /// What it means.
    pub docs: &'static str,
}

/// A key of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name in the file.
    pub name: &'static str,
    /// What it means: paragraphs, divided by empty lines.
    pub docs: &'static str,
    /// What may stand there.
    pub shape: Shape,
    /// Whether the file must have it.
    pub required: bool,
    /// What counts where the file has nothing.
    pub default: Value,
    /// Whether a reload of the running server applies it, and all that is below it.
    pub reload: bool,
}

impl Bounds {
    /// As many elements as one likes.
    pub const ANY_LENGTH: Self = Self {
        min: 0,
        max: i128::MAX,
    };

    /// Whether `number` lies within.
    #[must_use]
    pub const fn holds(self, number: i128) -> bool {
        self.min <= number && number <= self.max
    }

    /// The same, narrowed where a bound is given.
    #[must_use]
    pub fn narrowed(self, min: Option<i128>, max: Option<i128>) -> Self {
        Self {
            min: min.unwrap_or(self.min),
            max: max.unwrap_or(self.max),
        }
    }
}

impl Shape {
    /// The shape with narrower bounds of its number, or of the numbers of its list.
    #[must_use]
    pub fn within(self, min: Option<i128>, max: Option<i128>) -> Self {
        match self {
            Self::Number(bounds) => Self::Number(bounds.narrowed(min, max)),
            Self::List(element, length) => Self::List(Box::new(element.within(min, max)), length),
            other @ (Self::Flag
            | Self::Text(_)
            | Self::Choice(_)
            | Self::Names(_)
            | Self::Table(_)
            | Self::Free) => other,
        }
    }

    /// The shape with narrower bounds of its list's length.
    #[must_use]
    pub fn long(self, min: Option<i128>, max: Option<i128>) -> Self {
        match self {
            Self::List(element, length) => Self::List(element, length.narrowed(min, max)),
            other @ (Self::Flag
            | Self::Number(_)
            | Self::Text(_)
            | Self::Choice(_)
            | Self::Names(_)
            | Self::Table(_)
            | Self::Free) => other,
        }
    }
}
