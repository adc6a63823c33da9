//! Measurements, each beside a peer in the same run.

mod dovecot;
mod engine;
mod figure;
mod imap;
mod imap_client;
mod memory;
mod messages;
mod plugins;
mod postfix;
pub(crate) mod scratch;
mod site;
mod smtp;

use crate::build::{self, Profile};
use crate::packages::{self, Install};
use anyhow::Result;

/// Options of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// What to measure.
    what: What,
    /// One JSON line a figure instead of a table.
    #[arg(long)]
    json: bool,
    /// A shorter run, for a first look.
    #[arg(long)]
    quick: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum What {
    /// Messages accepted durably and delivered, beside Postfix with Maildir.
    Smtp,
    /// FETCH from a mailbox of 10,000 messages, beside Dovecot with Maildir.
    Imap,
    /// Resident memory: the idle server, a 50 MB message, 2,000 idle sessions.
    Memory,
    /// Pages and search of the catalog, beside nginx serving the exported copy; at today's size
    /// and with 50,000 more entries.
    Site,
    /// Filters as plugins, beside plain Rust and a milter; the server with 0, 1, 3 and 10 of them.
    Plugins,
}

/// Builds in release and measures.
pub(crate) fn run(install: Install, options: &Options) -> Result<()> {
    packages::require(install, packages::BENCH)?;
    let engine = || build::for_measuring(install);
    let figures = match options.what {
        What::Smtp => smtp::measure(&engine()?, options.quick)?,
        What::Imap => imap::measure(&engine()?, options.quick)?,
        What::Memory => memory::measure(&engine()?, options.quick)?,
        What::Plugins => plugins::measure(&engine()?, options.quick)?,
        What::Site => site::measure(&build::site(Profile::Release)?, options.quick)?,
    };
    figure::print(&figures, options.json);
    Ok(())
}
