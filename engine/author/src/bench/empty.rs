//! The filter that does nothing, made of its text form on the spot.

use crate::component::Subject;
use crate::{AuthorError, embedded};
use std::path::PathBuf;
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Its core module.
const MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/empty.wasm"));

/// A folder that holds it, removed at the end.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Result<Self, AuthorError> {
        let name = format!("waxseal-bench-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).map_err(|error| AuthorError::file(&path, error))?;
        Ok(Self(path))
    }

    /// The component in a file of its own; compiled code is kept where `other` keeps its.
    pub(super) fn subject(&self, other: &Subject) -> Result<Subject, AuthorError> {
        let file = self.0.join("empty.wasm");
        let octets = component()?;
        std::fs::write(&file, octets).map_err(|error| AuthorError::file(&file, error))?;
        Subject::new(&file, other.cache_dir.clone())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed lies in the system's temporary folder.
        std::fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

/// The module with the interface put to it.
pub(crate) fn component() -> Result<Vec<u8>, AuthorError> {
    let failed = |error: &dyn std::fmt::Display| AuthorError::Failed(format!("{error:#}"));
    let text = embedded::text(&format!("{}plugin.wit", embedded::WIT));
    let mut resolve = Resolve::default();
    let package = resolve.push_str("plugin.wit", text);
    let package = package.map_err(|error| failed(&error))?;
    let world = resolve.select_world(&[package], Some("filter"));
    let world = world.map_err(|error| failed(&error))?;
    let mut module = MODULE.to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
        .map_err(|error| failed(&error))?;
    Ok(waxseal_toolchain::component(&module)?)
}
