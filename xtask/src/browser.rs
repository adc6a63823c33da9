//! What checks pages: a browser's driver, an accessibility checker and two checkers of HTML.

use crate::packages::{self, Install};
use crate::shell;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::Command;

/// Debian's packages: the browser itself, Node and Java.
const DEBIAN: &[&str] = &["chromium", "default-jre-headless", "nodejs", "npm"];
/// npm's packages with their versions; all run on Node 20.
const NPM: &[(&str, &str)] = &[
    ("playwright-core", "1.65.1"),
    ("axe-core", "4.14.1"),
    ("html-validate", "10.17.0"),
    ("vnu-jar", "26.9.27"),
];

/// The folder with the tools, filled (70 MB) where something is missing. Versions name the folder.
pub(crate) fn tools(install: Install) -> Result<PathBuf> {
    let versions: Vec<&str> = NPM.iter().map(|(_, version)| *version).collect();
    let folder = shell::target_dir()
        .join("tools")
        .join(format!("browser-{}", versions.join("-")));
    let is_there = |package: &str| folder.join("node_modules").join(package).is_dir();
    if NPM.iter().all(|(package, _)| is_there(package)) {
        return Ok(folder);
    }
    ensure!(
        install == Install::Missing,
        "the checkers of pages are missing (run without --no-install)"
    );
    let missing_npm = Command::new("npm").arg("--version").output().is_err();
    let needed = DEBIAN
        .iter()
        .copied()
        .filter(|package| missing_npm || !package.starts_with('n'));
    packages::require(install, &needed.collect::<Vec<_>>())?;
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("creating the folder {}", folder.display()))?;
    println!("Installing from npm: the checkers of pages");
    let mut npm = Command::new("npm");
    // No script of a package runs: Playwright and the Nu checker would fetch a browser and a Java.
    npm.args([
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-save",
        "--prefix",
    ]);
    npm.arg(&folder);
    npm.args(
        NPM.iter()
            .map(|(package, version)| format!("{package}@{version}")),
    );
    shell::run(npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    Ok(folder)
}
