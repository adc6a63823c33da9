//! The WIT packages of `schemas/wit`, taken apart for the reference page.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use wit_parser::{
    Docs, InterfaceId, PackageId, Resolve, TypeDef, TypeDefKind, TypeId, TypeOwner, WorldId,
    WorldItem as ParsedItem, WorldKey,
};

use super::wit_words::{Piece, Words};
use crate::markdown::{Rendered, render};

/// Version folder, path below `schemas/wit` and text of each file.
const FILES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/wit_files.rs"));

/// One version of a package.
#[derive(Debug)]
pub struct Package {
    /// `waxseal:plugin`.
    pub name: String,
    /// `0.1.0`.
    pub version: String,
    /// Its folder below `schemas/wit`: `waxseal-plugin/0.1.0`.
    pub folder: String,
    /// What is said above the package line.
    pub docs: Rendered,
    /// Its worlds, by name.
    pub worlds: Vec<World>,
    /// Its interfaces, in the order of the file.
    pub interfaces: Vec<Interface>,
}

impl Package {
    /// The address of this version.
    pub fn url(&self) -> String {
        format!("/manual/wit/{}", self.version)
    }

    /// Everything on its page that a link may lead to.
    pub fn anchors(&self) -> impl Iterator<Item = &str> {
        let worlds = self.worlds.iter().map(|world| world.anchor.as_str());
        let interfaces = self.interfaces.iter().flat_map(|interface| {
            let types = interface.types.iter().map(|item| item.anchor.as_str());
            let functions = interface.functions.iter().map(|item| item.anchor.as_str());
            std::iter::once(interface.anchor.as_str())
                .chain(types)
                .chain(functions)
        });
        worlds.chain(interfaces)
    }
}

/// What a plugin may import and must export.
#[derive(Debug)]
pub struct World {
    /// Anchor on the page.
    pub anchor: String,
    /// Name.
    pub name: String,
    /// What is said about it.
    pub docs: Rendered,
    /// What the server gives.
    pub imports: Vec<WorldItem>,
    /// What the plugin gives.
    pub exports: Vec<WorldItem>,
}

/// An interface or function that a world names.
#[derive(Debug)]
pub struct WorldItem {
    /// Name.
    pub name: String,
    /// Where it is described.
    pub anchor: Option<String>,
    /// Signature of a function; empty for an interface.
    pub signature: Vec<Piece>,
}

/// A set of types and functions.
#[derive(Debug)]
pub struct Interface {
    /// Anchor on the page.
    pub anchor: String,
    /// Name.
    pub name: String,
    /// What is said about it.
    pub docs: Rendered,
    /// Types that are taken from other interfaces.
    pub uses: Vec<Piece>,
    /// Types of its own.
    pub types: Vec<TypeItem>,
    /// Functions.
    pub functions: Vec<Function>,
    /// Worlds that import it, as names and anchors.
    pub imported_by: Vec<(String, String)>,
    /// Worlds that export it.
    pub exported_by: Vec<(String, String)>,
}

/// A type.
#[derive(Debug)]
pub struct TypeItem {
    /// Anchor on the page.
    pub anchor: String,
    /// Name.
    pub name: String,
    /// `record`, `variant` and so on.
    pub kind: &'static str,
    /// What is said about it.
    pub docs: Rendered,
    /// What it stands for, where it is another name of a type.
    pub alias: Vec<Piece>,
    /// Fields, cases or flags.
    pub members: Vec<Member>,
}

/// A field of a record, a case of a variant or enum, or a flag.
#[derive(Debug)]
pub struct Member {
    /// Name.
    pub name: String,
    /// Its type; empty where it has none.
    pub ty: Vec<Piece>,
    /// What is said about it.
    pub docs: Rendered,
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Anchor on the page.
    pub anchor: String,
    /// Name.
    pub name: String,
    /// Parameters and result.
    pub signature: Vec<Piece>,
    /// What is said about it.
    pub docs: Rendered,
}

/// All packages, the newest version first.
///
/// # Errors
/// When a file is not WIT or its version folder holds two packages.
pub(super) fn packages() -> anyhow::Result<Vec<Package>> {
    let folders: BTreeSet<&str> = FILES.iter().map(|(folder, _, _)| *folder).collect();
    let mut packages = Vec::new();
    for folder in folders {
        let files: Vec<_> = FILES.iter().filter(|(of, _, _)| *of == folder).collect();
        let sources: Vec<(&str, &str)> =
            files.iter().map(|(_, path, text)| (*path, *text)).collect();
        let package = read(folder, &sources);
        packages.push(package.with_context(|| format!("reading schemas/wit/{folder}"))?);
    }
    packages.sort_by_key(|package| std::cmp::Reverse(version_key(&package.version)));
    Ok(packages)
}

fn version_key(version: &str) -> Vec<u64> {
    let part = |part: &str| part.parse().unwrap_or(0);
    version.split('.').map(part).collect()
}

/// Reads one package from its files.
fn read(folder: &str, files: &[(&str, &str)]) -> anyhow::Result<Package> {
    let mut map = wit_parser::SourceMap::default();
    for (path, text) in files {
        map.push_str(path, *text);
    }
    let group = map
        .parse()
        .map_err(|(_, error)| anyhow::anyhow!("{error}"))?;
    let mut resolve = Resolve::default();
    let id = resolve.push_group(group)?;
    let mut package = Reader::new(&resolve, id).package()?;
    package.folder = folder.to_owned();
    Ok(package)
}

struct Reader<'a> {
    resolve: &'a Resolve,
    id: PackageId,
    /// Anchors of types, for signatures.
    types: BTreeMap<TypeId, String>,
    /// Anchors of names that mean one thing, for words in documentation.
    names: BTreeMap<String, Option<String>>,
}

impl<'a> Reader<'a> {
    fn new(resolve: &'a Resolve, id: PackageId) -> Self {
        let mut reader = Self {
            resolve,
            id,
            types: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        for (interface_id, interface) in resolve.interfaces.iter() {
            let Some(name) = &interface.name else {
                continue;
            };
            reader.learn(name, format!("interface-{name}"));
            for (type_name, type_id) in &interface.types {
                if reader.is_own(*type_id, interface_id) {
                    let anchor = format!("{name}-{type_name}");
                    reader.types.insert(*type_id, anchor.clone());
                    reader.learn(type_name, anchor);
                }
            }
            for function in interface.functions.keys() {
                reader.learn(function, format!("{name}-{function}"));
            }
        }
        for (_, world) in resolve.worlds.iter() {
            reader.learn(&world.name, format!("world-{}", world.name));
        }
        reader
    }

    /// Notes where a name leads; a name that means two things leads nowhere.
    fn learn(&mut self, name: &str, anchor: String) {
        self.names
            .entry(name.to_owned())
            .and_modify(|known| *known = None)
            .or_insert(Some(anchor));
    }

    fn is_own(&self, id: TypeId, interface: InterfaceId) -> bool {
        let words = self.words();
        let origin = self.resolve.types.get(words.origin(id));
        origin.is_some_and(|def| def.owner == TypeOwner::Interface(interface))
    }

    fn words(&self) -> Words<'_> {
        Words {
            resolve: self.resolve,
            anchors: &self.types,
        }
    }

    fn package(&self) -> anyhow::Result<Package> {
        let package = self.resolve.packages.get(self.id).context("no package")?;
        let worlds = package.worlds.values().map(|id| self.world(*id));
        let worlds: Vec<World> = worlds
            .collect::<Option<_>>()
            .context("a world is missing")?;
        let interfaces = package
            .interfaces
            .values()
            .map(|id| self.interface(*id, &worlds));
        let interfaces = interfaces
            .collect::<Option<_>>()
            .context("an interface is missing")?;
        let version = package.name.version.as_ref();
        Ok(Package {
            name: format!("{}:{}", package.name.namespace, package.name.name),
            version: version.map(ToString::to_string).unwrap_or_default(),
            folder: String::new(),
            docs: self.docs(&package.docs, ""),
            worlds,
            interfaces,
        })
    }

    fn world(&self, id: WorldId) -> Option<World> {
        let world = self.resolve.worlds.get(id)?;
        let items = |list: Vec<(&WorldKey, &ParsedItem)>| {
            list.into_iter()
                .filter_map(|(key, item)| self.world_item(key, item))
                .collect()
        };
        Some(World {
            anchor: format!("world-{}", world.name),
            name: world.name.clone(),
            docs: self.docs(&world.docs, &world.name),
            imports: items(world.imports.iter().collect()),
            exports: items(world.exports.iter().collect()),
        })
    }

    fn world_item(&self, key: &WorldKey, item: &ParsedItem) -> Option<WorldItem> {
        match item {
            ParsedItem::Interface { id, .. } => {
                let named = self.resolve.interfaces.get(*id)?.name.clone();
                let name = match key {
                    WorldKey::Name(name) => name.clone(),
                    WorldKey::Interface(_) => named.clone()?,
                };
                Some(WorldItem {
                    anchor: named.map(|name| format!("interface-{name}")),
                    name,
                    signature: Vec::new(),
                })
            }
            ParsedItem::Function(function) => Some(WorldItem {
                name: function.name.clone(),
                anchor: None,
                signature: self.words().signature(function),
            }),
            ParsedItem::Type { .. } => None,
        }
    }

    fn interface(&self, id: InterfaceId, worlds: &[World]) -> Option<Interface> {
        let interface = self.resolve.interfaces.get(id)?;
        let name = interface.name.clone()?;
        let anchor = format!("interface-{name}");
        let mut uses = Vec::new();
        let mut types = Vec::new();
        for (type_name, type_id) in &interface.types {
            if self.is_own(*type_id, id) {
                types.push(self.type_item(&name, type_name, self.resolve.types.get(*type_id)?));
            } else {
                uses.push(Piece {
                    text: type_name.to_owned(),
                    anchor: self.types.get(&self.words().origin(*type_id)).cloned(),
                });
            }
        }
        let functions = interface.functions.values().map(|function| Function {
            anchor: format!("{name}-{}", function.name.replace(['[', ']', '.'], "-")),
            name: function.name.clone(),
            signature: self.words().signature(function),
            docs: self.docs(&function.docs, &function.name),
        });
        let holding = |list: fn(&World) -> &Vec<WorldItem>| {
            let among = worlds.iter().filter(|world| {
                list(world)
                    .iter()
                    .any(|item| item.anchor.as_ref() == Some(&anchor))
            });
            among
                .map(|world| (world.name.clone(), world.anchor.clone()))
                .collect()
        };
        Some(Interface {
            functions: functions.collect(),
            imported_by: holding(|world| &world.imports),
            exported_by: holding(|world| &world.exports),
            docs: self.docs(&interface.docs, &name),
            anchor,
            name,
            uses,
            types,
        })
    }

    fn type_item(&self, interface: &str, name: &str, def: &TypeDef) -> TypeItem {
        let words = self.words();
        let member = |name: &str, ty: Option<&wit_parser::Type>, docs: &Docs| Member {
            name: name.to_owned(),
            ty: ty.map(|ty| words.pieces(ty)).unwrap_or_default(),
            docs: self.docs(docs, name),
        };
        let mut alias = Vec::new();
        let (kind, members) = match &def.kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                (
                    "record",
                    fields
                        .map(|f| member(&f.name, Some(&f.ty), &f.docs))
                        .collect(),
                )
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter();
                (
                    "variant",
                    cases
                        .map(|c| member(&c.name, c.ty.as_ref(), &c.docs))
                        .collect(),
                )
            }
            TypeDefKind::Enum(list) => {
                let cases = list.cases.iter();
                (
                    "enum",
                    cases
                        .map(|case| member(&case.name, None, &case.docs))
                        .collect(),
                )
            }
            TypeDefKind::Flags(flags) => {
                let flags = flags.flags.iter();
                (
                    "flags",
                    flags
                        .map(|flag| member(&flag.name, None, &flag.docs))
                        .collect(),
                )
            }
            TypeDefKind::Resource => ("resource", Vec::new()),
            TypeDefKind::Handle(_)
            | TypeDefKind::Tuple(_)
            | TypeDefKind::Option(_)
            | TypeDefKind::Result(_)
            | TypeDefKind::List(_)
            | TypeDefKind::Map(..)
            | TypeDefKind::FixedLengthList(..)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Type(_)
            | TypeDefKind::Unknown => {
                words.kind(&def.kind, &mut alias);
                ("type", Vec::new())
            }
        };
        TypeItem {
            anchor: format!("{interface}-{name}"),
            name: name.to_owned(),
            kind,
            docs: self.docs(&def.docs, name),
            alias,
            members,
        }
    }

    /// Documentation as HTML; a name in backticks leads to its place, except on its own entry.
    fn docs(&self, docs: &Docs, own: &str) -> Rendered {
        let text = docs.contents.as_deref().unwrap_or_default();
        let mut linked = String::with_capacity(text.len());
        for (at, part) in text.split('`').enumerate() {
            let anchor = self.names.get(part).and_then(Option::as_ref);
            match anchor.filter(|_| part != own) {
                Some(anchor) if at % 2 == 1 => {
                    linked.push_str(&format!("[`{part}`](#{anchor})"));
                }
                _ if at % 2 == 1 => linked.push_str(&format!("`{part}`")),
                _ => linked.push_str(part),
            }
        }
        render(&linked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "/// All of it.\npackage a:b@1.2.3;\n\n/// Shapes.\ninterface shapes {\n\
        /// A box.\n  record crate-box {\n    /// How many.\n    sides: option<list<u8>>,\n  }\n\
        /// An answer about a `crate-box`.\n  variant answer { yes, no(crate-box) }\n}\n\
        interface work {\n  use shapes.{answer};\n  /// Does it.\n\
        run: func(a: u32, b: answer) -> result<_, answer>;\n}\n\
        /// The one.\nworld tool { import shapes; export work; }\n";

    fn small() -> Package {
        read("a/1.2.3", &[("a.wit", SMALL)]).unwrap()
    }

    fn text(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn a_package_is_taken_apart() {
        let package = small();
        assert_eq!(
            (package.name.as_str(), package.version.as_str()),
            ("a:b", "1.2.3")
        );
        let shapes = &package.interfaces[0];
        assert_eq!(shapes.types[0].kind, "record");
        assert_eq!(text(&shapes.types[0].members[0].ty), "option<list<u8>>");
        assert_eq!(text(&shapes.types[1].members[1].ty), "crate-box");
        assert_eq!(
            shapes.imported_by,
            [("tool".to_owned(), "world-tool".to_owned())]
        );
        let work = &package.interfaces[1];
        assert_eq!(
            text(&work.functions[0].signature),
            "func(a: u32, b: answer) -> result<_, answer>"
        );
        assert_eq!(package.worlds[0].exports[0].name, "work");
    }

    #[test]
    fn names_lead_to_their_places() {
        let package = small();
        let linked = package.interfaces[1].functions[0].signature.iter();
        let anchors: Vec<_> = linked.filter_map(|piece| piece.anchor.as_deref()).collect();
        assert_eq!(anchors, ["shapes-answer", "shapes-answer"]);
        let docs = &package.interfaces[0].types[1].docs.html;
        assert!(docs.contains("href=\"#shapes-crate-box\""), "{docs}");
        assert_eq!(
            package.interfaces[1].uses[0].anchor.as_deref(),
            Some("shapes-answer")
        );
    }

    #[test]
    fn newer_versions_come_first() {
        assert!(version_key("0.10.0") > version_key("0.9.3"));
        let packages = packages().unwrap();
        assert_eq!(packages[0].name, "waxseal:plugin");
        assert!(
            packages[0]
                .worlds
                .iter()
                .any(|world| world.name == "filter")
        );
    }
}
