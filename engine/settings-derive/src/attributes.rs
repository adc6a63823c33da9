//! What attributes say.

use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Token};

/// Where the default of a key comes from.
#[derive(Clone)]
pub(crate) enum DefaultOf {
    /// Its type.
    Type,
    /// A function.
    Function(Path),
}

/// serde's attributes of a struct, an enum or a field.
#[derive(Default)]
pub(crate) struct Serde {
    pub(crate) default: Option<DefaultOf>,
    pub(crate) rename: Option<String>,
    pub(crate) rename_all: Option<String>,
}

/// `#[setting(…)]` of a field.
#[derive(Default)]
pub(crate) struct Own {
    pub(crate) min: Option<Expr>,
    pub(crate) max: Option<Expr>,
    pub(crate) len_min: Option<Expr>,
    pub(crate) len_max: Option<Expr>,
    pub(crate) shape: Option<Path>,
    pub(crate) reload: bool,
    pub(crate) skip: bool,
}

impl Serde {
    pub(crate) fn of(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut found = Self::default();
        for attribute in attributes.iter().filter(|one| one.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                let text = meta
                    .input
                    .peek(Token![=])
                    .then(|| meta.value()?.parse::<LitStr>())
                    .transpose()?;
                if meta.path.is_ident("default") {
                    found.default = Some(match text {
                        None => DefaultOf::Type,
                        Some(path) => DefaultOf::Function(path.parse()?),
                    });
                } else if meta.path.is_ident("rename") {
                    found.rename = text.map(|text| text.value());
                } else if meta.path.is_ident("rename_all") {
                    found.rename_all = text.map(|text| text.value());
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

impl Own {
    pub(crate) fn of(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut found = Self::default();
        for attribute in attributes
            .iter()
            .filter(|one| one.path().is_ident("setting"))
        {
            attribute.parse_nested_meta(|meta| {
                let is = |name| meta.path.is_ident(name);
                if is("reload") {
                    found.reload = true;
                } else if is("skip") {
                    found.skip = true;
                } else if is("shape") {
                    found.shape = Some(meta.value()?.parse()?);
                } else if is("min") {
                    found.min = Some(meta.value()?.parse()?);
                } else if is("max") {
                    found.max = Some(meta.value()?.parse()?);
                } else if is("len_min") {
                    found.len_min = Some(meta.value()?.parse()?);
                } else if is("len_max") {
                    found.len_max = Some(meta.value()?.parse()?);
                } else {
                    return Err(meta.error("not known to #[setting]"));
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}

/// The documentation: lines of a paragraph joined, paragraphs divided by an empty line.
pub(crate) fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        if !pair.path.is_ident("doc") {
            return None;
        }
        if let Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) = &pair.value
        {
            return Some(text.value());
        }
        None
    });
    let mut text = String::new();
    let mut begins = true;
    for line in lines {
        let line = line.trim();
        if line.is_empty() {
            begins = true;
            continue;
        }
        if !text.is_empty() {
            text.push_str(if begins { "\n\n" } else { " " });
        }
        text.push_str(line);
        begins = false;
    }
    text
}
