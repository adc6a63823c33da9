//! Names the build by a digest of everything that shapes a page, for validators of HTTP caches.

use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let mut files = Vec::new();
    for root in ["src", "templates", "assets"] {
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
    Ok(())
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
