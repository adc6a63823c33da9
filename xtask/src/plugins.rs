//! Builds the plugins: each guest to a core module, each core module to a component.

mod tools;
mod tutorial;

pub(crate) use tools::python as python_tools;

use crate::packages::{self, Install};
use crate::shell;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use waxseal_toolchain::{RUST_TARGET, RustToolchain, Rustup};

/// Builds every plugin under `plugins/` into `<target>/plugins/<name>.wasm` and answers that folder.
/// Says which toolchain it uses and why. Takes about a second when nothing changed; the very first
/// build may build the standard library too (two minutes).
///
/// # Errors
/// When no toolchain is there (or may be installed), a guest does not compile, or the result is not
/// a component that a server of this repository can load.
pub(crate) fn build_plugins(install: Install) -> Result<PathBuf> {
    let guests = shell::target_dir().join("guests");
    let output = shell::target_dir().join("plugins");
    for folder in [&guests, &output] {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("creating the folder {}", folder.display()))?;
    }
    let rustup = match install {
        Install::Missing => Rustup::Try,
        Install::Never => Rustup::Never,
    };
    let debian = || packages::require(install, waxseal_toolchain::DEBIAN_PACKAGES);
    let toolchain = RustToolchain::pick(&guests, rustup, debian, &mut say)?;
    say(toolchain.reason());
    let workspace = shell::root().join("plugins");
    let mut build = toolchain.cargo(&workspace, &guests);
    build.args(["build", "--locked", "--release", "--target", RUST_TARGET]);
    shell::run(build.args(toolchain.build_arguments()))?;
    let modules = guests.join(RUST_TARGET).join("release");
    for name in guest_names(&toolchain, &workspace, &guests)? {
        let module = modules.join(format!("{}.wasm", name.replace('-', "_")));
        let component = output.join(format!("{name}.wasm"));
        encode(&module, &component).with_context(|| format!("encoding {name}"))?;
    }
    Ok(output)
}

/// Builds every plugin as [`build_plugins`], and the tutorial plugin in C, JavaScript and Python, for
/// which it installs their tools: what tests need beside what is shipped.
///
/// # Errors
/// As [`build_plugins`].
pub(crate) fn build_all(install: Install) -> Result<PathBuf> {
    let output = build_plugins(install)?;
    tutorial::build(install, &output, &shell::target_dir().join("guests"))?;
    Ok(output)
}

fn say(text: &str) {
    println!("Plugins: {text}");
}

/// Encodes `module` into `component`; leaves the file alone where nothing changed.
fn encode(module: &Path, component: &Path) -> Result<()> {
    let core = std::fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let bytes = waxseal_toolchain::component(&core)?;
    if std::fs::read(component).is_ok_and(|former| former == bytes) {
        return Ok(());
    }
    let name = component.display();
    std::fs::write(component, &bytes).with_context(|| format!("writing {name}"))?;
    say(&format!("{name} ({} KiB)", bytes.len() / 1024));
    Ok(())
}

/// The packages of the guest workspace that become components: those with a `cdylib`.
fn guest_names(toolchain: &RustToolchain, workspace: &Path, guests: &Path) -> Result<Vec<String>> {
    let mut metadata = toolchain.cargo(workspace, guests);
    metadata.args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]);
    let metadata: serde_json::Value = serde_json::from_str(&shell::output(&mut metadata)?)?;
    let packages = metadata["packages"].as_array();
    let packages = packages.context("cargo metadata names no packages")?;
    let is_guest = |package: &&serde_json::Value| {
        let targets = package["targets"].as_array().into_iter().flatten();
        let mut kinds = targets.flat_map(|target| target["kind"].as_array().into_iter().flatten());
        kinds.any(|kind| kind == "cdylib")
    };
    let names = packages.iter().filter(is_guest);
    let names = names.filter_map(|package| package["name"].as_str());
    Ok(names.map(str::to_owned).collect())
}
