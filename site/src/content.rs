//! Reading and checking the content folder: everything between files and the model.

pub mod code;
pub mod diagnostic;
pub mod fix;
pub mod load;
pub mod nearest;
pub mod rules;
pub mod schema;
pub mod source;
pub mod spanned;
pub mod tidy;

pub use code::Code;
pub use diagnostic::{Diagnostic, Format, Severity};
pub use load::{Loaded, check, read_folder};
pub use source::SourceFile;

#[cfg(test)]
mod tests;
