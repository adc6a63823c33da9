//! `cargo xtask peers`: real servers, started on a loopback of their own, probed, and written down.

mod peer;
mod run;
mod tree;

use crate::build;
use crate::packages::{self, Install};
use crate::shell;
use anyhow::{Context, Result, ensure};
use clap::Args;
use peer::Peer;
use std::process::Command;
use tree::Trees;

/// Programs that starting servers in namespaces needs.
const PACKAGES: &[&str] = &["debootstrap", "util-linux"];

/// Options of `peers`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only these, by the folders of `xtask/peers`; without names all of them.
    names: Vec<String>,
    /// The profile: stock or tuned; without it both.
    #[arg(long)]
    profile: Option<String>,
    /// Where trees of servers are kept between runs; by default `peers` in the target folder.
    #[arg(long, value_name = "DIR")]
    trees: Option<std::path::PathBuf>,
    /// The program to probe with; by default it is built.
    #[arg(long, value_name = "FILE")]
    engine: Option<std::path::PathBuf>,
    /// Keep what a server wrote, its logs among it, and say where.
    #[arg(long)]
    keep: bool,
}

/// Measures each server under each profile.
pub(crate) fn run(install: Install, options: &Options) -> Result<()> {
    let user = shell::output(Command::new("id").arg("-u"))?;
    ensure!(
        user.trim() == "0",
        "servers are started in namespaces of their own, for which this must run as root: \
         sudo -E cargo xtask peers"
    );
    packages::require(install, PACKAGES)?;
    let engine = match &options.engine {
        Some(engine) => std::path::absolute(engine)?,
        None => build::engine_alone()?,
    };
    let folder = shell::root().join("xtask/peers");
    let folders = options.trees.clone();
    let trees = Trees::open(folders.unwrap_or_else(|| shell::target_dir().join("peers")))?;
    let mut failures = Vec::new();
    for peer in Peer::all(&folder, &options.names)? {
        trees
            .install(&peer, &engine)
            .with_context(|| format!("installing {}", peer.name))?;
        for profile in peer.profiles() {
            if options
                .profile
                .as_ref()
                .is_some_and(|only| only != profile.name)
            {
                continue;
            }
            println!("{} ({})", peer.name, profile.name);
            if let Err(error) = run::measure(&trees, &peer, profile, &engine, options.keep) {
                println!("  failed: {error:#}");
                failures.push(format!("{} ({})", peer.name, profile.name));
            }
        }
    }
    ensure!(failures.is_empty(), "not measured: {}", failures.join(", "));
    Ok(())
}
