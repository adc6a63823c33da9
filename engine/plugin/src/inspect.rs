//! Reads a component before it is compiled or linked, so that a refusal names what is wrong in our
//! words and not in the linker's.

use crate::error::LoadReason;
use crate::v0_1_0;
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
        fitting_world(self)
    }
}

/// Checks that `bytes` are a component that exports what a world must, and asks for nothing but what
/// that world is served.
///
/// # Errors
/// [`LoadReason`].
pub(crate) fn inspect(path: &Path, bytes: &[u8]) -> Result<World, LoadReason> {
    fitting_world(&outside(path, bytes)?)
}

fn fitting_world(outside: &Outline) -> Result<World, LoadReason> {
    for name in outside.imports.iter().chain(&outside.exports) {
        if let Some((_, version)) = interface(name) {
            check_version(version)?;
        }
    }
    let world = world_of(&outside.exports);
    let offered = match world {
        Some(world) => v0_1_0::imports(world).to_vec(),
        None => all_imports(),
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
    world.ok_or(LoadReason::NoWorld)
}

/// What some world imports, in order.
fn all_imports() -> Vec<&'static str> {
    let all = World::ALL.into_iter().flat_map(v0_1_0::imports);
    let mut names: Vec<_> = all.copied().collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The world whose exports are all there.
fn world_of(names: &[String]) -> Option<World> {
    let has = |wanted: &&str| {
        let mut exports = names.iter().filter_map(|name| interface(name));
        exports.any(|(name, _)| name == *wanted)
    };
    let mut worlds = World::ALL.into_iter();
    worlds.find(|world| v0_1_0::exports(*world).iter().all(has))
}

/// Interface and version of a name in our package.
fn interface(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix(PACKAGE)?;
    Some(rest.split_once('@').unwrap_or((rest, "without version")))
}

fn check_version(version: &str) -> Result<(), LoadReason> {
    if is_served(version) {
        Ok(())
    } else {
        Err(LoadReason::Version {
            needs: version.to_owned(),
            has: v0_1_0::VERSION,
        })
    }
}

/// The same major and minor number, and no later patch than ours.
fn is_served(version: &str) -> bool {
    let patch = |version: &str| {
        let (series, patch) = version.rsplit_once('.')?;
        Some((series.to_owned(), patch.parse::<u32>().ok()?))
    };
    match (patch(version), patch(v0_1_0::VERSION)) {
        (Some((needs, patch)), Some((has, newest))) => needs == has && patch <= newest,
        _ => false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (version, served) in [
            ("0.1.0", true),
            ("0.1.1", false),
            ("0.2.0", false),
            ("0.0.9", false),
            ("1.1.0", false),
            ("0.1.0-rc1", false),
            ("without version", false),
        ] {
            assert_eq!(is_served(version), served, "{version}");
        }
    }
}
