//! The configuration of the server, from `schemas/waxseal.schema.json`.

mod node;
mod words;

use anyhow::Context as _;

use crate::markdown::{Rendered, render};
use node::Node;

/// The schema itself, as `waxseal config schema` prints it.
pub const SCHEMA: &str = include_str!("../../../schemas/waxseal.schema.json");

/// A table of the configuration file.
#[derive(Debug)]
pub struct ConfigTable {
    /// Anchor on the page.
    pub anchor: String,
    /// As it is written in the file: `[delivery.retry]`, `[[plugin]]`; empty for the keys before the
    /// first table.
    pub title: String,
    /// What it is about.
    pub docs: Rendered,
    /// Whether a reload applies changes.
    pub reload: bool,
    /// Its keys, in the order of the file.
    pub keys: Vec<ConfigKey>,
    /// Tables below it: title and anchor.
    pub below: Vec<(String, String)>,
}

/// A key of a table.
#[derive(Debug)]
pub struct ConfigKey {
    /// Anchor on the page.
    pub anchor: String,
    /// Its name.
    pub name: String,
    /// What may stand there: `whole number of seconds, at least 300`.
    pub kind: String,
    /// Whether it must be there.
    pub required: bool,
    /// What counts without it, as it would be written, and in larger units.
    pub default: Option<(String, Option<String>)>,
    /// What it means.
    pub docs: Rendered,
    /// Words to choose from, each with its meaning.
    pub choices: Vec<(String, Rendered)>,
}

impl ConfigTable {
    /// Everything in it that a link may lead to.
    pub fn anchors(&self) -> impl Iterator<Item = &str> {
        let keys = self.keys.iter().map(|key| key.anchor.as_str());
        std::iter::once(self.anchor.as_str()).chain(keys)
    }
}

/// All tables, each before those below it.
///
/// # Errors
/// When the schema is not one as the program prints it.
pub(super) fn tables() -> anyhow::Result<Vec<ConfigTable>> {
    let root: Node = serde_json::from_str(SCHEMA).context("reading schemas/waxseal.schema.json")?;
    let mut tables = Vec::new();
    let place = Place {
        path: Vec::new(),
        array: false,
    };
    add(&place, &root, &root, &mut tables);
    Ok(tables)
}

/// Where a table stands.
struct Place {
    path: Vec<String>,
    /// Whether the innermost table is one of many.
    array: bool,
}

impl Place {
    fn title(&self) -> String {
        let path = self.path.join(".");
        match (path.is_empty(), self.array) {
            (true, _) => String::new(),
            (false, true) => format!("[[{path}]]"),
            (false, false) => format!("[{path}]"),
        }
    }

    fn anchor(&self) -> String {
        if self.path.is_empty() {
            "top".to_owned()
        } else {
            self.path.join("-")
        }
    }

    fn below(&self, name: &str, array: bool) -> Self {
        let path = self.path.iter().cloned().chain([name.to_owned()]);
        Self {
            path: path.collect(),
            array,
        }
    }
}

/// Adds a table, then those below it. `described` holds the description, `table` the keys.
fn add(place: &Place, described: &Node, table: &Node, tables: &mut Vec<ConfigTable>) {
    let at = tables.len();
    tables.push(ConfigTable {
        anchor: place.anchor(),
        title: place.title(),
        docs: render(&described.description),
        reload: described.reload,
        keys: Vec::new(),
        below: Vec::new(),
    });
    let (mut keys, mut below) = (Vec::new(), Vec::new());
    for (name, node) in table.properties.entries() {
        let (inner, array) = match (&node.items, node.names()) {
            (Some(items), _) => (items.as_ref(), true),
            (None, Some(named)) => (named, false),
            (None, None) => (node, false),
        };
        if inner.properties.entries().is_empty() {
            keys.push(key(place, name, node, table));
        } else {
            let inside = place.below(name, array);
            below.push((inside.title(), inside.anchor()));
            add(&inside, node, inner, tables);
        }
    }
    if let Some(table) = tables.get_mut(at) {
        table.keys = keys;
        table.below = below;
    }
}

fn key(place: &Place, name: &str, node: &Node, table: &Node) -> ConfigKey {
    let choices = node.items.as_deref().unwrap_or(node).choices.iter();
    ConfigKey {
        anchor: format!("{}-{name}", place.anchor()),
        name: name.to_owned(),
        kind: words::kind(node),
        required: table.required.iter().any(|required| required == name),
        default: node.default.as_ref().map(|default| {
            let larger = node
                .unit
                .as_deref()
                .and_then(|unit| words::larger(default, unit));
            (words::toml(default), larger)
        }),
        docs: render(&node.description),
        choices: choices
            .map(|choice| (choice.word.clone(), render(&choice.description)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_keys_are_told() {
        let tables = tables().unwrap();
        let find = |anchor: &str| tables.iter().find(|table| table.anchor == anchor).unwrap();
        let retry = find("delivery-retry");
        assert_eq!(retry.title, "[delivery.retry]");
        let give_up = retry
            .keys
            .iter()
            .find(|key| key.name == "give_up_secs")
            .unwrap();
        assert_eq!(give_up.anchor, "delivery-retry-give_up_secs");
        assert_eq!(
            give_up.default,
            Some(("432000".into(), Some("5 days".into())))
        );
        assert_eq!(find("plugin").title, "[[plugin]]");
        assert!(find("plugin-limits").reload && !find("smtp").reload);
        assert_eq!(find("secrets").keys.len(), 2);
        let protocol = &find("listener").keys[0];
        assert!(protocol.required && protocol.choices.len() == 5);
        let mut anchors: Vec<_> = tables.iter().flat_map(ConfigTable::anchors).collect();
        let count = anchors.len();
        anchors.sort_unstable();
        anchors.dedup();
        assert_eq!(anchors.len(), count, "anchors are unique");
    }
}
