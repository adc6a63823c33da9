//! The whole product on one terminal.

use crate::packages::Install;
use crate::{build, shell};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

/// Options of `cargo xtask demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Where the demo keeps its mail; kept between runs.
    #[arg(long, default_value = "target/demo")]
    dir: PathBuf,
    /// Each protocol listens on this plus its standard port.
    #[arg(long, default_value_t = 10000)]
    port_base: u16,
    /// Where the catalog listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    site: String,
}

/// Builds, starts the engine and the catalog, and stays until one ends or Ctrl-C.
pub(crate) fn run(install: Install, options: &Options) -> Result<()> {
    let built = build::all(install, build::Profile::Dev)?;
    let dir = shell::root().join(&options.dir);
    std::fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;

    println!();
    let mut catalog = Command::new(&built.site);
    catalog
        .current_dir(shell::root())
        .args(["serve", "--content", "content", "--listen"]);
    let mut catalog = catalog
        .arg(&options.site)
        .spawn()
        .context("starting waxseal-site")?;

    let mut engine = Command::new(&built.engine);
    engine
        .arg("demo")
        .arg("--dir")
        .arg(&dir)
        .arg("--plugins")
        .arg(&built.plugins);
    engine.args(["--port-base", &options.port_base.to_string()]);
    let mut engine = match engine.spawn().context("starting waxseal") {
        Ok(engine) => engine,
        Err(error) => {
            end(&mut catalog);
            return Err(error);
        }
    };
    // Ctrl-C reaches both programs through the terminal; each stops gracefully by itself.
    let result = watch(&mut engine, &mut catalog);
    end(&mut engine);
    end(&mut catalog);
    result
}

/// Waits until one of the two ends.
fn watch(engine: &mut Child, catalog: &mut Child) -> Result<()> {
    loop {
        if let Some(status) = engine.try_wait()? {
            anyhow::ensure!(status.success(), "waxseal ended with {status}");
            return Ok(());
        }
        if let Some(status) = catalog.try_wait()? {
            anyhow::ensure!(status.success(), "waxseal-site ended with {status}");
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Asks a program to stop, then waits for it.
fn end(child: &mut Child) {
    if matches!(child.try_wait(), Ok(Some(_))) {
        return;
    }
    let asked = Command::new("kill").arg(child.id().to_string()).status();
    if !asked.is_ok_and(|status| status.success()) {
        child.kill().unwrap_or_default();
    }
    child.wait().map(|_| ()).unwrap_or_default();
}
