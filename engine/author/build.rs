//! Puts what travels inside the program into it: the interface, the SDKs, the templates, and the
//! empty plugins that benches compare with.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What is embedded, relative to the root of the repository.
const EMBEDDED: &[&str] = &[
    "plugins/sdk",
    "plugins/templates",
    "plugins/Cargo.toml",
    "plugins/Cargo.lock",
    "schemas/wit/waxseal-plugin/0.1.0",
];
/// Folders that tools leave behind.
const LEFT_BEHIND: &[&str] = &["target", "node_modules", "__pycache__", "build"];

/// The worlds, each with an empty plugin.
const WORLDS: &[&str] = &["filter", "learner", "delivery", "storage", "storage-holder"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let root = root.canonicalize()?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut files = Vec::new();
    for name in EMBEDDED {
        let path = root.join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        collect(&path, &mut files)?;
    }
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file
            .strip_prefix(&root)?
            .to_str()
            .ok_or("a name is not UTF-8")?;
        writeln!(code, "    ({name:?}, include_bytes!({file:?})),")?;
    }
    code.push_str("]\n");
    std::fs::write(out.join("embedded.rs"), code)?;
    println!("cargo::rerun-if-changed=src/bench/empty");
    for world in WORLDS {
        let empty = wat::parse_file(format!("src/bench/empty/{world}.wat"))?;
        std::fs::write(out.join(format!("empty-{world}.wasm")), empty)?;
    }
    Ok(())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    if !path.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let hidden = name.starts_with('.') || name.ends_with(".pyc");
        if !hidden && !LEFT_BEHIND.contains(&name.as_ref()) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}
