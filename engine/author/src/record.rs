//! Recording of live sessions, for replays.
//!
//! A [`Recorder`] stands between the services and the filters and writes what passes: who connected,
//! the envelope, the message as it came in, and the verdict. Passwords and other answers to AUTH never
//! come this way; of an authentication only user, mechanism and outcome are kept. A recording ends by
//! itself when it is full or its time is over, and what cannot be written never disturbs a session.

mod session;
mod writer;

pub use writer::{Entry, Limits, Status};

use crate::AuthorError;
use session::RecordedSession;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use waxseal_ports::filter::SessionInfo;
use waxseal_ports::{Clock, Filter, FilterSession};
use writer::Writer;

/// Filters whose sessions can be recorded.
pub struct Recorder {
    filter: Arc<dyn Filter>,
    tape: Arc<Tape>,
}

/// Where sessions write, while a recording runs.
pub(crate) struct Tape {
    clock: Arc<dyn Clock>,
    writer: Mutex<Option<Writer>>,
}

impl Recorder {
    /// Stands before `filter`; nothing is recorded yet.
    #[must_use]
    pub fn new(filter: Arc<dyn Filter>, clock: Arc<dyn Clock>) -> Self {
        let writer = Mutex::new(None);
        Self {
            filter,
            tape: Arc::new(Tape { clock, writer }),
        }
    }

    /// Begins a recording in `folder`, which is made with mode 0700 where it is not there yet, and must be
    /// empty. Its files have mode 0600.
    ///
    /// # Errors
    /// [`AuthorError::Exists`] where a recording runs or the folder holds something.
    pub fn start(&self, folder: &Path, limits: Limits) -> Result<(), AuthorError> {
        let mut running = self.tape.running();
        if running.is_some() {
            let text = "a recording runs already; `waxseal record stop` ends it";
            return Err(AuthorError::Exists(text.to_owned()));
        }
        *running = Some(Writer::new(folder, limits, self.tape.clock.monotonic())?);
        Ok(())
    }

    /// Ends the recording; what it came to, or `None` where none ran.
    pub fn stop(&self) -> Option<Status> {
        self.tape.writer().take().map(|writer| writer.status())
    }

    /// How far the running recording is; `None` where none runs.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.tape.running().as_ref().map(Writer::status)
    }
}

impl Tape {
    fn writer(&self) -> MutexGuard<'_, Option<Writer>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The recording that runs; one whose time is over ends here.
    fn running(&self) -> MutexGuard<'_, Option<Writer>> {
        let mut running = self.writer();
        let now = self.clock.monotonic();
        if running.as_ref().is_some_and(|writer| writer.is_over(now)) {
            *running = None;
        }
        running
    }

    /// Writes an entry while a recording runs; called off the reactor.
    pub(crate) fn write(&self, entry: &Entry, message: Option<&dyn waxseal_ports::ReadAt>) {
        let mut running = self.running();
        let Some(writer) = running.as_mut() else {
            return;
        };
        if let Err(error) = writer.write(entry, message) {
            tracing::warn!(%error, "the recording ends");
            *running = None;
        } else if writer.is_full() {
            let status = writer.status();
            tracing::info!(messages = status.messages, "the recording is full and ends");
            *running = None;
        }
    }
}

impl Filter for Recorder {
    fn session(&self, session: SessionInfo) -> Box<dyn FilterSession> {
        let filter = self.filter.session(session.clone());
        if self.tape.running().is_none() {
            return filter;
        }
        Box::new(RecordedSession::new(filter, self.tape.clone(), session))
    }
}

#[cfg(test)]
mod tests;
