//! Sinks that look at what goes through them.

use std::sync::{Arc, Mutex, PoisonError};
use waxseal_ports::ReadAt;
use waxseal_ports::spool::{SpoolError, SpoolWriter};

/// Count and digest of octets, read after they went through.
#[derive(Clone)]
pub(super) struct Measure(Arc<Mutex<(u64, blake3::Hasher)>>);

impl Measure {
    /// The digest of a blob begins with its name.
    pub(super) fn of(id: &str) -> Self {
        let mut digest = blake3::Hasher::new();
        digest.update(id.as_bytes());
        Self(Arc::new(Mutex::new((0, digest))))
    }

    pub(super) fn update(&self, octets: &[u8]) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0 += octets.len() as u64;
        inner.1.update(octets);
    }

    /// Octets and digest so far.
    pub(super) fn taken(&self) -> (u64, [u8; 32]) {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (inner.0, *inner.1.finalize().as_bytes())
    }
}

/// Measures what it hands on; without a next one it throws it away.
pub(super) struct Measured {
    pub(super) measure: Measure,
    pub(super) next: Option<Box<dyn SpoolWriter>>,
}

impl SpoolWriter for Measured {
    fn write(&mut self, octets: &[u8]) -> Result<(), SpoolError> {
        self.measure.update(octets);
        match &mut self.next {
            Some(next) => next.write(octets),
            None => Ok(()),
        }
    }

    fn finish(self: Box<Self>) -> Result<Arc<dyn ReadAt>, SpoolError> {
        match self.next {
            Some(next) => next.finish(),
            None => Ok(Arc::new(bytes::Bytes::new())),
        }
    }
}
