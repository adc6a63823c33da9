//! The first example in each README loads as it stands.

use crate::bench::services;
use std::path::Path;
use std::sync::Arc;
use waxseal_plugin::{AeadKey, Config, Host, PluginConfig, Secret, Vault};
use waxseal_ports::memory::FakeClock;

/// The names that a table of the example holds.
fn names(example: &toml::Table, table: &str) -> Vec<String> {
    let table = example.get(table).and_then(toml::Value::as_table);
    table
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}

async fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../plugins")
        .join(name);
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let example = readme.split("```toml\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let example: toml::Table = toml::from_str(example).unwrap();
    let plugin = example["plugin"].as_array().unwrap()[0].clone();
    let plugin: PluginConfig = plugin.try_into().unwrap();
    let secrets = names(&example, "secrets").into_iter();
    let keys = names(&example, "aead_keys").into_iter();
    let config = Config {
        plugins: vec![plugin],
        vault: Vault {
            secrets: secrets.map(|name| (name, Secret::new("x"))).collect(),
            aead_keys: keys.map(|name| (name, AeadKey::new([7; 32]))).collect(),
        },
        ..Config::default()
    };
    let host = Host::start(config, services(&Arc::new(FakeClock::default()))).await;
    let host = host.unwrap_or_else(|error| panic!("{name}: {error}"));
    let plugins = host.plugins();
    assert_eq!(plugins.len(), 1);
    assert_eq!(plugins[0].name, name);
}

#[tokio::test]
async fn examples_load() {
    let all = [
        "rules",
        "dnsbl",
        "greylist",
        "rate",
        "attachments",
        "bayes",
        "webhook",
        "vacation",
        "forward",
        "archive",
        "http-transport",
        "seal",
        "compress",
        "mirror",
    ];
    for name in all {
        check(name).await;
    }
}
