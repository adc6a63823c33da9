//! How the CPU time of guests is measured, and who watches: what the author's tools set and a server
//! leaves alone.

use crate::watch::Watch;
use std::fmt;
use std::sync::Arc;

/// Fuel that stands for a millisecond of CPU time where limits are counted in fuel.
pub(crate) const FUEL_PER_MILLI: u64 = 2_000_000;

/// How the CPU time of guests is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metering {
    /// By a clock that ticks every 10 ms: what servers use.
    #[default]
    Epoch,
    /// By counting instructions, about one fuel each: slower, but the same on every run and every
    /// machine. A millisecond of a limit is 2,000,000 fuel. For tests and benches only.
    Fuel,
}

/// How a host is observed.
#[derive(Clone, Default)]
pub struct Instruments {
    /// How CPU time is measured.
    pub metering: Metering,
    /// Who is told of every call.
    pub watch: Option<Arc<dyn Watch>>,
}

impl fmt::Debug for Instruments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instruments")
            .field("metering", &self.metering)
            .field("watched", &self.watch.is_some())
            .finish()
    }
}
