//! What a configuration file may hold, told by the very structs that it is read into.
//!
//! A struct that serde reads derives [`Setting`] beside `Deserialize`. Its documentation, the defaults
//! that serde would use and the bounds in `#[setting(min = …, max = …)]` become a [`Shape`]; the daemon
//! makes its JSON Schema of that, refuses values out of bounds by it, and the manual's reference is
//! made of the schema. Nothing about a key is written down twice.

extern crate self as waxseal_settings;

mod foreign;
mod shape;

pub use shape::{Bounds, Choice, Key, Shape, Value};
pub use waxseal_settings_derive::Setting;

/// A type that can stand in the configuration file.
///
/// The derive reads serde's own attributes (`default`, `rename`, `rename_all = "lowercase"`), and
/// `#[setting(…)]` on fields:
///
/// - `min = N`, `max = N`: bounds of a number, or of each number of a list;
/// - `len_min = N`, `len_max = N`: how many elements a list has;
/// - `reload`: a reload of the running server applies this key, or all keys of this table;
/// - `skip`: the field is not for administrators;
/// - `shape = PATH`: a function that returns the [`Shape`] of a field whose type has none.
pub trait Setting {
    /// What may stand there.
    fn shape() -> Shape;

    /// What stands there; [`Value::Absent`] where nothing does.
    fn value(&self) -> Value;
}

#[cfg(test)]
mod tests;
