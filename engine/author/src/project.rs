//! An author's project: a folder with `waxseal-plugin.toml`, begun with [`new`] and built with
//! [`build`].

mod build;
mod new;
mod sdk;

pub use build::{Built, build};
pub use new::{Created, new};

use crate::{AuthorError, files};
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};
use waxseal_plugin::World;

/// The file that makes a folder a project.
pub const MANIFEST: &str = "waxseal-plugin.toml";
/// Octets of it.
const MANIFEST_BYTES_MAX: u64 = 64 * 1024;
/// The folder of a project's cases.
pub const CASES: &str = "cases";

/// What a project says about itself: `waxseal-plugin.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The plugin's name: 1 to 32 of `a-z 0-9 -`, beginning with a letter.
    pub name: String,
    /// `rust`, `c`, `js` or `python`.
    pub language: Language,
    /// The world.
    pub world: String,
    /// The command that builds the component, instead of the language's own; its words. It is run in
    /// the project's folder and must put a component, or a core module with its interface, at
    /// `build/<name>.wasm`.
    #[serde(default)]
    pub command: Vec<String>,
}

/// A language that projects are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust.
    Rust,
    /// C.
    C,
    /// JavaScript and TypeScript.
    Js,
    /// Python.
    Python,
}

impl Language {
    /// As the manifest and the command line name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::Js => "js",
            Self::Python => "python",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A project on the disk.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// What it says about itself.
    pub manifest: Manifest,
}

impl Project {
    /// The project in `folder`.
    ///
    /// # Errors
    /// [`AuthorError`]; a folder without manifest is [`AuthorError::Missing`].
    pub fn open(folder: &Path) -> Result<Self, AuthorError> {
        let absolute = std::path::absolute(folder);
        let folder = absolute.map_err(|error| AuthorError::file(folder, error))?;
        let file = folder.join(MANIFEST);
        if !file.is_file() {
            return Err(AuthorError::Missing(format!(
                "{} is no plugin project: it has no {MANIFEST}; begin one with `waxseal plugin new`",
                folder.display()
            )));
        }
        let text = files::read_text(&file, MANIFEST_BYTES_MAX)?;
        let manifest: Manifest = toml::from_str(&text).map_err(|error| {
            let shown = file.display();
            AuthorError::Wrong(format!("{shown}: {}", error.to_string().trim_end()))
        })?;
        check_name(&manifest.name)?;
        world(&manifest.world)?;
        Ok(Self { folder, manifest })
    }

    /// Where the component is built.
    #[must_use]
    pub fn component(&self) -> PathBuf {
        let name = format!("{}.wasm", self.manifest.name);
        self.folder.join("build").join(name)
    }

    /// A part of what came with the program: `wit` or `sdk`.
    fn brought(&self, part: &str) -> PathBuf {
        self.folder.join("waxseal").join(part)
    }
}

/// Whether a text can be a plugin's name.
pub(crate) fn check_name(name: &str) -> Result<(), AuthorError> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let good = (1..=32).contains(&name.len())
        && name.bytes().all(plain)
        && name.starts_with(|c: char| c.is_ascii_lowercase());
    good.then_some(()).ok_or_else(|| {
        AuthorError::Wrong(format!(
            "{name:?} cannot be a plugin's name: 1 to 32 of a-z 0-9 -, beginning with a letter"
        ))
    })
}

/// The world of a name.
fn world(name: &str) -> Result<World, AuthorError> {
    let mut worlds = World::ALL.into_iter();
    worlds.find(|world| world.as_str() == name).ok_or_else(|| {
        let all = World::ALL.map(World::as_str).join(", ");
        AuthorError::Wrong(format!("there is no world {name:?}; there are {all}"))
    })
}
