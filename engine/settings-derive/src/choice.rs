//! Enums: words to choose from.

use crate::attributes::{Serde, docs};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Fields};

/// Implements `Setting` for an enum.
pub(crate) fn implement(input: &DeriveInput, data: &DataEnum) -> syn::Result<TokenStream> {
    let ty = &input.ident;
    let container = Serde::of(&input.attrs)?;
    if container.rename_all.as_deref() != Some("lowercase") {
        let message = "only #[serde(rename_all = \"lowercase\")] is known";
        return Err(syn::Error::new_spanned(ty, message));
    }
    let mut choices = Vec::new();
    let mut arms = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(syn::Error::new_spanned(variant, "a word has no fields"));
        }
        let ident = &variant.ident;
        let renamed = Serde::of(&variant.attrs)?.rename;
        let word = renamed.unwrap_or_else(|| ident.to_string().to_lowercase());
        let about = docs(&variant.attrs);
        choices.push(quote! {
            ::waxseal_settings::Choice { name: #word.to_owned(), docs: #about }
        });
        arms.push(quote!(Self::#ident => #word));
    }
    Ok(quote! {
        impl ::waxseal_settings::Setting for #ty {
            fn shape() -> ::waxseal_settings::Shape {
                ::waxseal_settings::Shape::Choice(::std::vec![#(#choices),*])
            }

            fn value(&self) -> ::waxseal_settings::Value {
                let word = match self { #(#arms),* };
                ::waxseal_settings::Value::Text(word.to_owned())
            }
        }
    })
}
