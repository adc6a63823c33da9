//! Where the octets of a message go while they come: the header section into memory, up to its limit,
//! the body into the spool.

use bytes::{Bytes, BytesMut};
use std::sync::Arc;
use waxseal_mail::{HeaderSection, Reply};
use waxseal_ports::spool::{SpoolError, SpoolWriter};
use waxseal_ports::{Draft, ReadAt, Spool};
use waxseal_smtp::server::Limits;

/// Octets of memory a header section starts with; most fit.
const HEADER_OCTETS_FIRST: usize = 2048;

/// Why a message was not taken as it came.
#[derive(Debug)]
pub(crate) enum SinkFault {
    /// The header section is over [`Limits::header_octets_max`].
    HeaderOctets,
    /// It has more fields than [`Limits::header_fields_max`].
    HeaderFields,
    /// It has [`Limits::received_fields_max`] Received fields.
    Loop,
    /// The spool failed.
    Spool(SpoolError),
}

impl SinkFault {
    /// What the client is told.
    pub(crate) fn reply(&self) -> Reply {
        match self {
            Self::HeaderOctets => Reply::own(552, (5, 3, 4), "the header section is too large"),
            Self::HeaderFields => Reply::own(552, (5, 3, 4), "too many header fields"),
            Self::Loop => Reply::own(554, (5, 4, 6), "too many hops: the message is looping"),
            Self::Spool(SpoolError::Full) => Reply::own(452, (4, 3, 1), "no space left"),
            Self::Spool(SpoolError::Io(_)) => {
                Reply::own(451, (4, 3, 0), "the message could not be kept")
            }
        }
    }
}

/// One message that is coming in.
pub(crate) struct Sink {
    head: BytesMut,
    body: Option<Box<dyn SpoolWriter>>,
    fault: Option<SinkFault>,
    octets: u64,
    header_octets_max: usize,
}

impl Sink {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            head: BytesMut::new(),
            body: None,
            fault: None,
            octets: 0,
            header_octets_max: limits.header_octets_max,
        }
    }

    /// Octets so far.
    pub(crate) const fn octets(&self) -> u64 {
        self.octets
    }

    /// Appends octets. After a fault they are dropped, and so is what was kept.
    pub(crate) fn write(&mut self, octets: &[u8], spool: &dyn Spool) {
        self.octets += octets.len() as u64;
        if self.fault.is_some() {
            return;
        }
        let written = match &mut self.body {
            Some(body) => body.write(octets).map_err(SinkFault::Spool),
            None => self.write_head(octets, spool),
        };
        if let Err(fault) = written {
            self.head = BytesMut::new();
            self.body = None;
            self.fault = Some(fault);
        }
    }

    fn write_head(&mut self, octets: &[u8], spool: &dyn Spool) -> Result<(), SinkFault> {
        if self.head.capacity() == 0 {
            self.head.reserve(HEADER_OCTETS_FIRST);
        }
        // The empty line may have begun in the octets before.
        let from = self.head.len().saturating_sub(3);
        let room = self.header_octets_max.saturating_sub(self.head.len());
        let (kept, over) = octets.split_at(octets.len().min(room));
        self.head.extend_from_slice(kept);
        let Some(end) = header_end(&self.head, from) else {
            return if over.is_empty() {
                Ok(())
            } else {
                Err(SinkFault::HeaderOctets)
            };
        };
        let mut body = spool.start();
        let in_body = self.head.split_off(end);
        for part in [&in_body[..], over] {
            if !part.is_empty() {
                body.write(part).map_err(SinkFault::Spool)?;
            }
        }
        self.body = Some(body);
        Ok(())
    }

    /// The message as it was sent, checked against the limits of its header section.
    ///
    /// # Errors
    /// [`SinkFault`].
    pub(crate) fn finish(self, limits: &Limits) -> Result<Draft, SinkFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let body: Arc<dyn ReadAt> = match self.body {
            Some(body) => body.finish().map_err(SinkFault::Spool)?,
            None => Arc::new(Bytes::new()),
        };
        let (header, _) = HeaderSection::split(&self.head.freeze());
        if header.fields().len() > limits.header_fields_max {
            return Err(SinkFault::HeaderFields);
        }
        if header.named("Received").count() >= limits.received_fields_max {
            return Err(SinkFault::Loop);
        }
        Ok(Draft { header, body })
    }
}

/// The position behind the empty line that ends the header section, looked for from `from`.
fn header_end(head: &[u8], from: usize) -> Option<usize> {
    if head.starts_with(b"\r\n") {
        return Some(2);
    }
    let found = memchr::memmem::find(head.get(from..)?, b"\r\n\r\n")?;
    Some(from + found + 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_ports::memory::Memory;
    use waxseal_ports::read_at::read_all;

    fn limits() -> Limits {
        Limits {
            header_octets_max: 40,
            header_fields_max: 3,
            received_fields_max: 2,
            ..Limits::default()
        }
    }

    /// Header section and body of `message`, given in pieces of `piece` octets.
    fn take(message: &[u8], piece: usize) -> Result<(Bytes, Bytes), SinkFault> {
        let spool = Memory::example();
        let mut sink = Sink::new(&limits());
        message
            .chunks(piece)
            .for_each(|octets| sink.write(octets, &spool));
        let draft = sink.finish(&limits())?;
        Ok((
            draft.header.to_bytes(),
            read_all(draft.body.as_ref()).unwrap(),
        ))
    }

    #[track_caller]
    fn check(message: &str, header: &str, body: &str) {
        for piece in 1..=message.len().max(1) {
            let taken = take(message.as_bytes(), piece).unwrap();
            assert_eq!(
                taken,
                (
                    Bytes::copy_from_slice(header.as_bytes()),
                    Bytes::copy_from_slice(body.as_bytes())
                ),
                "{message:?} by {piece}"
            );
        }
    }

    #[test]
    fn header_section_and_body_part_at_the_first_empty_line() {
        check("", "", "");
        check("\r\n", "\r\n", "");
        check("\r\nbody\r\n", "\r\n", "body\r\n");
        check("A: b\r\n\r\nx\r\n\r\ny", "A: b\r\n\r\n", "x\r\n\r\ny");
        check("A: b\r\n\r\n\r\n", "A: b\r\n\r\n", "\r\n");
        check("A: b\r\n", "A: b\r\n", "");
    }

    #[test]
    fn limits_have_their_replies() {
        for (message, reply) in [
            (format!("A: {}\r\n\r\n", "x".repeat(60)), "552 5.3.4"),
            ("A:1\r\n".repeat(20), "552 5.3.4"),
            ("A:1\r\nB:1\r\nC:1\r\nD:1\r\n\r\n".to_owned(), "552 5.3.4"),
            ("Received:x\r\nReceived:y\r\n\r\n".to_owned(), "554 5.4.6"),
        ] {
            for piece in [1, 7, 1000] {
                let fault = take(message.as_bytes(), piece).unwrap_err().reply();
                let status = fault.status().unwrap();
                assert_eq!(format!("{} {status}", fault.code()), reply, "{message:?}");
            }
        }
        let fits = format!("A: {}\r\n\r\n{}", "x".repeat(33), "y".repeat(100));
        assert!(take(fits.as_bytes(), 1000).is_ok());
    }
}
