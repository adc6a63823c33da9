//! Delivery from outside: a queue, mailboxes and a directory in memory, other servers on loopback.

mod fake_server;
mod local;
mod relay;
mod reports;
mod world;
