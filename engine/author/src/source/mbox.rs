//! Messages of an mbox file (RFC 4155), read one after another.

use super::{MESSAGE_BYTES_MAX, Replayed, Source, envelope_of};
use crate::AuthorError;
use crate::message::with_crlf;
use async_trait::async_trait;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// What begins a message.
const FROM: &[u8] = b"From ";

/// An mbox file under way.
pub struct Mbox {
    path: PathBuf,
    reader: BufReader<File>,
    total: u64,
    done: u64,
    number: u64,
    /// The `From ` line that was read ahead.
    from: Option<Vec<u8>>,
}

impl Mbox {
    /// Opens a file.
    ///
    /// # Errors
    /// [`AuthorError`]; also where it does not begin as an mbox file does.
    pub fn open(path: &Path) -> Result<Self, AuthorError> {
        let failed = |error| AuthorError::file(path, error);
        let file = File::open(path).map_err(failed)?;
        let total = file.metadata().map_err(failed)?.len();
        let mut mbox = Self {
            path: path.to_owned(),
            reader: BufReader::with_capacity(256 * 1024, file),
            total,
            done: 0,
            number: 0,
            from: None,
        };
        let first = mbox.line().map_err(failed)?;
        if first.is_empty() || first.starts_with(FROM) {
            mbox.from = (!first.is_empty()).then_some(first);
            return Ok(mbox);
        }
        let path = path.display();
        Err(AuthorError::Wrong(format!(
            "{path} is no mbox file: it does not begin with `From `"
        )))
    }

    /// A line with its end, at most what a message may have; empty at the end of the file.
    fn line(&mut self) -> std::io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let within = (&mut self.reader).take(MESSAGE_BYTES_MAX);
        let octets = { within }.read_until(b'\n', &mut line)?;
        self.done += u64::try_from(octets).unwrap_or(0);
        Ok(line)
    }

    /// The octets up to the next `From ` line after an empty one, `>From ` unquoted.
    fn message(&mut self) -> std::io::Result<Vec<u8>> {
        let mut octets: Vec<u8> = Vec::new();
        let mut after_blank = false;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            if after_blank && line.starts_with(FROM) {
                self.from = Some(line);
                break;
            }
            after_blank = matches!(line.as_slice(), b"\n" | b"\r\n");
            let marks = line.iter().take_while(|octet| **octet == b'>').count();
            let quoted = marks > 0 && line.get(marks..).is_some_and(|l| l.starts_with(FROM));
            octets.extend_from_slice(line.get(usize::from(quoted)..).unwrap_or_default());
        }
        // The empty line before the next `From ` belongs to the file, not to the message.
        if after_blank {
            let end = if octets.ends_with(b"\r\n") { 2 } else { 1 };
            octets.truncate(octets.len().saturating_sub(end));
        }
        Ok(octets)
    }
}

#[async_trait]
impl Source for Mbox {
    fn total(&self) -> u64 {
        self.total
    }

    fn done(&self) -> u64 {
        self.done
    }

    async fn next(&mut self) -> Option<Result<Replayed, AuthorError>> {
        let from = self.from.take()?;
        self.number += 1;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let place = format!("{name}:{}", self.number);
        let from = String::from_utf8_lossy(&from).into_owned();
        let sender = from.split_whitespace().nth(1).map(str::to_owned);
        let octets = match self.message() {
            Ok(octets) => octets,
            Err(error) => return Some(Err(AuthorError::file(&self.path, error))),
        };
        Some(envelope_of(place, with_crlf(&octets), sender.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in.mbox");
        let text = "From a@b.test Tue Nov 24 05:29:34 2026\nSubject: one\n\n>From here on\nFrom there too\n\n\
                    From b@b.test Tue Nov 24 05:29:35 2026\nSubject: two\n\nlast\n";
        std::fs::write(&path, text).unwrap();
        let mut mbox = Mbox::open(&path).unwrap();
        let mut seen = Vec::new();
        while let Some(message) = mbox.next().await {
            let message = message.unwrap();
            let text = String::from_utf8(message.mail.octets.to_vec()).unwrap();
            seen.push((
                message.place,
                message.mail.envelope.reverse_path.to_string(),
                text,
            ));
        }
        expect_test::expect![[r#"
            [
                (
                    "in.mbox:1",
                    "a@b.test",
                    "Subject: one\r\n\r\nFrom here on\r\nFrom there too\r\n",
                ),
                (
                    "in.mbox:2",
                    "b@b.test",
                    "Subject: two\r\n\r\nlast\r\n",
                ),
            ]
        "#]]
        .assert_debug_eq(&seen);
        assert_eq!(mbox.done(), mbox.total());
        std::fs::write(&path, "Subject: none\n").unwrap();
        assert!(Mbox::open(&path).is_err());
    }
}
