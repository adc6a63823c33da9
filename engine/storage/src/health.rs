//! Whether writes can still be trusted.

use crate::outage::Outage;
use std::sync::{Arc, OnceLock};

/// Set once, never cleared while the process lives: after a failed flush the kernel may have thrown
/// the octets away and report success next time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health(Arc<OnceLock<Arc<str>>>);

impl Health {
    /// Stops all writing for good, loudly.
    pub(crate) fn condemn(&self, reason: &dyn std::fmt::Display) {
        let text: Arc<str> = reason.to_string().into();
        if self.0.set(text).is_ok() {
            tracing::error!(
                %reason,
                "STORAGE FAILED: a write could not be made durable; no more mail is taken until restart"
            );
            metrics::counter!("waxseal_storage_condemned_total").increment(1);
        }
    }

    /// `Ok` while writes can be trusted.
    pub(crate) fn check(&self) -> Result<(), Outage> {
        match self.0.get() {
            None => Ok(()),
            Some(reason) => Err(Outage::Broken(reason.clone())),
        }
    }

    /// Whether writes can be trusted.
    pub(crate) fn is_good(&self) -> bool {
        self.0.get().is_none()
    }
}
