//! What CI runs.

use crate::packages::Install;
use crate::{bindings, shell, test};
use anyhow::Result;

/// Format, lints, the generated part of the SDKs, then every test.
pub(crate) fn run(install: Install) -> Result<()> {
    shell::run(&mut shell::cargo(["fmt", "--all", "--check"]))?;
    let guests = [
        "fmt",
        "--all",
        "--check",
        "--manifest-path",
        "plugins/Cargo.toml",
    ];
    shell::run(&mut shell::cargo(guests))?;
    let lints = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    shell::run(&mut shell::cargo(lints))?;
    bindings::run(install, bindings::Mode::Check)?;
    test::run(install, &test::Options::default())
}
