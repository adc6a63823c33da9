//! TOML read into JSON for the schema, with the way back from each JSON pointer to the text.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where one value stands: its key, if it has one, and itself.
#[derive(Debug, Clone, Default)]
struct Place {
    key: Option<Range<usize>>,
    value: Range<usize>,
}

/// A TOML document as JSON, each value with its place in the file.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// The document as a JSON object.
    pub value: Value,
    /// Whether parts of the file could not be read, so that what is missing may be there.
    pub is_broken: bool,
    places: BTreeMap<String, Place>,
}

/// A mistake in the TOML itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Byte offset in the file.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

impl Document {
    /// Reads TOML that starts `offset` bytes into its file; all syntax errors at once.
    pub fn read(toml: &str, offset: usize) -> (Self, Vec<SyntaxError>) {
        let (table, errors) = DeTable::parse_recoverable(toml);
        let mut document = Self::default();
        let root = Place {
            key: None,
            value: table.span(),
        };
        document.place(String::new(), root, offset);
        document.value = document.table(table.get_ref(), "", offset);
        let errors = errors
            .iter()
            .map(|error| SyntaxError {
                offset: offset + error.span().map_or(0, |span| span.start),
                message: error.message().to_owned(),
            })
            .collect::<Vec<_>>();
        document.is_broken = !errors.is_empty();
        (document, errors)
    }

    /// The offset of the value at a JSON pointer, or of its nearest parent.
    pub fn value_offset(&self, pointer: &str) -> usize {
        self.find(pointer).map_or(0, |place| place.value.start)
    }

    /// The offset of the key at a JSON pointer, or of the value when it has no key.
    pub fn key_offset(&self, pointer: &str) -> usize {
        self.find(pointer).map_or(0, |place| {
            place
                .key
                .as_ref()
                .map_or(place.value.start, |key| key.start)
        })
    }

    /// The bytes of exactly this value.
    pub fn value_range(&self, pointer: &str) -> Option<Range<usize>> {
        self.places.get(pointer).map(|place| place.value.clone())
    }

    /// The bytes of all single values, in no order.
    pub fn text_ranges(&self) -> impl Iterator<Item = &Range<usize>> {
        let texts = self.places.iter().filter(|(pointer, _)| {
            let value = self.value.pointer(pointer);
            value.is_some_and(Value::is_string)
        });
        texts.map(|(_, place)| &place.value)
    }

    fn find(&self, pointer: &str) -> Option<&Place> {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.places.get(pointer) {
                return Some(place);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }

    fn place(&mut self, pointer: String, place: Place, offset: usize) {
        let shift = |range: Range<usize>| range.start + offset..range.end + offset;
        let place = Place {
            key: place.key.map(shift),
            value: shift(place.value),
        };
        self.places.insert(pointer, place);
    }

    fn table(&mut self, table: &DeTable<'_>, pointer: &str, offset: usize) -> Value {
        let mut object = serde_json::Map::new();
        for (key, value) in table.iter() {
            let name = key.get_ref().as_ref();
            let escaped = name.replace('~', "~0").replace('/', "~1");
            let below = format!("{pointer}/{escaped}");
            let converted = self.value_at(value, Some(key.span()), &below, offset);
            object.insert(name.to_owned(), converted);
        }
        Value::Object(object)
    }

    fn value_at(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        key: Option<Range<usize>>,
        pointer: &str,
        offset: usize,
    ) -> Value {
        self.place(
            pointer.to_owned(),
            Place {
                key,
                value: value.span(),
            },
            offset,
        );
        match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Value::Null, Value::from),
            DeValue::Float(number) => number
                .as_str()
                .parse::<f64>()
                .map_or(Value::Null, Value::from),
            DeValue::Boolean(flag) => Value::Bool(*flag),
            DeValue::Datetime(when) => Value::String(when.to_string()),
            DeValue::Array(items) => Value::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| self.value_at(item, None, &format!("{pointer}/{at}"), offset))
                    .collect(),
            ),
            DeValue::Table(table) => self.table(table, pointer, offset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_lead_back_to_the_text() {
        let text = "a = 1\n[[claim]]\nsupport = \"yes\"\ndate = 2026-01-02\n";
        let (document, errors) = Document::read(text, 4);
        assert!(errors.is_empty());
        assert_eq!(document.value["claim"][0]["date"], "2026-01-02");
        let support = text.find("\"yes\"").unwrap() + 4;
        assert_eq!(document.value_offset("/claim/0/support"), support);
        assert_eq!(document.key_offset("/claim/0/support"), support - 10);
        let header = text.find("[[claim]]").unwrap() + 4;
        assert_eq!(document.value_offset("/claim/0/missing"), header);
    }

    #[test]
    fn all_syntax_errors_are_told() {
        let (_, errors) = Document::read("a = \nb = 1\nc = = 2\n", 0);
        let lines: Vec<usize> = errors.iter().map(|error| error.offset / 6).collect();
        assert!(
            lines.contains(&0) && errors.iter().any(|error| error.offset > 11),
            "{errors:?}"
        );
    }
}
