//! The storage plugins that are shipped, where they were built.

use crate::bench::Bench;
use crate::life::check_life;
use crate::spool;
use std::path::PathBuf;
use waxseal_plugin::{AeadKey, PluginConfig};
use waxseal_ports::contract::{CodecTrial, Tampering};

/// As in the tests of the shipped filters.
fn plugin_dir(name: &str) -> PathBuf {
    let beside = || {
        let exe = std::env::current_exe().unwrap();
        exe.ancestors().nth(3).unwrap().join("plugins")
    };
    let dir = std::env::var_os("WAXSEAL_PLUGINS_DIR").map_or_else(beside, PathBuf::from);
    let built = dir.join(format!("{name}.wasm")).is_file();
    let shown = dir.display();
    assert!(
        built,
        "no {name}.wasm in {shown}: run `cargo xtask plugins` first"
    );
    dir
}

/// The kit for a plugin that was built, and then for the storage under these codecs.
async fn check(mut bench: Bench, codecs: &[&str], tampering: Tampering) {
    let name = *codecs.last().unwrap();
    bench.plugin_dir = plugin_dir(name);
    let host = bench.host().await;
    let spool = spool();
    let trial = CodecTrial {
        codecs: host.clone(),
        name,
        spool: &spool,
    };
    trial.codec(tampering).await;
    drop(host);
    check_life(&mut bench, codecs, tampering == Tampering::Noticed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn compress() {
    let mut bench = Bench::new();
    bench.config.plugins.push(PluginConfig::new("compress"));
    check(bench, &["compress"], Tampering::Changes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn compress_and_seal() {
    let mut bench = Bench::new();
    let mut seal = PluginConfig::new("seal");
    seal.grants.aead_keys = vec!["mail".into()];
    seal.config.insert("key".into(), "mail".into());
    bench.config.plugins.push(PluginConfig::new("compress"));
    bench.config.plugins.push(seal);
    let keys = &mut bench.config.vault.aead_keys;
    keys.insert("mail".into(), AeadKey::new([7; 32]));
    check(bench, &["compress", "seal"], Tampering::Noticed).await;
}
