//! A spool that is a vector.

use super::Memory;
use crate::spool::{Spool, SpoolError, SpoolWriter};
use crate::{ReadAt, draft::Slice};
use bytes::Bytes;
use std::sync::Arc;

struct Place {
    octets: Vec<u8>,
    full: bool,
}

impl Spool for Memory {
    fn start(&self) -> Box<dyn SpoolWriter> {
        Box::new(Place {
            octets: Vec::new(),
            full: self.state().full,
        })
    }
}

impl SpoolWriter for Place {
    fn write(&mut self, octets: &[u8]) -> Result<(), SpoolError> {
        if self.full {
            return Err(SpoolError::Full);
        }
        self.octets.extend_from_slice(octets);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Arc<dyn ReadAt>, SpoolError> {
        let octets = Bytes::from(self.octets);
        // A slice of everything, so that readers meet more than plain `Bytes`.
        Ok(Arc::new(Slice {
            start: 0,
            octets: octets.octets(),
            whole: Arc::new(octets),
        }))
    }
}
