//! Texts that plugins leave at a message for their own later stages.

use std::collections::BTreeMap;

/// Notes by plugin and key. A plugin is shown its own only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes(BTreeMap<String, BTreeMap<String, String>>);

impl Notes {
    /// No notes.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text that `plugin` left under `key`.
    #[must_use]
    pub fn get(&self, plugin: &str, key: &str) -> Option<&str> {
        self.0.get(plugin)?.get(key).map(String::as_str)
    }

    /// How many notes `plugin` left.
    #[must_use]
    pub fn count(&self, plugin: &str) -> usize {
        self.0.get(plugin).map_or(0, BTreeMap::len)
    }

    /// Leaves a text; an empty one removes the note.
    pub fn set(&mut self, plugin: &str, key: &str, text: &str) {
        if !text.is_empty() {
            let notes = self.0.entry(plugin.to_owned()).or_default();
            notes.insert(key.to_owned(), text.to_owned());
        } else if let Some(notes) = self.0.get_mut(plugin) {
            notes.remove(key);
            if notes.is_empty() {
                self.0.remove(plugin);
            }
        }
    }

    /// Takes the notes of `plugin` from `other`, in place of those here.
    pub fn adopt(&mut self, plugin: &str, other: &Self) {
        match other.0.get(plugin) {
            Some(notes) => self.0.insert(plugin.to_owned(), notes.clone()),
            None => self.0.remove(plugin),
        };
    }

    /// Takes all notes of `other`; a plugin that has some there keeps none from here.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// All as plugin, key and text, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.0.iter().flat_map(|(plugin, notes)| {
            let notes = notes.iter();
            notes.map(move |(key, text)| (plugin.as_str(), key.as_str(), text.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_plugin_has_its_own() {
        let mut notes = Notes::new();
        notes.set("a", "k", "1");
        notes.set("b", "k", "2");
        assert_eq!(
            (notes.get("a", "k"), notes.get("b", "k")),
            (Some("1"), Some("2"))
        );
        assert_eq!((notes.get("c", "k"), notes.count("a")), (None, 1));
        assert_eq!(
            notes.iter().collect::<Vec<_>>(),
            [("a", "k", "1"), ("b", "k", "2")]
        );
        notes.set("a", "k", "");
        notes.set("c", "k", "");
        let mut other = Notes::new();
        other.adopt("b", &notes);
        assert_eq!(other, notes);
        other.adopt("b", &Notes::new());
        assert!(other.is_empty());
    }
}
