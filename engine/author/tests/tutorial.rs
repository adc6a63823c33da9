//! The tutorial plugin in four languages: each passes its cases, and all answer alike, call by call and
//! log line by log line.
//!
//! `cargo xtask plugins` builds them; `WAXSEAL_PLUGINS_DIR` says where they are, else they are looked
//! for beside the programs. Compiling the script engines takes a minute where nothing is cached.

#![expect(clippy::unwrap_used, reason = "a test program")]

use std::path::{Path, PathBuf};
use waxseal_author::Subject;
use waxseal_author::case::{CaseResult, read_cases, run_case};

const CASES: [&str; 4] = ["configuration", "strikes", "subject", "text"];

fn plugin_dir() -> PathBuf {
    let named = std::env::var_os("WAXSEAL_PLUGINS_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| {
        let exe = std::env::current_exe().unwrap();
        exe.ancestors().nth(3).unwrap().join("plugins")
    })
}

/// Runs all cases against a component.
async fn results(name: &str) -> Vec<CaseResult> {
    let file = plugin_dir().join(name).with_extension("wasm");
    let shown = file.display();
    assert!(
        file.is_file(),
        "no {shown}: run `cargo xtask plugins` first"
    );
    // Kept from run to run: its files are named by what was compiled, and by which compiler.
    let cache = plugin_dir().with_file_name("plugins-compiled");
    std::fs::create_dir_all(&cache).unwrap();
    let subject = Subject::new(&file, Some(std::path::absolute(cache).unwrap())).unwrap();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/tutorial/cases");
    let mut results = Vec::new();
    for name in CASES {
        for case in read_cases(&cases.join(name).with_extension("toml")).unwrap() {
            results.push(run_case(&subject, &case).await.unwrap());
        }
    }
    results
}

/// Every case passes, and what happened in it is what happened in Rust.
async fn check(name: &str) {
    let (reference, results) = (results("subject-guard").await, results(name).await);
    assert_eq!(reference.len(), results.len());
    for (rust, other) in reference.iter().zip(&results) {
        assert!(other.passed(), "{name}: {other}");
        assert_eq!(rust.calls, other.calls, "{name}: {}", rust.name);
        assert_eq!(rust.log, other.log, "{name}: {}", rust.name);
    }
}

#[tokio::test]
async fn rust_passes_its_cases() {
    check("subject-guard").await;
}

#[tokio::test]
async fn c_answers_as_rust() {
    check("subject-guard-c").await;
}

#[tokio::test]
async fn javascript_answers_as_rust() {
    check("subject-guard-js").await;
}

#[tokio::test]
async fn python_answers_as_rust() {
    check("subject-guard-python").await;
}
