//! The schema agrees with the checked-in file, with the parser and with itself.

use super::*;
use crate::wire::plugin_services;
use serde_json::{Map, Value as Node};
use std::collections::BTreeMap;
use std::fmt::Write;

const FILE: &str = include_str!("../../../../schemas/waxseal.schema.json");

/// What no schema has a default for.
const REQUIRED: &str = "config_version = 1\nserver.hostname = \"mx.example.test\"\n";
/// One of each table that there may be many of, at the end of which more keys can be added.
const TABLES: [(&str, &str); 3] = [
    (
        "listener",
        "protocol = \"smtp\"\naddress = \"127.0.0.1:2525\"\n",
    ),
    ("plugin", "name = \"a\"\nenabled = false\n"),
    ("milter", "name = \"a\"\nsocket = \"unix:/run/a\"\n"),
];

/// A key that holds no table: its table, as `delivery.retry` or `[[plugin]]`'s `plugin.limits`, its
/// name, and what the schema says.
struct Leaf {
    table: String,
    name: String,
    node: Node,
}

impl Leaf {
    fn path(&self) -> String {
        let Self { table, name, .. } = self;
        if table.is_empty() {
            name.clone()
        } else {
            format!("{table}.{name}")
        }
    }

    /// A whole file in which it has `value`.
    fn file_with(&self, value: &str) -> String {
        let Self { table, name, .. } = self;
        let mut file = REQUIRED.to_owned();
        let first = table.split('.').next().unwrap();
        if table == "server" && name != "hostname" {
            writeln!(file, "server.{name} = {value}").unwrap();
        }
        for (array, keys) in TABLES {
            let within = table.strip_prefix(array).filter(|_| first == array);
            let line = match within.map(|rest| rest.trim_start_matches('.')) {
                None => String::new(),
                Some("") => format!("{name} = {value}\n"),
                Some(rest) => format!("{rest}.{name} = {value}\n"),
            };
            let keys: String = keys
                .lines()
                .filter(|there| !line.starts_with(there.split('=').next().unwrap()))
                .flat_map(|there| [there, "\n"])
                .collect();
            write!(file, "[[{array}]]\n{keys}{line}").unwrap();
        }
        if first != "server" && TABLES.iter().all(|(array, _)| *array != first) {
            write!(file, "[{table}]\n{name} = {value}\n").unwrap();
            if first == "relay" && table.ends_with("smarthost") && name != "host" {
                file.push_str("host = \"h\"\n");
            }
        }
        file
    }
}

fn properties(node: &Node) -> Option<&Map<String, Node>> {
    node.get("properties")?.as_object()
}

fn leaves() -> Vec<Leaf> {
    fn walk(table: &str, node: &Node, leaves: &mut Vec<Leaf>) {
        for (name, node) in properties(node).unwrap() {
            let below = if table.is_empty() {
                name.clone()
            } else {
                format!("{table}.{name}")
            };
            let items = node.get("items").unwrap_or(node);
            if properties(items).is_some() {
                walk(&below, items, leaves);
            } else {
                leaves.push(Leaf {
                    table: table.to_owned(),
                    name: name.clone(),
                    node: node.clone(),
                });
            }
        }
    }
    let mut leaves = Vec::new();
    walk("", &serde_json::from_str(FILE).unwrap(), &mut leaves);
    assert!(leaves.len() > 150, "{}", leaves.len());
    leaves
}

fn mistakes(text: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    match Config::parse(Path::new("w.toml"), text) {
        Err(mistakes) => mistakes.to_string(),
        Ok((config, document)) => {
            let services = plugin_services(&config);
            let looked = check(&config, &document, Ground::Values, services);
            Mistakes(runtime.block_on(looked)).to_string()
        }
    }
}

#[test]
fn the_checked_in_schema_is_the_programs() {
    assert!(
        schema() == FILE,
        "schemas/waxseal.schema.json is not what `waxseal config schema` prints: \
         run `cargo xtask bindings`"
    );
}

#[test]
fn every_key_is_described() {
    fn look(path: &str, node: &Node, bare: &mut Vec<String>) {
        for (name, node) in properties(node).into_iter().flatten() {
            let path = format!("{path}.{name}");
            let text = node["description"].as_str().unwrap_or_default();
            let sound = text.len() > 4
                && text.ends_with('.')
                && text.starts_with(|first: char| first.is_uppercase() || first == '`')
                && !text.contains("[`")
                && !text.contains("Default");
            if !sound || !node["x-reload"].is_boolean() {
                bare.push(format!("{path}: {text}"));
            }
            look(&path, node.get("items").unwrap_or(node), bare);
        }
    }
    let mut bare = Vec::new();
    look("", &serde_json::from_str(FILE).unwrap(), &mut bare);
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn the_defaults_are_what_counts_without_them() {
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    let mut count = 0;
    for leaf in leaves() {
        let many = TABLES
            .iter()
            .any(|(array, _)| leaf.table.split('.').next() == Some(array));
        let absent = many || leaf.table.starts_with("relay.smarthost");
        let Some(default) = leaf.node.get("default").filter(|_| !absent) else {
            continue;
        };
        let lines = tables.entry(leaf.table).or_default();
        writeln!(lines, "{} = {default}", leaf.name).unwrap();
        count += 1;
    }
    assert!(count > 100, "{count}");
    let mut all = "config_version = 1\n".to_owned();
    for (table, lines) in &tables {
        let hostname = if table == "server" {
            "hostname = \"mx.example.test\"\n"
        } else {
            ""
        };
        write!(all, "[{table}]\n{hostname}{lines}").unwrap();
    }
    let parsed = |text: &str| match Config::parse(Path::new("w.toml"), text) {
        Ok((config, _)) => format!("{config:#?}"),
        Err(mistakes) => panic!("{mistakes}\n{text}"),
    };
    assert_eq!(parsed(&all), parsed(REQUIRED));
}

#[test]
fn bounds_are_those_that_are_enforced() {
    let mut tried = 0;
    for leaf in leaves() {
        if leaf.node["type"] != "integer" || leaf.name == "config_version" {
            continue;
        }
        let path = leaf.path();
        let names_it = |text: &str| {
            text.lines()
                .any(|line| line.contains("must be") || line.contains("invalid value"))
        };
        for (bound, beyond) in [("minimum", -1), ("maximum", 1)] {
            let Some(edge) = leaf.node[bound].as_i64() else {
                continue;
            };
            let at_edge = mistakes(&leaf.file_with(&edge.to_string()));
            assert_eq!(at_edge, "", "{path} = {edge}");
            let past = edge + beyond;
            let past_edge = mistakes(&leaf.file_with(&past.to_string()));
            assert!(
                names_it(&past_edge),
                "{path} = {past} is not refused: {past_edge}"
            );
            tried += 1;
        }
    }
    assert!(tried > 130, "{tried}");
}

#[test]
fn words_to_choose_from_are_those_that_are_read() {
    let mut tried = 0;
    for leaf in leaves() {
        let node = leaf.node.get("items").unwrap_or(&leaf.node);
        for choice in node["oneOf"].as_array().into_iter().flatten() {
            let word = if leaf.node["type"] == "array" {
                format!("[{}]", choice["const"])
            } else {
                choice["const"].to_string()
            };
            let parsed = Config::parse(Path::new("w.toml"), &leaf.file_with(&word));
            if let Err(mistakes) = parsed {
                panic!("{} = {word}: {mistakes}", leaf.path());
            }
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}
