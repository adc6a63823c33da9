//! A message that is not accepted yet: a header section that filters may edit, and a body they may
//! only read.

use crate::ReadAt;
use bytes::Bytes;
use std::io;
use std::sync::Arc;
use waxseal_mail::HeaderSection;

/// Header section in memory, body wherever it was spooled.
#[derive(Clone)]
pub struct Draft {
    /// Editable; its octets include the separating empty line.
    pub header: HeaderSection,
    /// Everything after the empty line.
    pub body: Arc<dyn ReadAt>,
}

impl Draft {
    /// Octets of the message as it stands now.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.header.to_bytes().octets() + self.body.octets()
    }

    /// The message as it stands now, as one run of octets; copies the header section only.
    #[must_use]
    pub fn message(&self) -> Arc<dyn ReadAt> {
        Arc::new(Joined {
            head: self.header.to_bytes(),
            tail: self.body.clone(),
        })
    }
}

/// Octets in memory followed by others: a message behind its trace fields.
pub struct Joined {
    /// First.
    pub head: Bytes,
    /// Then.
    pub tail: Arc<dyn ReadAt>,
}

impl ReadAt for Joined {
    fn octets(&self) -> u64 {
        self.head.octets() + self.tail.octets()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let from_head = self.head.read_at(offset, buffer)?;
        if from_head == buffer.len() {
            return Ok(from_head);
        }
        let tail_offset = offset.saturating_sub(self.head.octets());
        Ok(from_head + self.tail.read_at(tail_offset, &mut buffer[from_head..])?)
    }

    fn as_bytes(&self) -> Option<Bytes> {
        if self.head.is_empty() {
            self.tail.as_bytes()
        } else {
            None
        }
    }
}

/// A part of other octets: the body inside a whole message.
pub struct Slice {
    /// The whole.
    pub whole: Arc<dyn ReadAt>,
    /// Where the part starts.
    pub start: u64,
    /// How long it is.
    pub octets: u64,
}

impl ReadAt for Slice {
    fn octets(&self) -> u64 {
        self.octets
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.octets.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        self.whole
            .read_at(self.start.saturating_add(offset), &mut buffer[..wanted])
    }

    fn as_bytes(&self) -> Option<Bytes> {
        let whole = self.whole.as_bytes()?;
        let start = usize::try_from(self.start).ok()?;
        let end = start.checked_add(usize::try_from(self.octets).ok()?)?;
        (end <= whole.len()).then(|| whole.slice(start..end))
    }
}
