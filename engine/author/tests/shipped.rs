//! The plugins that are shipped: each passes the cases in its folder.
//!
//! `cargo xtask plugins` builds them; `WAXSEAL_PLUGINS_DIR` says where they are, else they are looked
//! for beside the programs.

#![expect(clippy::unwrap_used, reason = "a test program")]

use std::path::{Path, PathBuf};
use waxseal_author::Subject;
use waxseal_author::case::{find_cases, read_cases, run_case};

fn plugin_dir() -> PathBuf {
    let named = std::env::var_os("WAXSEAL_PLUGINS_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| {
        let exe = std::env::current_exe().unwrap();
        exe.ancestors().nth(3).unwrap().join("plugins")
    })
}

/// All cases of a plugin pass, `expected` of them, and come to the same when they are run again.
async fn check(name: &str, expected: usize) {
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let mut failed = String::new();
    let mut number = 0;
    for file in find_cases(&folder.join(name).join("cases")).unwrap() {
        for case in read_cases(&file).unwrap() {
            let result = run_case(&subject, &case).await.unwrap();
            assert_eq!(result, run_case(&subject, &case).await.unwrap());
            number += 1;
            if !result.passed() {
                failed.push_str(&result.to_string());
            }
        }
    }
    assert!(failed.is_empty(), "{failed}");
    assert_eq!(number, expected, "cases of {name}");
}

#[tokio::test]
async fn vacation() {
    check("vacation", 9).await;
}

#[tokio::test]
async fn forward() {
    check("forward", 6).await;
}

#[tokio::test]
async fn archive() {
    check("archive", 7).await;
}

#[tokio::test]
async fn http_transport() {
    check("http-transport", 8).await;
}

#[tokio::test]
async fn seal() {
    check("seal", 11).await;
}

#[tokio::test]
async fn compress() {
    check("compress", 7).await;
}

#[tokio::test]
async fn mirror() {
    check("mirror", 7).await;
}

#[tokio::test]
async fn bayes() {
    check("bayes", 4).await;
}
