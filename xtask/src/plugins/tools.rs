//! The tools that make components of scripts: looked up, and installed into the target folder.

use crate::packages::{self, Install};
use crate::shell;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use waxseal_toolchain::{JAVASCRIPT_PACKAGE, JavaScriptToolchain, PYTHON_PACKAGE, PythonToolchain};

/// Debian's packages where there is no `npm`.
const NODE: &[&str] = &["nodejs", "npm"];
/// Debian's packages where Python cannot make virtual environments.
const PYTHON: &[&str] = &["python3", "python3-venv"];

/// The packer of JavaScript, installed by npm (40 MB) where it is missing.
pub(crate) fn javascript(install: Install) -> Result<JavaScriptToolchain> {
    let (package, version) = JAVASCRIPT_PACKAGE;
    let folder = folder_of(package, version);
    let present = JavaScriptToolchain::pick(&[&folder]);
    if present.is_ok() || install == Install::Never {
        return Ok(present?);
    }
    if !runs("npm", &["--version"]) {
        packages::require(install, NODE)?;
    }
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("creating the folder {}", folder.display()))?;
    println!("Installing from npm: {package} {version}");
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-audit",
        "--no-fund",
        "--no-save",
        "--prefix",
    ]);
    npm.arg(&folder).arg(format!("{package}@{version}"));
    shell::run(&mut npm)?;
    Ok(JavaScriptToolchain::pick(&[&folder])?)
}

/// The packer of Python, installed by pip into an environment of its own (75 MB) where it is missing.
pub(crate) fn python(install: Install) -> Result<PythonToolchain> {
    let (package, version) = PYTHON_PACKAGE;
    let folder = folder_of(package, version);
    let present = PythonToolchain::pick(&[&folder]);
    if present.is_ok() || install == Install::Never {
        return Ok(present?);
    }
    if !runs("python3", &["-c", "import ensurepip, venv"]) {
        packages::require(install, PYTHON)?;
    }
    println!("Installing from PyPI: {package} {version}");
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/pip"));
    pip.args(["install", "--quiet", &format!("{package}=={version}")]);
    shell::run(&mut pip)?;
    Ok(PythonToolchain::pick(&[&folder])?)
}

/// A new version gets a new folder.
fn folder_of(package: &str, version: &str) -> PathBuf {
    let folder = Path::new("tools").join(format!("{package}-{version}"));
    shell::target_dir().join(folder)
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    let command = command
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
