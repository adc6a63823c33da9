//! From a core module, which carries its interface in a custom section, to a component.

use crate::ToolchainError;
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// What the names of our interfaces begin with; components may import nothing else.
pub const PACKAGE: &str = "waxseal:plugin/";

/// Encodes a core module; the result is valid and imports our interfaces only.
///
/// # Errors
/// [`ToolchainError::Encode`] and [`ToolchainError::Imports`].
pub fn component(module: &[u8]) -> Result<Vec<u8>, ToolchainError> {
    // `{:#}` tells the chain of causes, of which the last one names what is missing.
    let failed = |error: &dyn std::fmt::Display| ToolchainError::Encode(format!("{error:#}"));
    let mut encoder = ComponentEncoder::default();
    let encoder = encoder.validate(true).module(module);
    let bytes = encoder.and_then(ComponentEncoder::encode);
    let bytes = bytes.map_err(|error| failed(&error))?;
    let foreign = foreign_imports(&bytes)?;
    if foreign.is_empty() {
        Ok(bytes)
    } else {
        Err(ToolchainError::Imports(foreign))
    }
}

/// What a component imports beyond our interfaces.
///
/// # Errors
/// [`ToolchainError::Encode`] where `bytes` are no WebAssembly.
pub fn foreign_imports(bytes: &[u8]) -> Result<Vec<String>, ToolchainError> {
    let failed = |error: wasmparser::BinaryReaderError| ToolchainError::Encode(error.to_string());
    let mut foreign = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "only the outside is of interest"
        )]
        match payload.map_err(failed)? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let name = import.map_err(failed)?.name.name;
                    if !name.starts_with(PACKAGE) {
                        foreign.push(name.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    Ok(foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_module_is_refused() {
        for bytes in [&b""[..], b"\0asm", b"#!/bin/sh\n"] {
            assert!(component(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_module_without_interface_is_an_empty_component() {
        let bytes = component(b"\0asm\x01\0\0\0").unwrap();
        assert!(foreign_imports(&bytes).unwrap().is_empty());
    }
}
