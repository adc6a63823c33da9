//! File descriptors: connections get most of them, storage and administration keep a reserve.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Descriptors that connections never get: packs, spool files, the database, the admin port.
const RESERVE_MAX: u64 = 512;
/// Descriptors assumed where the system names no limit.
const UNLIMITED: u64 = 1 << 20;

/// The descriptors that the connections of all listeners share. A listener takes one before it
/// accepts, so that it pauses (and the kernel's backlog holds clients) while there are none.
#[derive(Debug, Clone)]
pub struct Descriptors {
    free: Arc<Semaphore>,
    total: usize,
}

impl Descriptors {
    /// Raises this process's soft limit to its hard limit and shares what is above the reserve: 512,
    /// or a quarter of a small limit.
    #[must_use]
    pub fn of_process() -> Self {
        let limit = getrlimit(Resource::Nofile);
        let wanted = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        let raised = setrlimit(Resource::Nofile, wanted).is_ok();
        let soft = if raised { wanted } else { limit }.current;
        let soft = soft.unwrap_or(UNLIMITED).min(UNLIMITED);
        let for_connections = soft - RESERVE_MAX.min(soft / 4);
        Self::new(usize::try_from(for_connections).unwrap_or(usize::MAX))
    }

    /// Shares exactly `total` descriptors.
    #[must_use]
    pub fn new(total: usize) -> Self {
        let total = total.min(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(total)),
            total,
        }
    }

    /// How many there are in total.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.total
    }

    /// How many are free now.
    #[must_use]
    pub fn free(&self) -> usize {
        self.free.available_permits()
    }

    /// Takes one, waiting until there is one. `None` never happens while this value lives.
    pub(crate) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).acquire_owned().await.ok()
    }
}
