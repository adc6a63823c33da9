//! Types and signatures of WIT as words, each with the place it leads to.

use std::collections::BTreeMap;

use wit_parser::{Function, Handle, Resolve, Type, TypeDef, TypeDefKind, TypeId, TypeOwner};

/// A run of text, with the anchor it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// The anchor on the same page.
    pub anchor: Option<String>,
}

/// Writes types with links to the places where they are described.
pub(super) struct Words<'a> {
    pub(super) resolve: &'a Resolve,
    pub(super) anchors: &'a BTreeMap<TypeId, String>,
}

impl Words<'_> {
    /// `func(name: type) -> type`.
    pub(super) fn signature(&self, function: &Function) -> Vec<Piece> {
        let mut out = Vec::new();
        plain(&mut out, "func(");
        for (at, param) in function.params.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            plain(&mut out, &format!("{comma}{}: ", param.name));
            self.ty(&param.ty, &mut out);
        }
        plain(&mut out, ")");
        if let Some(result) = &function.result {
            plain(&mut out, " -> ");
            self.ty(result, &mut out);
        }
        out
    }

    /// A type.
    pub(super) fn pieces(&self, ty: &Type) -> Vec<Piece> {
        let mut out = Vec::new();
        self.ty(ty, &mut out);
        out
    }

    /// The definition that a chain of `use` leads to.
    pub(super) fn origin(&self, id: TypeId) -> TypeId {
        let mut id = id;
        while let Some(TypeDef {
            kind: TypeDefKind::Type(Type::Id(next)),
            name,
            owner,
            ..
        }) = self.resolve.types.get(id)
        {
            let Some(target) = self.resolve.types.get(*next) else {
                break;
            };
            let used = target.name == *name || target.owner != *owner;
            if !used || matches!(target.owner, TypeOwner::None) {
                break;
            }
            id = *next;
        }
        id
    }

    fn ty(&self, ty: &Type, out: &mut Vec<Piece>) {
        match ty {
            Type::Id(id) => self.id(*id, out),
            Type::Bool => plain(out, "bool"),
            Type::U8 => plain(out, "u8"),
            Type::U16 => plain(out, "u16"),
            Type::U32 => plain(out, "u32"),
            Type::U64 => plain(out, "u64"),
            Type::S8 => plain(out, "s8"),
            Type::S16 => plain(out, "s16"),
            Type::S32 => plain(out, "s32"),
            Type::S64 => plain(out, "s64"),
            Type::F32 => plain(out, "f32"),
            Type::F64 => plain(out, "f64"),
            Type::Char => plain(out, "char"),
            Type::String => plain(out, "string"),
            Type::ErrorContext => plain(out, "error-context"),
        }
    }

    fn id(&self, id: TypeId, out: &mut Vec<Piece>) {
        let Some(def) = self.resolve.types.get(id) else {
            return;
        };
        if let Some(name) = &def.name {
            out.push(Piece {
                text: name.clone(),
                anchor: self.anchors.get(&self.origin(id)).cloned(),
            });
            return;
        }
        self.kind(&def.kind, out);
    }

    /// A type without a name of its own.
    pub(super) fn kind(&self, kind: &TypeDefKind, out: &mut Vec<Piece>) {
        match kind {
            TypeDefKind::Tuple(tuple) => self.generic("tuple", tuple.types.iter().collect(), out),
            TypeDefKind::Option(ty) => self.generic("option", vec![ty], out),
            TypeDefKind::List(ty) => self.generic("list", vec![ty], out),
            TypeDefKind::Map(key, value) => self.generic("map", vec![key, value], out),
            TypeDefKind::FixedLengthList(ty, length) => {
                plain(out, "list<");
                self.ty(ty, out);
                plain(out, &format!(", {length}>"));
            }
            TypeDefKind::Future(ty) => self.generic("future", ty.iter().collect(), out),
            TypeDefKind::Stream(ty) => self.generic("stream", ty.iter().collect(), out),
            TypeDefKind::Result(result) => match (&result.ok, &result.err) {
                (None, None) => plain(out, "result"),
                (Some(ok), None) => self.generic("result", vec![ok], out),
                (Some(ok), Some(err)) => self.generic("result", vec![ok, err], out),
                (None, Some(err)) => {
                    plain(out, "result<_, ");
                    self.ty(err, out);
                    plain(out, ">");
                }
            },
            TypeDefKind::Handle(Handle::Own(id)) => self.id(*id, out),
            TypeDefKind::Handle(Handle::Borrow(id)) => {
                plain(out, "borrow<");
                self.id(*id, out);
                plain(out, ">");
            }
            TypeDefKind::Type(ty) => self.ty(ty, out),
            TypeDefKind::Record(_) => plain(out, "record"),
            TypeDefKind::Resource => plain(out, "resource"),
            TypeDefKind::Flags(_) => plain(out, "flags"),
            TypeDefKind::Variant(_) => plain(out, "variant"),
            TypeDefKind::Enum(_) => plain(out, "enum"),
            TypeDefKind::Unknown => plain(out, "unknown"),
        }
    }

    fn generic(&self, name: &str, inner: Vec<&Type>, out: &mut Vec<Piece>) {
        plain(out, name);
        for (at, ty) in inner.iter().enumerate() {
            plain(out, if at == 0 { "<" } else { ", " });
            self.ty(ty, out);
        }
        if !inner.is_empty() {
            plain(out, ">");
        }
    }
}

/// Adds text that leads nowhere, joined to such text before it.
fn plain(out: &mut Vec<Piece>, text: &str) {
    match out.last_mut().filter(|piece| piece.anchor.is_none()) {
        Some(piece) => piece.text.push_str(text),
        None => out.push(Piece {
            text: text.to_owned(),
            anchor: None,
        }),
    }
}
