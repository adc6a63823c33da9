//! The far ends of the two streams of a storage call.

use crate::error::CallFailure;
use crate::state::READ_BYTES_MAX;
use std::sync::{Arc, Mutex, PoisonError};
use waxseal_ports::ReadAt;
use waxseal_ports::spool::{SpoolError, SpoolWriter};

/// Octets of a call that are read and written on the reactor; with more it leaves it first.
const QUICK_OCTETS_MAX: u64 = 128 * 1024;

/// Where a guest's streams are while it runs: none outside of storage calls.
#[derive(Default)]
pub(crate) struct Blob(Mutex<Option<Streams>>);

impl Blob {
    /// Puts streams there, or takes them away.
    pub(crate) fn replace(&mut self, streams: Option<Streams>) -> Option<Streams> {
        let inner = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(inner, streams)
    }

    /// The streams of the running call.
    ///
    /// # Errors
    /// When it is about no blob.
    pub(crate) fn streams(&mut self) -> wasmtime::Result<&mut Streams> {
        let inner = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        let streams = inner.as_mut();
        streams.ok_or_else(|| wasmtime::Error::msg("this call is about no blob"))
    }
}

/// Where written octets go, and how many there may be.
pub(super) enum Output {
    /// Nowhere.
    None,
    /// No more than so many.
    AtMost(u64, Box<dyn SpoolWriter>),
    /// So many.
    Exactly(u64, Box<dyn SpoolWriter>),
}

/// What one call reads and writes.
pub(crate) struct Streams {
    source: Arc<dyn ReadAt>,
    read: u64,
    output: Output,
    written: u64,
    /// Whether the call runs where it may take long.
    apart: bool,
    /// Why a write ended the call.
    problem: Option<Problem>,
}

/// Why a storage call came to nothing.
#[derive(Debug)]
pub(super) enum Problem {
    /// No space for what it writes; not the plugin's fault.
    Full,
    Failure(CallFailure),
}

impl From<CallFailure> for Problem {
    fn from(failure: CallFailure) -> Self {
        Self::Failure(failure)
    }
}

impl From<SpoolError> for Problem {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::Full => Self::Full,
            SpoolError::Io(_) => CallFailure::Trap(error.to_string()).into(),
        }
    }
}

impl Streams {
    pub(super) fn new(source: Arc<dyn ReadAt>, output: Output) -> Self {
        Self {
            source,
            read: 0,
            output,
            written: 0,
            apart: false,
            problem: None,
        }
    }

    /// Octets there are to read.
    pub(super) fn octets(&self) -> u64 {
        self.source.octets()
    }

    /// Whether the call should give the reactor up before it goes on; once.
    pub(crate) fn leaves_reactor(&mut self, coming: usize) -> bool {
        let coming = u64::try_from(coming).unwrap_or(u64::MAX);
        let much = self
            .source
            .octets()
            .max(self.written.saturating_add(coming));
        let leaves = !self.apart && much > QUICK_OCTETS_MAX;
        self.apart |= leaves;
        leaves
    }

    /// The next octets; empty at the end.
    ///
    /// # Errors
    /// When the source fails.
    pub(crate) fn read(&mut self, max: u32) -> wasmtime::Result<Vec<u8>> {
        let left = self.source.octets().saturating_sub(self.read);
        let wanted = left.min(max.min(READ_BYTES_MAX).into());
        let mut octets = vec![0; usize::try_from(wanted)?];
        let mut filled = 0;
        while let Some(rest) = octets.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let read = self.source.read_at(self.read, rest);
            let read = read.map_err(|error| {
                wasmtime::Error::msg(format!("the blob could not be read: {error}"))
            })?;
            if read == 0 {
                return Err(wasmtime::Error::msg("the blob is shorter than it was"));
            }
            filled += read;
            self.read += u64::try_from(read)?;
        }
        Ok(octets)
    }

    /// Takes octets.
    ///
    /// # Errors
    /// When they may not or cannot be taken; the reason is kept.
    pub(crate) fn write(&mut self, octets: &[u8]) -> wasmtime::Result<()> {
        let count = u64::try_from(octets.len())?;
        let wanted = self.written.saturating_add(count);
        let taken = match &mut self.output {
            Output::None => Err(outcome("it writes where nothing is to be written")),
            Output::AtMost(most, _) | Output::Exactly(most, _) if wanted > *most => {
                Err(outcome(format!("it wrote over {most} octets")))
            }
            Output::AtMost(_, sink) | Output::Exactly(_, sink) => {
                sink.write(octets).map_err(Problem::from)
            }
        };
        self.written = wanted;
        taken.map_err(|problem| {
            self.problem = Some(problem);
            wasmtime::Error::msg("the server does not take these octets")
        })
    }

    /// Ends the streams: what was written, if the call came to its end.
    ///
    /// # Errors
    /// Why a write ended the call; or the number of octets is another than it must be.
    pub(super) fn finish(self, ended: bool) -> Result<Option<Arc<dyn ReadAt>>, Problem> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        if !ended {
            return Ok(None);
        }
        match self.output {
            Output::None => Ok(None),
            Output::Exactly(octets, _) if octets != self.written => {
                let written = self.written;
                Err(outcome(format!(
                    "it wrote {written} octets instead of {octets}"
                )))
            }
            Output::AtMost(_, sink) | Output::Exactly(_, sink) => Ok(Some(sink.finish()?)),
        }
    }
}

fn outcome(text: impl Into<String>) -> Problem {
    CallFailure::Outcome(text.into()).into()
}
