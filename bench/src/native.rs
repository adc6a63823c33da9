//! The shipped filters' own code as plain Rust in the server: no sandbox, no copies between memories.
//!
//! Only what a component asks of the server is replaced: what `rules` asks about a message is read
//! from the draft, what `bayes` reads of it likewise. All that judges is the plugins' own.

mod bayes;
mod facts;
mod rules;
mod session;

pub(crate) use self::bayes::NativeBayes;
pub(crate) use self::rules::NativeRules;
pub(crate) use session::NativeFilter;

use facts::Known;
use waxseal_ports::Draft;
use waxseal_ports::filter::Ruling;

/// What judges a message at its end, the stage at which the benched filters work.
pub(crate) trait Judge: Send + Sync {
    /// Judges it and makes the changes.
    fn judge(&self, known: &Known, draft: &mut Draft) -> Ruling;
}

/// Judges nothing.
pub(crate) struct NativeNothing;

impl Judge for NativeNothing {
    fn judge(&self, _known: &Known, _draft: &mut Draft) -> Ruling {
        Ruling::next()
    }
}
