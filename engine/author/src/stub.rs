//! A world that answers what it was told to, for cases and benches: nothing here reaches a network or
//! a file. The clock and the keys and values are those of `waxseal_ports::memory`.

mod dns;
mod entropy;
mod http;

pub use dns::{DnsAnswer, StubDns};
pub use entropy::StubEntropy;
pub use http::{HttpAnswer, Shelf, StubHttp};
