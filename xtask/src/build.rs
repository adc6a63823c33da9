//! Building the programs and the plugins.

use crate::packages::Install;
use crate::{plugins, shell};
use anyhow::Result;
use std::path::PathBuf;

/// How programs are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// For tests and the demo; shares its dependencies with `cargo test`.
    Dev,
    /// For measurements.
    Release,
}

/// Where the built things lie.
pub(crate) struct Built {
    /// The program `waxseal`.
    pub(crate) engine: PathBuf,
    /// The program `waxseal-site`, where it was asked for.
    pub(crate) site: PathBuf,
    /// The folder of plugin components.
    pub(crate) plugins: PathBuf,
}

/// Builds the plugins and both programs.
pub(crate) fn all(install: Install, profile: Profile) -> Result<Built> {
    build(install, profile, &["waxseal-daemon", "waxseal-site"])
}

/// Builds the catalog alone and answers where its program lies.
pub(crate) fn site(profile: Profile) -> Result<PathBuf> {
    let mut build = shell::cargo(["build", "-p", "waxseal-site"]);
    if profile == Profile::Release {
        build.arg("--release");
    }
    shell::run(&mut build)?;
    Ok(built(profile, PathBuf::new()).site)
}

/// Builds the engine without any plugin.
pub(crate) fn engine_alone() -> Result<PathBuf> {
    shell::run(&mut shell::cargo([
        "build",
        "-p",
        "waxseal-daemon",
        "--bins",
    ]))?;
    Ok(built(Profile::Dev, PathBuf::new()).engine)
}

/// Builds, for measurements, the plugins (the tutorial's in all languages), the engine and what times
/// plugins: always both, since one alone would ask for other features of what they stand on.
pub(crate) fn for_measuring(install: Install) -> Result<Built> {
    let plugins = plugins::build_all(install)?;
    let packages = ["waxseal-daemon", "waxseal-bench"];
    programs(Profile::Release, &packages)?;
    Ok(built(Profile::Release, plugins))
}

/// Builds the plugins, and both programs together with all tests: chosen apart, the two would ask for
/// other features of what they stand on, and Cranelift would be compiled twice.
pub(crate) fn with_tests(install: Install) -> Result<Built> {
    let plugins = plugins::build_all(install)?;
    shell::run(&mut shell::cargo([
        "build",
        "--workspace",
        "--bins",
        "--tests",
    ]))?;
    Ok(built(Profile::Dev, plugins))
}

fn build(install: Install, profile: Profile, packages: &[&str]) -> Result<Built> {
    let plugins = plugins::build_plugins(install)?;
    programs(profile, packages)?;
    Ok(built(profile, plugins))
}

fn programs(profile: Profile, packages: &[&str]) -> Result<()> {
    let mut build = shell::cargo(["build"]);
    for package in packages {
        build.args(["-p", package]);
    }
    if profile == Profile::Release {
        build.arg("--release");
    }
    shell::run(&mut build)
}

fn built(profile: Profile, plugins: PathBuf) -> Built {
    let programs = shell::target_dir().join(match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    });
    Built {
        engine: programs.join("waxseal"),
        site: programs.join("waxseal-site"),
        plugins,
    }
}
