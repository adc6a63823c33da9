//! Delivery from outside: a queue, mailboxes and a directory in memory, other servers on loopback.

#[cfg(test)]
mod deciders;
#[cfg(test)]
mod fake_server;
#[cfg(test)]
mod local;
#[cfg(test)]
mod relay;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod world;
