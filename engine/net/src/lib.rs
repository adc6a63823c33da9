//! The network room: everything that owns a socket or a TLS state, and no grammar of any protocol.
//!
//! [`Listener`] binds a port, decides who may come in ([`Admission`]), performs implicit TLS off the
//! accept loop and hands a [`Connection`] to a [`Handler`]. A connection is a [`Stream`] (plain or
//! TLS), one input buffer that is given back while it is idle, and calls that all stand under a total
//! [`Deadline`]. [`dial`] makes connections the other way round. [`TlsAcceptor`] and [`TlsConnector`]
//! hold certificates and trust; [`AuthThrottle`] slows down guessing of passwords.
//!
//! Octets enter and leave here; what they mean is decided in `intake`, `access` and `delivery`.

mod admission;
mod auth_throttle;
mod connection;
mod deadline;
mod descriptors;
mod dial;
mod error;
mod listener;
mod random;
mod refusal;
mod stream;
mod tls;

pub use admission::{Admission, Admitted, Denied};
pub use auth_throttle::{Attempt, AuthThrottle, Throttled, Throttling};
pub use connection::Connection;
pub use deadline::Deadline;
pub use descriptors::Descriptors;
pub use dial::{dial, dial_from};
pub use error::{BindError, NetError, TlsError};
pub use listener::{Accepted, Gate, Handler, Listener, ListenerConfig, TlsMode};
pub use random::random_u64;
pub use refusal::refusal_line;
pub use stream::Stream;
pub use tls::{SelfSigned, TlsAcceptor, TlsConfig, TlsConnector, TlsSummary, Trust};
