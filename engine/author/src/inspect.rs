//! What a component is, read from the file alone: nothing is compiled and nothing runs.

use crate::grants::{Grant, grants};
use crate::{AuthorError, files, signature};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use wasmparser::{Parser, Payload};
use waxseal_plugin::{Outline, World};
use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldItem, WorldKey};

/// What can be said about a component without running it.
#[derive(Debug, Clone, Serialize)]
pub struct Inspection {
    /// The file.
    pub file: PathBuf,
    /// Its octets.
    pub size: usize,
    /// Its SHA-256 as hex digits, as `install --sha256` takes it.
    pub sha256: String,
    /// The world that it fits; none where a server would refuse it.
    pub world: Option<&'static str>,
    /// The version of the interface that it was built for.
    pub interface: Option<String>,
    /// Why a server would refuse it.
    pub refusal: Option<String>,
    /// What it imports: interface and functions.
    pub imports: BTreeMap<String, Vec<String>>,
    /// What it exports: interface and functions.
    pub exports: BTreeMap<String, Vec<String>>,
    /// What the administrator must grant for all of it to work.
    pub grants: Vec<Grant>,
    /// The custom sections at its outside: tools, names, signatures.
    pub sections: Vec<String>,
    /// The core modules in it.
    pub modules: usize,
    /// Whether it begins with a signature, good or not; whose it is and whether it holds, `verify` says.
    pub signed: bool,
}

/// Reads a component.
///
/// # Errors
/// [`AuthorError`] where the file cannot be read or is no component at all. A component that a server
/// would refuse is described, with the reason.
pub fn inspect(file: &Path) -> Result<Inspection, AuthorError> {
    inspect_octets(file, &files::read(file, files::COMPONENT_BYTES_MAX)?)
}

/// The same for octets that are at hand; `file` is for texts.
pub(crate) fn inspect_octets(file: &Path, octets: &[u8]) -> Result<Inspection, AuthorError> {
    let outline = Outline::read(file, octets);
    let outline = outline.map_err(|error| AuthorError::Wrong(error.to_string()))?;
    let world = outline.world();
    let (imports, exports) = functions(octets)?;
    let Parts { sections, modules } = parts(octets)?;
    Ok(Inspection {
        file: file.to_owned(),
        size: octets.len(),
        sha256: sha256(octets),
        interface: outline.version().map(str::to_owned),
        refusal: world.as_ref().err().map(ToString::to_string),
        world: world.ok().map(World::as_str),
        grants: grants(&imports),
        sections,
        modules,
        signed: signature::is_signed(octets),
        imports,
        exports,
    })
}

/// SHA-256 as hex digits.
#[must_use]
pub fn sha256(octets: &[u8]) -> String {
    let digest = Sha256::digest(octets);
    digest.iter().fold(String::new(), |mut text, octet| {
        // Writing to a String cannot fail.
        write!(text, "{octet:02x}").unwrap_or_default();
        text
    })
}

/// Functions by interface.
type Functions = BTreeMap<String, Vec<String>>;

fn functions(octets: &[u8]) -> Result<(Functions, Functions), AuthorError> {
    let unreadable = |error: &dyn fmt::Display| {
        AuthorError::Wrong(format!("its interface cannot be read: {error:#}"))
    };
    let decoded = wit_component::decode(octets).map_err(|error| unreadable(&error))?;
    let (resolve, world) = match &decoded {
        DecodedWasm::Component(resolve, world) => (resolve, *world),
        DecodedWasm::WitPackage(..) => {
            let text = "it is an interface package, not a component";
            return Err(AuthorError::Wrong(text.to_owned()));
        }
    };
    let world = resolve
        .worlds
        .get(world)
        .ok_or_else(|| unreadable(&"it has no world"))?;
    let named = |items: &wit_parser::IndexMap<WorldKey, WorldItem>| {
        let mut functions = Functions::new();
        for (key, item) in items {
            if let Some((name, inside)) = item_functions(resolve, key, item) {
                functions.insert(name, inside);
            }
        }
        functions
    };
    Ok((named(&world.imports), named(&world.exports)))
}

/// The short name of an interface with its functions; `None` for one that holds types only.
fn item_functions(
    resolve: &Resolve,
    key: &WorldKey,
    item: &WorldItem,
) -> Option<(String, Vec<String>)> {
    let name = resolve.name_world_key(key);
    match item {
        WorldItem::Interface { id, .. } => {
            let interface = resolve.interfaces.get(*id)?;
            let functions: Vec<_> = interface.functions.keys().cloned().collect();
            let short = name
                .strip_prefix(waxseal_toolchain::PACKAGE)
                .unwrap_or(&name);
            let short = short.split('@').next().unwrap_or(short);
            (!functions.is_empty()).then(|| (short.to_owned(), functions))
        }
        WorldItem::Function(_) => Some((name, Vec::new())),
        WorldItem::Type { .. } => None,
    }
}

/// What a component is made of.
#[derive(Default)]
struct Parts {
    /// Names of the custom sections at the outside.
    sections: Vec<String>,
    /// Core modules, at any depth.
    modules: usize,
}

fn parts(octets: &[u8]) -> Result<Parts, AuthorError> {
    let mut parts = Parts::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(octets) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "only modules and the custom sections outside are of interest"
        )]
        match payload.map_err(|error| AuthorError::Wrong(error.to_string()))? {
            Payload::ModuleSection { .. } => {
                depth += 1;
                parts.modules += 1;
            }
            Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 => {
                parts.sections.push(section.name().to_owned());
            }
            _ => {}
        }
    }
    Ok(parts)
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.file.display())?;
        writeln!(f, "  world      {}", self.world.unwrap_or("none"))?;
        let interface = self.interface.as_deref().unwrap_or("none");
        writeln!(f, "  interface  waxseal:plugin {interface}")?;
        if let Some(refusal) = &self.refusal {
            writeln!(f, "  refused    {refusal}")?;
        }
        writeln!(
            f,
            "  size       {} octets, {} core modules",
            self.size, self.modules
        )?;
        writeln!(f, "  sha256     {}", self.sha256)?;
        let signed = if self.signed {
            "yes; `waxseal plugin verify` checks it"
        } else {
            "no"
        };
        writeln!(f, "  signed     {signed}")?;
        listed(f, "exports", &self.exports)?;
        listed(f, "imports", &self.imports)?;
        for (index, grant) in self.grants.iter().enumerate() {
            let title = if index == 0 { "grants" } else { "" };
            writeln!(f, "  {title:<9}  {}  # {}", grant.line, grant.reason)?;
        }
        if !self.sections.is_empty() {
            writeln!(f, "  sections   {}", self.sections.join(", "))?;
        }
        Ok(())
    }
}

fn listed(f: &mut fmt::Formatter<'_>, title: &str, functions: &Functions) -> fmt::Result {
    let width = functions.keys().map(String::len).max().unwrap_or(0);
    for (index, (interface, names)) in functions.iter().enumerate() {
        let title = if index == 0 { title } else { "" };
        writeln!(f, "  {title:<9}  {interface:<width$}  {}", names.join(" "))?;
    }
    Ok(())
}
