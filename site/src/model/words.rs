//! Fixed lists of words: as an enum, as shown to readers and as written in content files.

/// Declares an enum whose values have words for readers and a word for files.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal $doc_v:literal)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $(#[doc = $doc_v] $variant),* }

        impl $name {
            /// All values in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The words shown to readers.
            pub fn words(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The word used in content files and addresses.
            pub fn id(self) -> String {
                let mut id = String::new();
                for letter in format!("{self:?}").chars() {
                    if letter.is_ascii_uppercase() && !id.is_empty() {
                        id.push('-');
                    }
                    id.push(letter.to_ascii_lowercase());
                }
                id
            }
        }
    };
}

pub(super) use words;
