//! Plugins that do nothing, one for each world, made of their text form on the spot.

use crate::component::Subject;
use crate::{AuthorError, embedded};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use waxseal_plugin::World;
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The core module for a world.
macro_rules! module {
    ($world:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/empty-", $world, ".wasm"))
    };
}

const fn module(world: World) -> &'static [u8] {
    match world {
        World::Filter => module!("filter"),
        World::Learner => module!("learner"),
        World::Delivery => module!("delivery"),
        World::Storage => module!("storage"),
        World::Holder => module!("storage-holder"),
    }
}

/// A folder that holds it, removed at the end.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Result<Self, AuthorError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("waxseal-bench-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).map_err(|error| AuthorError::file(&path, error))?;
        Ok(Self(path))
    }

    /// The component for a world, which wants `stages` only, in a file of its own; compiled code is kept
    /// where `other` keeps its.
    pub(super) fn subject(
        &self,
        world: World,
        stages: &[String],
        other: &Subject,
    ) -> Result<Subject, AuthorError> {
        let file = self.0.join("empty.wasm");
        let octets = component(world, stages)?;
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

/// A component that does nothing: what others are compared with. It wants `stages`, or all that the world
/// knows where none are named.
///
/// # Errors
/// [`AuthorError::Failed`] where the interface and the module do not fit, which no release has.
pub fn component(world: World, stages: &[String]) -> Result<Vec<u8>, AuthorError> {
    let failed = |error: &dyn std::fmt::Display| AuthorError::Failed(format!("{error:#}"));
    let text = embedded::text(&format!("{}plugin.wit", embedded::WIT));
    let mut resolve = Resolve::default();
    let package = resolve.push_str("plugin.wit", text);
    let package = package.map_err(|error| failed(&error))?;
    let chosen = resolve.select_world(&[package], Some(world.as_str()));
    let chosen = chosen.map_err(|error| failed(&error))?;
    let mut module = module(world).to_vec();
    choose(&mut module, stages);
    embed_component_metadata(&mut module, &resolve, chosen, StringEncoding::UTF8, false)
        .map_err(|error| failed(&error))?;
    Ok(waxseal_toolchain::component(&module)?)
}

/// Where the names of stages lie in the memory of an empty plugin, and what lies before them there.
const NAMES_AT: usize = 1088;
const NAMES: &[u8] = b"empty1.0.0";
/// Stages that empty plugins can be asked at.
const KNOWN: &[&str] = &[
    "connect",
    "helo",
    "mail",
    "rcpt",
    "headers",
    "message",
    "moved",
    "route",
    "transport",
];
/// What `describe` answers, up to the number of stages: name, version, list.
const ABOUT: &[u8] = b"\x40\x04\0\0\x05\0\0\0\x45\x04\0\0\x05\0\0\0\0\x05\0\0";

/// Leaves `stages` in the list of stages of a module, in their order. Worlds without a choice of stages
/// have no list.
fn choose(module: &mut [u8], stages: &[String]) {
    let (Some(names), Some(about)) = (find(module, NAMES), find(module, ABOUT)) else {
        return;
    };
    let known = |stage: &&String| KNOWN.contains(&stage.as_str());
    let wanted = stages.iter().filter(known).filter_map(|stage| {
        let from = names + NAMES.len();
        let at = from + find(module.get(from..)?, stage.as_bytes())?;
        entry(NAMES_AT + at - names, stage.len())
    });
    let wanted: Vec<[u8; 8]> = wanted.collect();
    // The list begins with the entry of the first name.
    let first = module.get(names + NAMES.len()..).and_then(|rest| {
        let lengths = 4..=10;
        let place = u32::try_from(NAMES_AT + NAMES.len()).ok()?.to_le_bytes();
        lengths.into_iter().find_map(|length: u32| {
            let entry = [place, length.to_le_bytes()].concat();
            find(rest, &entry).map(|at| names + NAMES.len() + at)
        })
    });
    let Some(list) = first.filter(|_| !wanted.is_empty()) else {
        return;
    };
    let entries = wanted.concat();
    if let Some(place) = module.get_mut(list..list + entries.len()) {
        place.copy_from_slice(&entries);
    }
    let number = about + ABOUT.len();
    if let (Some(place), Ok(wanted)) = (module.get_mut(number), u8::try_from(wanted.len())) {
        *place = wanted;
    }
}

/// Address and octets of a name, as a list holds them.
fn entry(address: usize, octets: usize) -> Option<[u8; 8]> {
    let [address, octets] = [address, octets].map(|n| u32::try_from(n).map(u32::to_le_bytes));
    [address.ok()?, octets.ok()?].concat().try_into().ok()
}

fn find(octets: &[u8], wanted: &[u8]) -> Option<usize> {
    octets
        .windows(wanted.len())
        .position(|window| window == wanted)
}
