//! Sessions over the in-memory ports, without sockets: the desk answers, the test is the client.

mod client;
mod concurrency;
mod cuts;
mod loopback;
mod moves;
mod transcripts;
