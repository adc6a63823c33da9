//! The harness of the black-box tests: starts the built programs on free loopback ports and in
//! folders of their own, runs foreign clients against them, and ends what it started by its pid.
//!
//! It knows the programs from outside only; no engine crate is imported here.

mod client;
mod folder;
mod server;
mod site;
mod wait;

pub use client::{Client, Output};
pub use folder::Folder;
pub use server::{Server, free_port, plugins, program};
pub use site::Site;
pub use wait::{now, until};
