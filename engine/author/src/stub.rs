//! A world that answers what it was told to, for cases and benches: nothing here reaches a network,
//! a file or the real clock.

mod clock;
mod dns;
mod entropy;
mod http;
mod key_value;

pub use clock::StubClock;
pub use dns::{DnsAnswer, StubDns};
pub use entropy::StubEntropy;
pub use http::{HttpAnswer, StubHttp};
pub use key_value::StubKeyValue;
