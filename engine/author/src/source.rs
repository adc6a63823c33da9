//! Where replays take mail from: mbox files, Maildirs, recordings, the queue.

mod envelope;
mod maildir;
mod mbox;
mod queued;
mod recorded;

pub use envelope::envelope_of;
pub use maildir::Maildir;
pub use mbox::Mbox;
pub use queued::queued;
pub use recorded::Recorded;

use crate::AuthorError;
use crate::message::Mail;
use async_trait::async_trait;
use waxseal_ports::filter::SessionInfo;

/// Octets of one message; longer ones are left out and counted.
pub const MESSAGE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A message to be replayed, with the session it came in as far as that is known.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// Where it was found: `inbox.mbox:3`, a file's name, a recording's number.
    pub place: String,
    /// Envelope and octets.
    pub mail: Mail,
    /// The client.
    pub session: SessionInfo,
    /// What the client called itself.
    pub helo: String,
    /// The user that authenticated.
    pub user: Option<String>,
    /// The verdict that was recorded.
    pub recorded: Option<String>,
}

/// Gives messages one after another.
#[async_trait]
pub trait Source: Send {
    /// How many octets or messages there are, for progress; only the ratio to [`Source::done`] counts.
    fn total(&self) -> u64;

    /// How much of [`Source::total`] was read.
    fn done(&self) -> u64;

    /// The next message; `None` at the end.
    ///
    /// # Errors
    /// [`AuthorError::File`]; reading can go on.
    async fn next(&mut self) -> Option<Result<Replayed, AuthorError>>;
}
