//! The messages that wait in a server's queue, for replays.

use crate::config::Config;
use crate::failure::Outcome;
use crate::operate::Door;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::path::Path;
use waxseal_admin::{Answer, QueuedView, Request};
use waxseal_author::AuthorError;
use waxseal_author::source::{MESSAGE_BYTES_MAX, Replayed, Source, queued};

/// Messages of one replay, the oldest first; a server lists no more at once.
pub(super) const MESSAGES_MAX: usize = 10_000;

/// A queue under way. Nothing in it is changed.
pub(super) struct Waiting {
    door: Door,
    messages: Vec<QueuedView>,
    at: usize,
}

impl Waiting {
    /// The queue of the server that `config_file` configures.
    pub(super) async fn open(config_file: &Path) -> Outcome<Self> {
        let (config, _) = Config::read(config_file)?;
        let read = Request::QueueRead {
            id: String::new(),
            offset: 0,
        };
        let door = Door::open(&config, &read).await?;
        let list = Request::QueueList { max: MESSAGES_MAX };
        let answer = door.ask(list).await?;
        let Answer::Queue { messages } = answer else {
            return Err(unexpected(&answer).into());
        };
        Ok(Self {
            door,
            messages,
            at: 0,
        })
    }

    /// Whether there may be more messages than are looked at.
    pub(super) fn is_cut(&self) -> bool {
        self.messages.len() >= MESSAGES_MAX
    }

    /// Leaves the storage to others.
    pub(super) async fn close(self) {
        self.door.close().await;
    }

    /// All octets of a message; `None` where it left the queue.
    async fn octets(&self, message: &QueuedView) -> Result<Option<Vec<u8>>, AuthorError> {
        if message.octets > MESSAGE_BYTES_MAX {
            let text = format!("{} has over {MESSAGE_BYTES_MAX} octets", message.id);
            return Err(AuthorError::Wrong(text));
        }
        let mut octets = Vec::new();
        loop {
            let offset = u64::try_from(octets.len()).unwrap_or(u64::MAX);
            let id = message.id.clone();
            let piece = match self.door.ask(Request::QueueRead { id, offset }).await {
                Ok(Answer::QueuedOctets { octets }) => octets,
                Ok(other) => return Err(unexpected(&other)),
                Err(failure) if failure.is_missing() => return Ok(None),
                Err(failure) => {
                    let text = format!("{}: {failure}", message.id);
                    return Err(AuthorError::Failed(text));
                }
            };
            let piece = BASE64.decode(piece);
            let piece = piece.map_err(|error| AuthorError::Failed(error.to_string()))?;
            if piece.is_empty() {
                return Ok(Some(octets));
            }
            octets.extend(piece);
        }
    }
}

#[async_trait]
impl Source for Waiting {
    fn total(&self) -> u64 {
        u64::try_from(self.messages.len()).unwrap_or(u64::MAX)
    }

    fn done(&self) -> u64 {
        u64::try_from(self.at).unwrap_or(u64::MAX)
    }

    async fn next(&mut self) -> Option<Result<Replayed, AuthorError>> {
        loop {
            let message = self.messages.get(self.at)?.clone();
            self.at += 1;
            match self.octets(&message).await {
                // It was delivered meanwhile.
                Ok(None) => {}
                Ok(Some(octets)) => {
                    let recipients = message.recipients.iter();
                    let recipients: Vec<_> = recipients.map(|r| r.address.clone()).collect();
                    let (id, sender) = (message.id, message.sender);
                    return Some(queued(id, &sender, &recipients, octets.into()));
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

fn unexpected(answer: &Answer) -> AuthorError {
    AuthorError::Failed(format!("the server answered something else: {answer:?}"))
}
