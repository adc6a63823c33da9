//! Delivery plugins: where accepted messages go, and ways to take them there.
//!
//! [`PluginRouter`] asks the routing plugins in their order and gives their decisions on;
//! [`Host`](crate::Host) takes messages to the transports among them. One instance serves one call.

mod decision;
mod handed;
mod router;
mod transport;

pub use router::PluginRouter;

pub(crate) use decision::{SaidAction, SaidKeep};
pub(crate) use handed::SaidHanded;

use crate::state::{Held, State};
use std::io;
use std::sync::{Arc, Mutex};
use waxseal_mail::{Envelope, HeaderSection};
use waxseal_ports::draft::Slice;
use waxseal_ports::queue::Leased;
use waxseal_ports::{Draft, ReadAt, read_at};

/// Octets of a message in which its header section is looked for first.
const HEADER_OCTETS_FIRST: u64 = 64 * 1024;

/// What guests see of a queued message: its open recipients, and all its octets.
///
/// # Errors
/// When the message cannot be read.
pub(crate) fn state_of(leased: &Leased) -> io::Result<Arc<Mutex<State>>> {
    let open = leased.open.iter().filter_map(|position| {
        let position = usize::try_from(*position).ok()?;
        leased.envelope.recipients.get(position).cloned()
    });
    let envelope = Envelope {
        recipients: open.collect(),
        ..leased.envelope.clone()
    };
    let mut held = Held::new(envelope, draft(&leased.message)?);
    held.body = true;
    let mut state = State::outside_sessions();
    state.begin(leased.envelope.reverse_path.clone());
    *state.notes_mut() = leased.notes.clone();
    state.tags.clone_from(&leased.tags);
    state.message = Some(held);
    Ok(Arc::new(Mutex::new(state)))
}

/// Header section and body of stored octets.
///
/// # Errors
/// When they cannot be read.
pub(crate) fn draft(message: &Arc<dyn ReadAt>) -> io::Result<Draft> {
    let total = message.octets();
    let mut looked_at = HEADER_OCTETS_FIRST;
    loop {
        let head = match message.as_bytes() {
            Some(whole) => whole,
            None => read_at::read_range(&**message, 0, looked_at)?,
        };
        let (header, octets) = HeaderSection::split(&head);
        let start = u64::try_from(octets).unwrap_or(u64::MAX);
        let seen = u64::try_from(head.len()).unwrap_or(u64::MAX);
        // Where the section fills all that was looked at, it goes on behind it.
        if start < seen || seen >= total {
            return Ok(Draft {
                header,
                body: Arc::new(Slice {
                    whole: message.clone(),
                    start,
                    octets: total.saturating_sub(start),
                }),
            });
        }
        looked_at = looked_at.saturating_mul(4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use waxseal_ports::read_at::read_all;

    /// Octets that do not lie in memory as one piece.
    struct OnDisk(Bytes);

    impl ReadAt for OnDisk {
        fn octets(&self) -> u64 {
            self.0.octets()
        }
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read_at(offset, buffer)
        }
    }

    #[track_caller]
    fn check(header: &str, body: &str) {
        let whole = Bytes::from(format!("{header}{body}"));
        let places: [Arc<dyn ReadAt>; 2] = [Arc::new(whole.clone()), Arc::new(OnDisk(whole))];
        for message in places {
            let draft = draft(&message).unwrap();
            assert_eq!(draft.header.to_bytes(), header.as_bytes());
            assert_eq!(read_all(&*draft.body).unwrap(), body.as_bytes());
        }
    }

    #[test]
    fn finds_the_header_section_however_long() {
        check("A: b\r\n\r\n", "body\r\n");
        check("A: b\r\n\r\n", "");
        check("", "");
        check("only a header\r\n", "");
        let field = "X: 0123456789abcdef0123456789abcdef\r\n";
        let long = field.repeat(20_000);
        check(&format!("{long}\r\n"), "body");
        check(&long, "");
        // The empty line is where the first look ends.
        let exact = usize::try_from(HEADER_OCTETS_FIRST).unwrap();
        for around in exact - 3..exact + 3 {
            let header = format!("A: {}\r\n\r\n", "x".repeat(around - 7));
            check(&header, &"b".repeat(1000));
        }
    }
}
