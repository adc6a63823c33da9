//! Runs plugins: WebAssembly components that judge mail, inside limits (wasmtime).
//!
//! In come sessions and messages through the `Filter` port; out go rulings. Nothing a plugin does
//! harms more than its own answer: every resource has a limit with a name, and a failure becomes
//! the verdict that the administrator chose for that plugin. This room opens component files and
//! its cache of compiled code; it never opens a socket and never lets a guest do so.

mod config;
mod error;
mod host;

pub use config::{Config, HostConfig, Limits, OnFailure, PluginConfig};
pub use error::{CallFailure, LoadError, LoadReason, StartError};
pub use host::{Host, Services, check};
