//! All black-box tests, one binary. Run them through `cargo xtask test`, which builds what they drive.
#![expect(clippy::unwrap_used, reason = "tests")]

mod catalog;
mod crash;
mod directory;
mod disk;
mod engine;
mod filter;
mod hostile;
mod house;
mod imap_clients;
mod messages;
mod milter;
mod operations;
mod plugin_live;
mod plugin_oci;
mod plugin_tools;
mod pop3_clients;
mod relay;
mod rfc_status;
mod shipped;
mod smtp_clients;
