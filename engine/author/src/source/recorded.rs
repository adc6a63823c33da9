//! What `waxseal record` wrote.

use super::{MESSAGE_BYTES_MAX, Replayed, Source};
use crate::message::Mail;
use crate::record::Entry;
use crate::{AuthorError, files};
use async_trait::async_trait;
use std::path::{Path, PathBuf};
use waxseal_mail::SessionId;
use waxseal_ports::filter::{Protocol, SessionInfo};

/// A recording under way.
pub struct Recorded {
    entries: Vec<PathBuf>,
    at: usize,
}

impl Recorded {
    /// The recording in `folder`, in its order.
    ///
    /// # Errors
    /// [`AuthorError`].
    pub fn open(folder: &Path) -> Result<Self, AuthorError> {
        let entries = crate::case::find_cases(folder)?;
        if entries.is_empty() {
            let folder = folder.display();
            return Err(AuthorError::Missing(format!("{folder} holds no recording")));
        }
        Ok(Self { entries, at: 0 })
    }
}

#[async_trait]
impl Source for Recorded {
    fn total(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap_or(u64::MAX)
    }

    fn done(&self) -> u64 {
        u64::try_from(self.at).unwrap_or(u64::MAX)
    }

    async fn next(&mut self) -> Option<Result<Replayed, AuthorError>> {
        let path = self.entries.get(self.at)?;
        self.at += 1;
        Some(read(path))
    }
}

fn read(path: &Path) -> Result<Replayed, AuthorError> {
    let entry = Entry::read(path)?;
    let wrong = |what: &str| AuthorError::Wrong(format!("{}: {what}", path.display()));
    let protocol = Protocol::named(&entry.protocol);
    let message = path.with_extension("eml");
    // A session that was refused before there was a message has none.
    let octets = if message.is_file() {
        files::read(&message, MESSAGE_BYTES_MAX)?
    } else {
        Vec::new()
    };
    Ok(Replayed {
        place: path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        mail: Mail::new(&entry.sender, &entry.recipients, octets.into())?,
        session: SessionInfo {
            id: SessionId(1),
            protocol: protocol.ok_or_else(|| wrong("no such protocol"))?,
            peer: entry
                .peer
                .parse()
                .map_err(|_| wrong("`peer` is no address"))?,
            tls: entry.tls,
        },
        helo: entry.helo,
        user: entry.user,
        recorded: (!entry.verdict.is_empty()).then_some(entry.verdict),
    })
}
