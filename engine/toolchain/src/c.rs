//! Which compiler builds a guest in C.

use crate::ToolchainError;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Debian's packages for building guests in C.
pub const C_PACKAGES: &[&str] = &[
    "clang-19",
    "libclang-rt-19-dev-wasm32",
    "lld-19",
    "wasi-libc",
];
/// Debian's compiler, its linker, and the C library for WebAssembly.
const DEBIAN_CLANG: &str = "/usr/bin/clang-19";
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld-19";
const DEBIAN_LIBC: &str = "/usr/lib/wasm32-wasi/libc.a";
/// The ways to start Zig.
const ZIG: [&[&str]; 2] = [&["zig"], &["python3", "-m", "ziglang"]];
/// A guest with a small stack is cheaper to start.
const STACK_OCTETS: u32 = 128 * 1024;

/// A way to build guests in C. All of them bring or find a C library; a plugin that uses of it what
/// needs a system (files, standard output) is refused when it is made a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CToolchain {
    /// The wasi-sdk to which `WASI_SDK_PATH` points.
    WasiSdk {
        /// That folder.
        folder: PathBuf,
    },
    /// Debian's clang 19 with Debian's wasi-libc.
    Debian,
    /// Zig as a C compiler.
    Zig {
        /// `zig`, or `python3 -m ziglang`.
        command: &'static [&'static str],
    },
}

/// What is compiled.
#[derive(Debug, Clone)]
pub struct CSources {
    /// All `.c` files.
    pub files: Vec<PathBuf>,
    /// Folders of header files.
    pub includes: Vec<PathBuf>,
}

impl CSources {
    /// Those of a project: its own in `src` of `project`, and of the SDK in `sdk` what `world` needs.
    ///
    /// # Errors
    /// [`ToolchainError::Missing`] when a folder is not there or holds no C.
    pub fn of_project(project: &Path, sdk: &Path, world: &str) -> Result<Self, ToolchainError> {
        let bindings = sdk.join("worlds").join(world);
        let mut files = Vec::new();
        for folder in [&project.join("src"), &sdk.join("src"), &bindings] {
            let before = files.len();
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let paths = entries.map(|entry| entry.path());
            files.extend(paths.filter(|path| path.extension().is_some_and(|end| end == "c")));
            if files.len() == before {
                let folder = folder.display();
                return Err(ToolchainError::Missing(format!("no C file in {folder}")));
            }
        }
        // The order of a folder is not the same everywhere, the component shall be.
        files.sort();
        let includes = vec![sdk.join("include"), bindings];
        Ok(Self { files, includes })
    }
}

impl CToolchain {
    /// Picks: wasi-sdk where `WASI_SDK_PATH` points to one, else Debian's clang 19, else Zig (`zig`,
    /// or `python3 -m ziglang`), else Debian's again after `install`, which may install
    /// [`C_PACKAGES`] or refuse.
    ///
    /// # Errors
    /// Those of `install`.
    pub fn pick<E>(install: impl FnOnce() -> Result<(), E>) -> Result<Self, E> {
        let sdk = std::env::var_os("WASI_SDK_PATH").map(PathBuf::from);
        if let Some(folder) = sdk.filter(|folder| folder.join("bin/clang").is_file()) {
            return Ok(Self::WasiSdk { folder });
        }
        if debian_is_there() {
            return Ok(Self::Debian);
        }
        if let Some(command) = ZIG.into_iter().find(|command| runs(command)) {
            return Ok(Self::Zig { command });
        }
        install()?;
        Ok(Self::Debian)
    }

    /// What [`CToolchain::pick`] takes as `install` where nothing may be installed.
    ///
    /// # Errors
    /// [`ToolchainError::Missing`] says what to install.
    pub fn nothing_installed() -> Result<(), ToolchainError> {
        Err(ToolchainError::Missing(format!(
            "no C compiler for WebAssembly was found; one of these helps:\n  \
             apt-get install {}\n  pip install ziglang\n  \
             a wasi-sdk, with WASI_SDK_PATH set to its folder",
            C_PACKAGES.join(" ")
        )))
    }

    /// Which one and why, for people.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::WasiSdk { folder } => format!(
                "building C with the wasi-sdk in {}, to which WASI_SDK_PATH points",
                folder.display()
            ),
            Self::Debian => "building C with clang 19 and wasi-libc of Debian".to_owned(),
            Self::Zig { command } => format!(
                "building C with `{}`, since there is no clang 19 with wasi-libc",
                command.join(" ")
            ),
        }
    }

    /// Compiles and links to a core module, ready for [`component`](crate::component).
    #[must_use]
    pub fn build(&self, sources: &CSources, module: &Path) -> Command {
        let mut command = match self {
            Self::WasiSdk { folder } => Command::new(folder.join("bin/clang")),
            Self::Debian => Command::new(DEBIAN_CLANG),
            Self::Zig { command } => {
                let mut compiler = started(command);
                compiler.arg("cc");
                compiler
            }
        };
        command.args([
            "--target=wasm32-wasi",
            "-mexec-model=reactor",
            "-std=c11",
            "-Os",
            "-Wall",
            "-Wextra",
            "-Wl,--strip-debug",
        ]);
        command.arg(format!("-Wl,-z,stack-size={STACK_OCTETS}"));
        for folder in &sources.includes {
            command.arg("-I").arg(folder);
        }
        command.arg("-o").arg(module).args(&sources.files);
        command
    }
}

fn debian_is_there() -> bool {
    let files = [DEBIAN_CLANG, DEBIAN_LINKER, DEBIAN_LIBC];
    files.iter().all(|file| Path::new(file).is_file())
}

fn started(words: &[&str]) -> Command {
    let mut words = words.iter();
    let mut command = Command::new(words.next().copied().unwrap_or_default());
    command.args(words);
    command
}

/// Whether `command version` ends well.
fn runs(command: &[&str]) -> bool {
    let mut version = started(command);
    version.arg("version");
    let quiet = version.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
