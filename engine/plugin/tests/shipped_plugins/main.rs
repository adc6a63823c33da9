//! The shipped plugins as they are built, through the real host: their documented configurations
//! load, filters that ask stores, name servers and services decide by what these answer, and storage
//! plugins stand the trial of their port.
//!
//! `cargo xtask plugins` builds them; `WAXSEAL_PLUGINS_DIR` says where they are, else they are looked
//! for beside the programs.

#![expect(clippy::unwrap_used, reason = "a test program")]

mod bench;
mod documented;
mod filters;
mod storage;
