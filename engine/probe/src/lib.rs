//! The prober: asks a running server what it can do, and then makes it do it.
//!
//! A [`Plan`] names endpoints; [`probe`] connects to each, records what is announced in every
//! [`Phase`] (greeting, in clear text, behind TLS, after login) and *exercises* what was announced:
//! per extension a few commands whose answers show that it works. The outcome is a [`Session`] per
//! endpoint with its [`Transcript`], printed in [`words`](words::words) or written as a measured
//! file of the catalog ([`measured`]).
//!
//! What a server sends is hostile until proven otherwise: lines, octets and time are limited
//! ([`Limits`]), and nothing it says is trusted. Any certificate is accepted, since a probe asks what
//! a server does and not who it is; so never send a password to a server that is not yours.
//!
//! The trials stand as text in `src/*/trials.txt` and `src/*.rs`, the wire tokens of the catalog's
//! extensions in `src/tokens.tsv`, made from `content/extensions` by a test.

mod deflate;
mod imap;
mod ldap;
mod limits;
mod managesieve;
pub mod measured;
mod plan;
mod pop3;
mod redact;
mod sasl;
mod session;
mod smtp;
mod table;
mod transcript;
mod trial;
mod trust;
mod webdav;
mod wire;
pub mod words;
mod xmpp;

pub use limits::Limits;
pub use plan::{Endpoint, Plan, Protocol, Subject, Tls};
pub use session::{Announced, Check, Outcome, Phase, Session, probe};
pub use transcript::Transcript;
pub use wire::Gone;

#[cfg(test)]
mod fake;
