//! Structs: tables.

use crate::attributes::{DefaultOf, Own, Serde, docs};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Expr, Field, FieldsNamed, Ident, Type};

/// Implements `Setting` for a struct.
pub(crate) fn implement(input: &DeriveInput, fields: &FieldsNamed) -> syn::Result<TokenStream> {
    let name = &input.ident;
    let container = Serde::of(&input.attrs)?;
    let mut keys = Vec::new();
    let mut values = Vec::new();
    for field in &fields.named {
        let own = Own::of(&field.attrs)?;
        let Some(ident) = field.ident.as_ref().filter(|_| !own.skip) else {
            continue;
        };
        let serde = Serde::of(&field.attrs)?;
        let key = serde.rename.clone().unwrap_or_else(|| ident.to_string());
        keys.push(key_of(field, &own, &serde, container.default.as_ref())?);
        if own.shape.is_none() {
            values.push(quote! {
                (#key.to_owned(), ::waxseal_settings::Setting::value(&self.#ident))
            });
        }
    }
    let whole = container.default.as_ref().map(|default| {
        let made = made_by(default, &quote!(Self));
        quote!(let whole: Self = #made;)
    });
    Ok(quote! {
        impl ::waxseal_settings::Setting for #name {
            fn shape() -> ::waxseal_settings::Shape {
                #whole
                ::waxseal_settings::Shape::Table(::std::vec![#(#keys),*])
            }

            fn value(&self) -> ::waxseal_settings::Value {
                ::waxseal_settings::Value::Table(::std::vec![#(#values),*])
            }
        }
    })
}

/// The expression of one `Key`.
fn key_of(
    field: &Field,
    own: &Own,
    serde: &Serde,
    container: Option<&DefaultOf>,
) -> syn::Result<TokenStream> {
    let ident = field
        .ident
        .as_ref()
        .ok_or_else(|| syn::Error::new_spanned(field, "a setting has a name"))?;
    let name = serde.rename.clone().unwrap_or_else(|| ident.to_string());
    let about = docs(&field.attrs);
    if about.is_empty() {
        return Err(syn::Error::new_spanned(ident, "a setting is documented"));
    }
    let ty = &field.ty;
    let shape = match &own.shape {
        Some(function) => quote!(#function()),
        None => quote!(<#ty as ::waxseal_settings::Setting>::shape()),
    };
    let [min, max] = [bound(own.min.as_ref()), bound(own.max.as_ref())];
    let [len_min, len_max] = [bound(own.len_min.as_ref()), bound(own.len_max.as_ref())];
    let default = match (&own.shape, &serde.default) {
        (Some(_), _) => None,
        (None, Some(from)) => {
            let made = made_by(from, &quote!(#ty));
            Some(quote!(::waxseal_settings::Setting::value(&#made)))
        }
        (None, None) => {
            container.map(|_: &DefaultOf| quote!(::waxseal_settings::Setting::value(&whole.#ident)))
        }
    };
    let required = serde.default.is_none() && container.is_none() && !is_option(ty);
    let default = default.unwrap_or_else(|| quote!(::waxseal_settings::Value::Absent));
    let reload = own.reload;
    Ok(quote! {
        ::waxseal_settings::Key {
            name: #name,
            docs: #about,
            shape: #shape.within(#min, #max).long(#len_min, #len_max),
            required: #required,
            default: #default,
            reload: #reload,
        }
    })
}

/// A bound as an optional number.
fn bound(expression: Option<&Expr>) -> TokenStream {
    match expression {
        None => quote!(::std::option::Option::None),
        Some(number) => quote!(::std::option::Option::Some(i128::from(#number))),
    }
}

/// The expression of a default.
fn made_by(default: &DefaultOf, ty: &TokenStream) -> TokenStream {
    match default {
        DefaultOf::Type => quote!(<#ty as ::std::default::Default>::default()),
        DefaultOf::Function(path) => quote!(#path()),
    }
}

fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|segment: &syn::PathSegment| {
        segment.ident == Ident::new("Option", segment.ident.span())
    })
}
