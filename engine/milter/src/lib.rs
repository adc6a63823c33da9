//! Milters, both ways: existing ones (rspamd, opendkim) as filters of this server, and filters of
//! this server (plugins) as milters of others (Postfix, Sendmail).
//!
//! [`wire`] knows the protocol's octets and nothing else. A [`Milter`] is a `Filter` that asks a milter
//! over a socket; a [`Server`] is a milter that asks a `Filter`. This room sees the ports only: it
//! cannot tell a plugin from a built-in, and neither reads configuration files nor knows SMTP.

pub mod wire;

mod client;
mod path_text;
mod server;
mod socket;

pub use client::{Milter, MilterConfig, MilterLimits, MilterProtocol};
pub use server::{Listener, Quarantine, Server, ServerConfig, ServerPorts};
pub use socket::{Socket, SocketError};
