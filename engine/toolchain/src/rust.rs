//! Which Rust builds a guest: one with the WebAssembly target, or one that builds it itself.

use crate::ToolchainError;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The target of all guests in Rust.
pub const RUST_TARGET: &str = "wasm32-unknown-unknown";
/// Debian's packages for building guests where rustc has no WebAssembly target of its own.
pub const DEBIAN_PACKAGES: &[&str] = &["cargo-web", "lld-19", "rust-web-src", "rustc-web"];
/// Debian's Rust, which comes with the sources of its standard library, and its linker.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld-19";
/// How long rustup may take to find its server.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(30);
/// Remembers that rustup could not help.
const RUSTUP_TRIED: &str = "rustup-could-not-help";

/// A way to build guests in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RustToolchain {
    /// The rustc in use has the target, or rustup just added it.
    Installed {
        /// Whether rustup did so.
        added: bool,
    },
    /// Debian's rustc, which builds the standard library from source.
    Debian,
}

/// Whether `rustup target add` may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rustup {
    /// Once; what is written beside the guests' build remembers a failure.
    Try,
    /// No.
    Never,
}

impl RustToolchain {
    /// Picks: the rustc in use if it has the target, else after `rustup target add`, else Debian's,
    /// which `debian` makes sure of (it may install it, or refuse). `guests` is the folder of the
    /// guests' build; `say` is told what takes long.
    ///
    /// # Errors
    /// Those of `debian`, and [`ToolchainError::File`].
    pub fn pick<E: From<ToolchainError>>(
        guests: &Path,
        rustup: Rustup,
        debian: impl FnOnce() -> Result<(), E>,
        say: &mut dyn FnMut(&str),
    ) -> Result<Self, E> {
        if has_target() {
            return Ok(Self::Installed { added: false });
        }
        let tried = guests.join(RUSTUP_TRIED);
        if rustup == Rustup::Try && !tried.exists() {
            if rustup_adds_target(say) && has_target() {
                return Ok(Self::Installed { added: true });
            }
            let note = "delete this file to let rustup try again\n";
            let noted = std::fs::create_dir_all(guests).and_then(|()| std::fs::write(&tried, note));
            noted.map_err(|source| ToolchainError::File {
                path: tried,
                source,
            })?;
        }
        debian()?;
        Ok(Self::Debian)
    }

    /// What [`RustToolchain::pick`] takes as `debian` where nothing may be installed.
    ///
    /// # Errors
    /// [`ToolchainError::Missing`] says what to install.
    pub fn debian_is_there() -> Result<(), ToolchainError> {
        let programs = [DEBIAN_RUSTC, DEBIAN_CARGO, DEBIAN_LINKER];
        if programs.iter().all(|program| Path::new(program).is_file()) {
            return Ok(());
        }
        Err(ToolchainError::Missing(format!(
            "no Rust toolchain with the target {RUST_TARGET} was found; one of these helps:\n  \
             rustup target add {RUST_TARGET}\n  apt-get install {}",
            DEBIAN_PACKAGES.join(" ")
        )))
    }

    /// Which one and why, for people.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
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
    #[must_use]
    pub fn cargo(&self, workspace: &Path, guests: &Path) -> Command {
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
    #[must_use]
    pub const fn build_arguments(&self) -> &'static [&'static str] {
        match self {
            Self::Installed { .. } => &[],
            Self::Debian => &["-Zbuild-std=std,panic_abort"],
        }
    }
}

/// Whether the rustc in use has the target; no when there is no rustc.
fn has_target() -> bool {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        return false;
    };
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let library = sysroot.join("lib/rustlib").join(RUST_TARGET).join("lib");
    library.is_dir()
}

/// Whether `rustup target add` worked within its time.
fn rustup_adds_target(say: &mut dyn FnMut(&str)) -> bool {
    let mut rustup = Command::new("rustup");
    rustup
        .args(["target", "add", RUST_TARGET])
        .stderr(Stdio::null())
        .stdout(Stdio::null());
    let Ok(mut child) = rustup.spawn() else {
        return false;
    };
    say(&format!("trying `rustup target add {RUST_TARGET}`"));
    #[expect(clippy::disallowed_methods, reason = "a build tool has no Clock")]
    let began = Instant::now();
    while began.elapsed() < RUSTUP_PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(100)),
            Err(_) => break,
        }
    }
    if let Err(error) = child.kill().and_then(|()| child.wait()) {
        say(&format!("rustup could not be ended: {error}"));
    }
    false
}
