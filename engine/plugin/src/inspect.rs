//! Reads a component before it is compiled or linked, so that a refusal names what is wrong in our
//! words and not in the linker's.

use crate::error::LoadReason;
use crate::versions::Version;
use crate::world::World;
use std::path::Path;
use wasmparser::{Encoding, Parser, Payload};

/// The package of the interface.
const PACKAGE: &str = "waxseal:plugin/";

/// The names at the outside of a component, read without compiling it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    imports: Vec<String>,
    exports: Vec<String>,
}

impl Outline {
    /// Reads a component; `path` is for texts.
    ///
    /// # Errors
    /// [`LoadReason::NotWasm`] and [`LoadReason::CoreModule`].
    pub fn read(path: &Path, bytes: &[u8]) -> Result<Self, LoadReason> {
        outside(path, bytes)
    }

    /// The version of our interface that it was built for; none where it knows nothing of it.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        let mut names = self.imports.iter().chain(&self.exports);
        names.find_map(|name| interface(name).map(|(_, version)| version))
    }

    /// The world that it fits.
    ///
    /// # Errors
    /// Why a server refuses it.
    pub fn world(&self) -> Result<World, LoadReason> {
        Ok(fitting(self)?.1)
    }
}

/// Checks that `bytes` are a component that exports what a world must, and asks for nothing but what
/// that world is served.
///
/// # Errors
/// [`LoadReason`].
pub(crate) fn inspect(path: &Path, bytes: &[u8]) -> Result<(Version, World), LoadReason> {
    fitting(&outside(path, bytes)?)
}

/// The version and the world that a component is built for.
fn fitting(outside: &Outline) -> Result<(Version, World), LoadReason> {
    let version = version_of(outside)?;
    let served = |version: Version| move |world| version.imports(world).iter().copied();
    let world = version.and_then(|version| world_of(version, &outside.exports));
    let offered: Vec<_> = match (version, world) {
        (Some(version), Some(world)) => version.imports(world).to_vec(),
        (Some(version), None) => sorted(World::ALL.into_iter().flat_map(served(version))),
        (None, _) => {
            let all = Version::ALL.iter().copied();
            sorted(all.flat_map(|version| World::ALL.into_iter().flat_map(served(version))))
        }
    };
    let is_foreign =
        |name: &&String| interface(name).is_none_or(|(interface, _)| !offered.contains(&interface));
    let foreign: Vec<String> = outside.imports.iter().filter(is_foreign).cloned().collect();
    if !foreign.is_empty() {
        return Err(LoadReason::Imports {
            imports: foreign,
            world: world.map_or("plugin", World::as_str),
            offered: offered
                .iter()
                .map(|name| format!("{PACKAGE}{name}"))
                .collect(),
        });
    }
    version.zip(world).ok_or(LoadReason::NoWorld)
}

/// Each name once, in order.
fn sorted(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The version of ours that serves all names of our package; none where there are no such names.
fn version_of(outside: &Outline) -> Result<Option<Version>, LoadReason> {
    let names = outside.imports.iter().chain(&outside.exports);
    let wanted = names.filter_map(|name| interface(name).map(|(_, version)| version));
    let mut found: Option<(&str, Version)> = None;
    for needs in wanted {
        let Some(version) = Version::serving(needs) else {
            return Err(LoadReason::Version {
                needs: needs.to_owned(),
                has: Version::served(),
            });
        };
        match found {
            Some((first, other)) if other != version => {
                return Err(LoadReason::Mixed(format!("{first} and {needs}")));
            }
            Some(_) | None => found = Some((needs, version)),
        }
    }
    Ok(found.map(|(_, version)| version))
}

/// The world whose exports are all there.
fn world_of(version: Version, names: &[String]) -> Option<World> {
    let has = |wanted: &&str| {
        let mut exports = names.iter().filter_map(|name| interface(name));
        exports.any(|(name, _)| name == *wanted)
    };
    let mut worlds = World::ALL.into_iter();
    worlds.find(|world| {
        let exports = version.exports(*world);
        exports.is_some_and(|exports| exports.iter().all(has))
    })
}

/// Interface and version of a name in our package.
fn interface(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix(PACKAGE)?;
    Some(rest.split_once('@').unwrap_or((rest, "without version")))
}

fn outside(path: &Path, bytes: &[u8]) -> Result<Outline, LoadReason> {
    let not_wasm = |error: wasmparser::BinaryReaderError| {
        LoadReason::NotWasm(path.to_owned(), error.message().to_owned())
    };
    if !bytes.starts_with(b"\0asm") {
        let problem = "it begins with something else".to_owned();
        return Err(LoadReason::NotWasm(path.to_owned(), problem));
    }
    let mut outside = Outline::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "most of a component is of no interest"
        )]
        match payload.map_err(not_wasm)? {
            Payload::Version { encoding, .. } if depth == 0 && encoding == Encoding::Module => {
                return Err(LoadReason::CoreModule(path.to_owned()));
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    outside
                        .imports
                        .push(import.map_err(not_wasm)?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    outside
                        .exports
                        .push(export.map_err(not_wasm)?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(outside)
}
