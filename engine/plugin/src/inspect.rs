//! Reads a component before it is compiled or linked, so that a refusal names what is wrong in our
//! words and not in the linker's.

use crate::error::LoadReason;
use crate::v0_1_0;
use std::path::Path;
use wasmparser::{Encoding, Parser, Payload};

/// The package of the interface.
const PACKAGE: &str = "waxseal:plugin/";

/// The names at the outside of a component.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outside {
    imports: Vec<String>,
    exports: Vec<String>,
}

/// Checks that `bytes` are a component that asks for nothing but what is served, and exports what a
/// filter must.
///
/// # Errors
/// [`LoadReason`].
pub(crate) fn inspect(path: &Path, bytes: &[u8]) -> Result<(), LoadReason> {
    let outside = outside(path, bytes)?;
    let mut foreign = Vec::new();
    for name in &outside.imports {
        match interface(name) {
            Some((interface, version)) => {
                check_version(version)?;
                if !v0_1_0::IMPORTS.contains(&interface) {
                    foreign.push(name.clone());
                }
            }
            None => foreign.push(name.clone()),
        }
    }
    if !foreign.is_empty() {
        let offered = v0_1_0::IMPORTS.iter();
        return Err(LoadReason::Imports {
            imports: foreign,
            offered: offered.map(|name| format!("{PACKAGE}{name}")).collect(),
        });
    }
    for wanted in v0_1_0::EXPORTS {
        let exports = outside.exports.iter().filter_map(|name| interface(name));
        let found = exports.into_iter().find(|(name, _)| *name == wanted);
        let Some((_, version)) = found else {
            return Err(LoadReason::NoExport(format!("{PACKAGE}{wanted}")));
        };
        check_version(version)?;
    }
    Ok(())
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

fn outside(path: &Path, bytes: &[u8]) -> Result<Outside, LoadReason> {
    let not_wasm = |error: wasmparser::BinaryReaderError| {
        LoadReason::NotWasm(path.to_owned(), error.message().to_owned())
    };
    if !bytes.starts_with(b"\0asm") {
        let problem = "it begins with something else".to_owned();
        return Err(LoadReason::NotWasm(path.to_owned(), problem));
    }
    let mut outside = Outside::default();
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
