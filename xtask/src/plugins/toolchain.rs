//! Which Rust builds the guests: one with the WebAssembly target, or one that builds it itself.

use crate::packages::{self, Install};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The target of all guests.
pub(super) const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's Rust, which comes with the sources of its standard library, and its linker.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld-19";
/// How long rustup may take to find its server.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(30);

/// A way to build guests.
#[derive(Debug)]
pub(super) enum Toolchain {
    /// The rustc in use has the target, or rustup just added it.
    Installed { added: bool },
    /// Debian's rustc, which builds the standard library from source.
    Debian,
}

/// Picks the toolchain: the rustc in use if it has the target, else (where installing is allowed) after
/// `rustup target add`, else Debian's. `guests` remembers that rustup could not help.
///
/// # Errors
/// When there is none.
pub(super) fn pick(guests: &Path, install: Install) -> Result<Toolchain> {
    if has_target()? {
        return Ok(Toolchain::Installed { added: false });
    }
    let tried = guests.join("rustup-could-not-help");
    if install == Install::Missing && !tried.exists() {
        if rustup_adds_target() && has_target()? {
            return Ok(Toolchain::Installed { added: true });
        }
        std::fs::write(&tried, "delete this file to let rustup try again\n")?;
    }
    packages::require(install, packages::GUEST_TOOLCHAIN)?;
    Ok(Toolchain::Debian)
}

impl Toolchain {
    /// Which one and why, for people.
    pub(super) const fn reason(&self) -> &'static str {
        match self {
            Self::Installed { added: false } => {
                "building with the rustc in use, which has wasm32-unknown-unknown"
            }
            Self::Installed { added: true } => {
                "building with the rustc in use, to which rustup added wasm32-unknown-unknown"
            }
            Self::Debian => {
                "building with Debian's rustc and the standard library from source, since the \
                 rustc in use has no wasm32-unknown-unknown and rustup cannot be reached"
            }
        }
    }

    /// A cargo in `workspace` that puts what it makes into `guests`. Flags of the host build do not
    /// reach it: each change of flags would build the standard library again.
    pub(super) fn cargo(&self, workspace: &Path, guests: &Path) -> Command {
        let installed = || std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut cargo = Command::new(match self {
            Self::Installed { .. } => installed(),
            Self::Debian => DEBIAN_CARGO.into(),
        });
        cargo.current_dir(workspace).env("CARGO_TARGET_DIR", guests);
        for name in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTDOC",
        ] {
            cargo.env_remove(name);
        }
        match self {
            Self::Installed { .. } => {
                cargo.env_remove("RUSTC");
            }
            Self::Debian => {
                cargo
                    .env("RUSTC", DEBIAN_RUSTC)
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
            }
        }
        cargo
    }

    /// What `cargo build` needs beside the target.
    pub(super) const fn build_arguments(&self) -> &'static [&'static str] {
        match self {
            Self::Installed { .. } => &[],
            Self::Debian => &["-Zbuild-std=std,panic_abort"],
        }
    }
}

fn sysroot(rustc: &str) -> Option<PathBuf> {
    let output = Command::new(rustc).args(["--print", "sysroot"]).output();
    let output = output.ok().filter(|output| output.status.success())?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

fn has_target() -> Result<bool> {
    let sysroot = sysroot("rustc").context("rustc cannot be run")?;
    Ok(sysroot
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib")
        .is_dir())
}

/// Whether `rustup target add` worked within its time.
fn rustup_adds_target() -> bool {
    let mut rustup = Command::new("rustup");
    rustup
        .args(["target", "add", TARGET])
        .stderr(Stdio::null())
        .stdout(Stdio::null());
    let Ok(mut child) = rustup.spawn() else {
        return false;
    };
    println!("Plugins: trying `rustup target add {TARGET}`");
    #[expect(clippy::disallowed_methods, reason = "a build tool has no Clock")]
    let began = Instant::now();
    while began.elapsed() < RUSTUP_PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(100)),
            Err(_) => break,
        }
    }
    let ended = child.kill().and_then(|()| child.wait());
    if let Err(error) = ended {
        println!("Plugins: rustup could not be ended: {error}");
    }
    false
}
