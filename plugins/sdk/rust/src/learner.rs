//! Filters that learn from what users do with their messages.

pub use crate::bindings::mailbox_hooks::{Moved, Place};
use crate::{Error, Filter};

/// A filter that is told of messages that went from one mailbox to another: MOVE, or COPY by a
/// client that has no MOVE.
///
/// [`Stage::Moved`](crate::Stage::Moved) is always wanted and need not be named. In
/// [`Learner::on_moved`] the modules [`message`](crate::message) and [`mime`](crate::mime) read the
/// message; its envelope is not known any longer.
pub trait Learner: Filter {
    /// After the client had its answer, and only where the [`Place`] changed.
    ///
    /// # Errors
    /// Are logged and counted, nothing else.
    fn on_moved(&mut self, event: &Moved) -> Result<(), Error>;
}
