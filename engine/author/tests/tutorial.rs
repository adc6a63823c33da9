//! The tutorial plugin in four languages: each passes its cases, and all answer alike, call by call and
//! log line by log line; and the manual quotes them as they are.
//!
//! `cargo xtask plugins` builds them; `WAXSEAL_PLUGINS_DIR` says where they are, else they are looked
//! for beside the programs. Compiling the script engines takes a minute where nothing is cached.

#![expect(clippy::unwrap_used, reason = "a test program")]

use std::path::{Path, PathBuf};
use waxseal_author::Subject;
use waxseal_author::case::{CaseResult, read_cases, run_case};

const CASES: [&str; 4] = ["configuration", "strikes", "subject", "text"];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

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
    let cases = repository().join("plugins/tutorial/cases");
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

#[test]
fn the_manual_quotes_the_sources() {
    let tutorial = repository().join("plugins/tutorial");
    let read = |file: &str| std::fs::read_to_string(tutorial.join(file)).unwrap();
    let cases = CASES.map(|name| read(&format!("cases/{name}.toml")));
    let sources = [
        ("rust", read("rust/src/lib.rs")),
        ("c", read("c/src/plugin.c")),
        ("js", read("js/src/plugin.js")),
        ("python", read("python/src/plugin.py")),
        ("toml", cases.concat() + &read("README.md")),
    ];
    let page = repository().join("content/manual/plugins/tutorial.md");
    let page = std::fs::read_to_string(page).unwrap();
    for (language, source) in sources {
        let opening = format!("```{language}\n");
        let blocks: Vec<_> = page.split(&opening).skip(1).collect();
        assert!(blocks.len() >= 4, "{language}: {}", blocks.len());
        for block in blocks {
            let (quoted, _) = block.split_once("```").unwrap();
            assert!(
                source.contains(quoted),
                "no longer so in {language}: {quoted}"
            );
        }
    }
}
