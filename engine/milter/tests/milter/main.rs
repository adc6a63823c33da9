//! The bridges over real sockets on 127.0.0.1: our client against a milter that a test scripts, our
//! server against a mail server that a test scripts, and both against each other.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a script answers some commands of the protocol and leaves the rest to the peer"
)]

mod breaking;
mod client;
mod fake_milter;
mod fake_mta;
mod kept;
mod server;
mod subject;
mod together;
