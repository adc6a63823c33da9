//! How a plugin is built: which toolchain, and from a core module to a component.
//!
//! `cargo xtask plugins` builds the plugins of this repository with it, `waxseal plugin build` those of
//! authors; both choose alike and say what they chose. Programs are started here and files are read;
//! nothing is downloaded but what `rustup target add` fetches, and no component is ever run.
//!
//! Reading order: [`RustToolchain`] is picked and gives cargo commands; [`component`] encodes what the
//! linker made, and refuses imports that no server offers. [`CToolchain`] does the same for C;
//! [`JavaScriptToolchain`] and [`PythonToolchain`] make components in one step.

mod c;
mod encode;
mod error;
mod rust;
mod script;

pub use c::{C_PACKAGES, CSources, CToolchain};
pub use encode::{PACKAGE, component, foreign_imports};
pub use error::ToolchainError;
pub use rust::{DEBIAN_PACKAGES, RUST_TARGET, RustToolchain, Rustup};
pub use script::{
    JAVASCRIPT_PACKAGE, JavaScriptToolchain, PYTHON_PACKAGE, PythonToolchain, ScriptTarget,
};
