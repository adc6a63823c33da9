//! The server's side of a session: port 25, submission and LMTP.
//!
//! [`Session::next`] takes octets and gives [`Step`]s; questions that need the world (who is this
//! recipient, take this message) come out as [`Question`] and go back in as [`Answer`]. Replies
//! gather in [`Session::output`] and are sent when the session wants to read, so that a pipelining
//! client gets them in one write (RFC 2920 §3.2).

mod auth;
mod content;
mod limits;
mod line;
mod replies;
mod session;
mod step;
mod trace_keyword;
mod transaction;

pub use limits::{LimitError, Limits};
pub use session::{Expects, Session, SessionConfig};
pub use step::{Answer, Password, Question, Role, Step};
pub use trace_keyword::TraceKeyword;
