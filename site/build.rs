//! Names the build by a digest of everything that shapes a page, for validators of HTTP caches,
//! and lists the WIT files that the manual shows.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Folder of the WIT packages: `<package>/<version>/*.wit`.
const WIT: &str = "../schemas/wit";

fn main() -> std::io::Result<()> {
    let mut files = Vec::new();
    for root in ["src", "templates", "assets", "../schemas"] {
        println!("cargo::rerun-if-changed={root}");
        collect(Path::new(root), &mut files)?;
    }
    files.sort();
    let mut hash = blake3::Hasher::new();
    for file in &files {
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(&std::fs::read(file)?);
    }
    println!(
        "cargo::rustc-env=WAXSEAL_SITE_BUILD={}",
        &hash.finalize().to_hex()[..12]
    );
    list_wit(&files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Writes a slice of (version folder, path, text) for `include!`.
fn list_wit(files: &[PathBuf]) -> std::io::Result<()> {
    let root = std::env::current_dir()?;
    let mut list = String::from("&[\n");
    for file in files {
        let is_wit = file.extension().is_some_and(|end| end == "wit");
        let Some(below) = file.strip_prefix(WIT).ok().filter(|_| is_wit) else {
            continue;
        };
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let [package, version, _] = parts.as_slice() else {
            continue;
        };
        let whole = root.join(file);
        writeln!(
            list,
            "({:?}, {:?}, include_str!({whole:?})),",
            format!("{package}/{version}"),
            below.to_string_lossy(),
        )
        .map_err(std::io::Error::other)?;
    }
    list.push(']');
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| std::io::Error::other("no OUT_DIR"))?;
    std::fs::write(Path::new(&out).join("wit_files.rs"), list)
}
