//! The derive of `waxseal_settings::Setting`: documentation, serde's defaults and `#[setting(…)]` made
//! into a shape.

mod attributes;
mod choice;
mod table;

use proc_macro::TokenStream;
use syn::{Data, DeriveInput, Fields, parse_macro_input};

/// Implements `Setting` for a struct with named fields, or for an enum of plain words.
#[proc_macro_derive(Setting, attributes(setting, serde))]
pub fn setting(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let made = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => table::implement(&input, fields),
            Fields::Unnamed(_) | Fields::Unit => Err(unfit(&input)),
        },
        Data::Enum(data) => choice::implement(&input, data),
        Data::Union(_) => Err(unfit(&input)),
    };
    made.unwrap_or_else(syn::Error::into_compile_error).into()
}

fn unfit(input: &DeriveInput) -> syn::Error {
    let message = "a setting is a struct with named fields or an enum of plain words";
    syn::Error::new_spanned(&input.ident, message)
}
