//! Builds the plugins: each guest to a core module, each core module to a component.

mod encode;
mod toolchain;

use crate::packages::Install;
use crate::shell;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use toolchain::Toolchain;

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
    let toolchain = toolchain::pick(&guests, install)?;
    println!("Plugins: {}", toolchain.reason());
    let workspace = shell::root().join("plugins");
    let mut build = toolchain.cargo(&workspace, &guests);
    build.args([
        "build",
        "--locked",
        "--release",
        "--target",
        toolchain::TARGET,
    ]);
    shell::run(build.args(toolchain.build_arguments()))?;
    let modules = guests.join(toolchain::TARGET).join("release");
    for name in guest_names(&toolchain, &workspace, &guests)? {
        let module = modules.join(format!("{}.wasm", name.replace('-', "_")));
        let component = output.join(format!("{name}.wasm"));
        encode::component(&module, &component).with_context(|| format!("encoding {name}"))?;
    }
    Ok(output)
}

/// The packages of the guest workspace that become components: those with a `cdylib`.
fn guest_names(toolchain: &Toolchain, workspace: &Path, guests: &Path) -> Result<Vec<String>> {
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
