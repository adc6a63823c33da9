//! What can be found.

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The name is on the list.
    Name,
    /// The content type is on the list.
    Type,
    /// A name that looks like a document's and is on the list: `invoice.pdf.exe`, or with spaces or
    /// turned around by control characters.
    DoubleExtension,
    /// The content is a program, whatever its name.
    Program,
    /// The content is not what the name says.
    Disguised,
    /// An office document with macros.
    Macros,
    /// An archive or document that only a password opens.
    Encrypted,
    /// An archive that is too deep, or too large when it is unpacked.
    Bomb,
    /// An archive that is damaged, or goes past what can be read.
    Unreadable,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Name,
        Self::Type,
        Self::DoubleExtension,
        Self::Program,
        Self::Disguised,
        Self::Macros,
        Self::Encrypted,
        Self::Bomb,
        Self::Unreadable,
    ];

    /// Its key in the configuration, and its name in figures.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Type => "type",
            Self::DoubleExtension => "double_extension",
            Self::Program => "program",
            Self::Disguised => "disguised",
            Self::Macros => "macros",
            Self::Encrypted => "encrypted",
            Self::Bomb => "bomb",
            Self::Unreadable => "unreadable",
        }
    }

    /// For people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Name => "such files are refused",
            Self::Type => "such content is refused",
            Self::DoubleExtension => "its name hides what it is",
            Self::Program => "it is a program",
            Self::Disguised => "it is not what its name says",
            Self::Macros => "it has macros",
            Self::Encrypted => "it is encrypted",
            Self::Bomb => "it is too large or too deep when it is unpacked",
            Self::Unreadable => "it is damaged",
        }
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// In which file; `outer.zip/inner.exe` for one in an archive.
    pub file: String,
}
