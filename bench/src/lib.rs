//! What a plugin costs: the same filter as a component in the server, as plain Rust in the server,
//! and behind a milter socket, on the same messages in one run.
//!
//! `cargo xtask bench plugins` builds this in release and runs it. The three ways are sessions of one
//! port, so one driver times them all; a test asserts that they come to the same verdicts and the same
//! messages, since figures of different work would say nothing.

pub mod drive;
pub mod measure;
pub mod message;
pub mod way;

mod hosted;
mod milter;
mod native;
mod training;
