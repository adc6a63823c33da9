//! What is committed in generated form: bindings of the SDKs (C for each world, TypeScript types, Python
//! stubs) and the schema of the configuration.
//!
//! They are committed, so that a project begins without a generator; CI makes them anew and compares.

mod c;
mod python;
mod typescript;

use crate::packages::Install;
use crate::shell;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wit_parser::{PackageId, Resolve};

/// The worlds of the interface, each with the name of its folder.
const WORLDS: [&str; 5] = ["filter", "learner", "delivery", "storage", "storage-holder"];

/// Whether to write, or only to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Writes what differs.
    Write,
    /// Fails where something differs.
    Check,
}

/// Generated files by their path from the root of the clone.
type Files = BTreeMap<PathBuf, String>;

/// Makes all generated files, and writes them or compares them with what is there.
///
/// # Errors
/// When the interface does not parse, a generator is missing, or (with [`Mode::Check`]) a file is not
/// what it would be.
pub(crate) fn run(install: Install, mode: Mode) -> Result<()> {
    let mut files = Files::new();
    let wit = wit_folder();
    for world in WORLDS {
        c::generate(&wit, world, &mut files).with_context(|| format!("C for {world}"))?;
    }
    let (resolve, package) = parse(&wit)?;
    typescript::generate(&resolve, package, &mut files)?;
    python::generate(&wit, install, &mut files)?;
    files.insert("schemas/waxseal.schema.json".into(), schema()?);
    let differing: Vec<_> = files
        .iter()
        .filter(|(path, text)| differs(path, text))
        .collect();
    for (path, text) in &differing {
        match mode {
            Mode::Check => println!("Bindings: {} is not what it would be", path.display()),
            Mode::Write => write(path, text)?,
        }
    }
    if mode == Mode::Check && !differing.is_empty() {
        bail!("generated files are not what they would be: run `cargo xtask bindings`");
    }
    println!("Bindings: {} files, {} new", files.len(), differing.len());
    Ok(())
}

/// The schema of the configuration, as the program prints it.
fn schema() -> Result<String> {
    let words = [
        "run",
        "--quiet",
        "-p",
        "waxseal-daemon",
        "--",
        "config",
        "schema",
    ];
    let output = shell::cargo(words)
        .output()
        .context("running waxseal config schema")?;
    if !output.status.success() {
        bail!(
            "waxseal config schema failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The folder of the interface.
pub(crate) fn wit_folder() -> PathBuf {
    shell::root().join("schemas/wit/waxseal-plugin/0.1.0")
}

fn parse(wit: &Path) -> Result<(Resolve, PackageId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit)?;
    Ok((resolve, package))
}

fn differs(path: &Path, text: &str) -> bool {
    !std::fs::read(shell::root().join(path)).is_ok_and(|present| present == text.as_bytes())
}

fn write(path: &Path, text: &str) -> Result<()> {
    let full = shell::root().join(path);
    let folder = full.parent().unwrap_or(&full);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&full, text))
        .with_context(|| format!("writing {}", full.display()))?;
    println!("Bindings: {}", path.display());
    Ok(())
}
