//! Every test there is, in one run.

use crate::packages::{self, Install};
use crate::{browser, build, shell};
use anyhow::Result;

/// Options of `cargo xtask test`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Only tests whose name contains this.
    filter: Option<String>,
}

/// Builds the programs and plugins that the black-box tests drive, then runs all tests.
pub(crate) fn run(install: Install, options: &Options) -> Result<()> {
    packages::require(install, packages::TEST)?;
    let tools = browser::tools(install)?;
    let sendmail = packages::unpack(install, "sendmail", packages::SENDMAIL)?;
    let built = build::with_tests(install)?;
    // Without --no-fail-fast one failing crate would hide the others.
    let mut tests = shell::cargo(["test", "--workspace", "--no-fail-fast"]);
    if let Some(filter) = &options.filter {
        tests.args(["--", filter.as_str()]);
    }
    tests
        .env("WAXSEAL_BIN", &built.engine)
        .env("WAXSEAL_SITE_BIN", &built.site)
        .env("WAXSEAL_PLUGINS_DIR", &built.plugins)
        .env("WAXSEAL_BROWSER_TOOLS", &tools);
    if let Some(sendmail) = sendmail {
        tests.env("WAXSEAL_SENDMAIL_DIR", sendmail);
    }
    shell::run(&mut tests)?;
    if options.filter.is_some() {
        return Ok(());
    }
    // Crash points are compiled out of everything else.
    shell::run(&mut shell::cargo([
        "test",
        "-p",
        "waxseal-storage",
        "--features",
        "crash-points",
        "--test",
        "crash",
    ]))?;
    // The guests are a workspace of their own; their pure logic is tested natively.
    let guests = shell::target_dir().join("guests-native");
    let mut native = shell::cargo(["test", "--locked", "--manifest-path", "plugins/Cargo.toml"]);
    shell::run(native.env("CARGO_TARGET_DIR", guests))
}
