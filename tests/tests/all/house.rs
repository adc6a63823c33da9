//! The house stays in order: import edges as drawn, licences as allowed, names as agreed.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// What each room may import: the drawing of ARCHITECTURE.md.
const EDGES: &[(&str, &[&str])] = &[
    ("settings-derive", &[]),
    ("settings", &["settings-derive"]),
    ("mail", &[]),
    ("ports", &["settings", "mail"]),
    ("mime", &["settings", "mail", "ports"]),
    ("smtp", &["settings", "mail", "ports"]),
    ("imap", &["settings", "mail", "ports"]),
    ("pop3", &["settings", "mail", "ports"]),
    ("net", &["settings", "mail", "ports"]),
    ("storage", &["settings", "mail", "ports"]),
    ("plugin", &["settings", "mail", "ports"]),
    ("milter", &["settings", "mail", "ports"]),
    ("toolchain", &[]),
    ("author", &["mail", "ports", "mime", "plugin", "toolchain"]),
    ("dns", &["settings", "mail", "ports"]),
    ("fetch", &["ports"]),
    (
        "intake",
        &["settings", "mail", "ports", "smtp", "mime", "net"],
    ),
    (
        "delivery",
        &["settings", "mail", "ports", "smtp", "mime", "net"],
    ),
    (
        "access",
        &["settings", "mail", "ports", "imap", "pop3", "mime", "net"],
    ),
    ("admin", &["settings", "mail", "ports"]),
    ("probe", &[]),
    (
        "daemon",
        &[
            "settings", "mail", "ports", "mime", "net", "storage", "plugin", "milter", "dns",
            "fetch", "intake", "delivery", "access", "admin", "author", "probe",
        ],
    ),
    ("site", &[]),
    ("tests", &[]),
    (
        "bench",
        &[
            "mail",
            "ports",
            "mime",
            "plugin",
            "milter",
            "author",
            "plugin-sdk",
        ],
    ),
];

/// Rooms that may never import these: the absences.
const ABSENCES: &[(&str, &[&str])] = &[
    ("mail", &["tokio", "tracing", "metrics"]),
    ("mime", &["tokio", "tracing", "metrics"]),
    ("smtp", &["tokio", "tracing", "metrics"]),
    ("imap", &["tokio", "tracing", "metrics"]),
    ("pop3", &["tokio", "tracing", "metrics"]),
];

/// Licences of what we stand on; the same list as `deny.toml`.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn metadata() -> Value {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--format-version", "1", "--locked"]);
    let output = cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Name of each room with what its manifest names under `[dependencies]`.
fn rooms(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let packages = metadata["packages"].as_array().unwrap().iter();
    // Guests are compared with natively; they are no rooms.
    let is_guest = |package: &Value| {
        let manifest = package["manifest_path"].as_str().unwrap_or_default();
        manifest.contains("/plugins/")
    };
    let ours = packages.filter(|package| package["source"].is_null() && !is_guest(package));
    ours.map(|package| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let named = dependencies
            .filter(|dependency| dependency["kind"].is_null())
            .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
            .collect();
        (package["name"].as_str().unwrap().to_owned(), named)
    })
    .collect()
}

#[test]
fn rooms_import_only_what_is_drawn() {
    let rooms = rooms(&metadata());
    let drawn: BTreeMap<_, _> = EDGES
        .iter()
        .map(|(room, may)| (format!("waxseal-{room}"), *may))
        .collect();
    for (room, imports) in &rooms {
        let ours = imports
            .iter()
            .filter_map(|name| name.strip_prefix("waxseal-"));
        if room == "xtask" {
            let others = ours.filter(|import| *import != "toolchain");
            assert_eq!(others.count(), 0, "xtask imports a room beside toolchain");
            continue;
        }
        let may = drawn
            .get(room)
            .unwrap_or_else(|| panic!("{room} is not in the drawing"));
        for import in ours {
            assert!(
                may.contains(&import),
                "{room} imports {import}: that edge is not drawn"
            );
        }
    }
    for (room, never) in ABSENCES {
        let imports = &rooms[&format!("waxseal-{room}")];
        let found: Vec<_> = never
            .iter()
            .filter(|name| imports.contains(**name))
            .collect();
        assert!(found.is_empty(), "{room} is sans-IO and imports {found:?}");
    }
}

#[test]
fn licences_are_permissive() {
    let metadata = metadata();
    for package in metadata["packages"].as_array().unwrap() {
        let name = &package["name"];
        let licence = package["license"]
            .as_str()
            .unwrap_or_else(|| panic!("{name}: no licence"));
        let one_of = licence.replace('/', " OR ");
        let allowed = one_of.split(" OR ").any(|choice| {
            choice
                .split(" AND ")
                .all(|part| LICENCES.contains(&part.trim_matches(['(', ')', ' '])))
        });
        assert!(
            allowed,
            "{name}: {licence} is not in the list of LICENCES and deny.toml"
        );
    }
}

#[test]
fn deny_toml_names_the_same_licences() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../deny.toml")).unwrap();
    let deny: toml::Table = text.parse().unwrap();
    let named: Vec<_> = deny["licenses"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert_eq!(
        named,
        LICENCES
            .iter()
            .map(|name| toml::Value::from(*name))
            .collect::<Vec<_>>()
            .iter()
            .collect::<Vec<_>>()
    );
}
