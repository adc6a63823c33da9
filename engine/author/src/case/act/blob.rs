//! Blobs of cases: stored, damaged, and read again.

use super::{Actor, Misplaced};
use crate::case::BlobCall;
use crate::case::kind::Kind;
use crate::case::stubs::Stored;
use crate::witness::Failed;
use crate::{AuthorError, drive, files};
use bytes::Bytes;
use std::path::Path;
use waxseal_ports::blob_codec::{BlobError, BlobMeta, Held};

/// Octets of a blob of a case.
const BLOB_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What became of a blob.
#[derive(Default)]
pub(in crate::case) struct BlobSeen {
    /// What rests after it was given.
    pub(in crate::case) stored: Option<Stored>,
    /// Whether what came back is the same; nothing where nothing was read.
    pub(in crate::case) same: Option<bool>,
}

impl Actor<'_> {
    /// Gives the blob to the plugin, or takes it back, or both.
    ///
    /// # Errors
    /// What is wrong with the step.
    pub(super) async fn blob(&self, kind: Kind) -> Result<BlobSeen, Misplaced> {
        let call = self.step.blob.call;
        let gives = matches!(call, None | Some(BlobCall::Encode | BlobCall::Put));
        let takes = matches!(call, None | Some(BlobCall::Decode | BlobCall::Get));
        let mut seen = BlobSeen::default();
        let id = &self.step.blob.id;
        if gives {
            let plain = self.octets().map_err(|error| ("blob", error))?;
            match self.give(kind, plain).await {
                Ok(stored) => {
                    self.stubs.stored().insert(id.clone(), stored.clone());
                    seen.stored = Some(stored);
                }
                Err(error) => {
                    self.failed(&error);
                    return Ok(seen);
                }
            }
        }
        let stored = self.stubs.stored().get(id).cloned().ok_or_else(|| {
            let text = format!("no former step stored a blob called {id:?}");
            ("blob", AuthorError::Wrong(text))
        })?;
        if takes {
            match self.take(kind, &stored).await {
                Ok(octets) if octets == stored.plain => seen.same = Some(true),
                Ok(_) => {
                    seen.same = Some(false);
                    self.bed.witness.add_failure(Failed {
                        stage: "read",
                        kind: "digest",
                        text: "what came back is not what was given".to_owned(),
                    });
                }
                Err(error) => self.failed(&error),
            }
        } else if call == Some(BlobCall::Delete)
            && let Err(error) = drive::delete(self.bed, &stored.key).await
        {
            self.failed(&error);
        }
        Ok(seen)
    }

    /// What is none of the plugin's calls was not seen yet.
    fn failed(&self, error: &BlobError) {
        if !self.bed.witness.has_failure() {
            self.bed.witness.add_failure(Failed {
                stage: "blob",
                kind: "blob",
                text: error.to_string(),
            });
        }
    }

    fn meta(&self, octets: usize) -> BlobMeta {
        let blob = &self.step.blob;
        BlobMeta {
            account: (!blob.account.is_empty()).then(|| blob.account.clone()),
            id: blob.id.clone(),
            octets: u64::try_from(octets).unwrap_or(u64::MAX),
            attributes: Vec::new(),
        }
    }

    async fn give(&self, kind: Kind, plain: Bytes) -> Result<Stored, BlobError> {
        let meta = self.meta(plain.len());
        let mut stored = Stored {
            plain: plain.clone(),
            ..Stored::default()
        };
        if kind == Kind::Holder {
            stored.key = drive::put(self.bed, meta, plain).await?;
        } else {
            (stored.attributes, stored.octets) = drive::encode(self.bed, meta, plain).await?;
        }
        Ok(stored)
    }

    async fn take(&self, kind: Kind, stored: &Stored) -> Result<Bytes, BlobError> {
        if kind == Kind::Holder {
            let held = Held {
                key: stored.key.clone(),
                octets: u64::try_from(stored.plain.len()).unwrap_or(u64::MAX),
            };
            return drive::get(self.bed, held).await;
        }
        let meta = BlobMeta {
            attributes: stored.attributes.clone(),
            ..self.meta(stored.plain.len())
        };
        let mut octets = stored.octets.to_vec();
        let cut = usize::try_from(self.step.blob.cut).unwrap_or(usize::MAX);
        octets.truncate(octets.len().saturating_sub(cut));
        let at = self.step.blob.flip.and_then(|at| usize::try_from(at).ok());
        if let Some(octet) = at.and_then(|at| octets.get_mut(at)) {
            *octet ^= 1;
        }
        drive::decode(self.bed, meta, octets.into()).await
    }

    /// The octets that the step gives.
    fn octets(&self) -> Result<Bytes, AuthorError> {
        let blob = &self.step.blob;
        let once = match (&blob.text, &blob.hex, &blob.file) {
            (Some(text), _, _) => text.clone().into_bytes(),
            (None, Some(digits), _) => from_hex(digits)
                .ok_or_else(|| AuthorError::Wrong("`blob.hex` is not hex digits".to_owned()))?,
            (None, None, Some(name)) => {
                let path = self.file.parent().unwrap_or(Path::new(".")).join(name);
                files::read(&path, BLOB_BYTES_MAX)?
            }
            (None, None, None) => b"Subject: a blob\r\n\r\nHello.\r\n".to_vec(),
        };
        let times = usize::try_from(blob.repeat).unwrap_or(usize::MAX);
        let octets = once.len().saturating_mul(times);
        if u64::try_from(octets).unwrap_or(u64::MAX) > BLOB_BYTES_MAX {
            let text = format!("the blob has over {BLOB_BYTES_MAX} octets");
            return Err(AuthorError::Wrong(text));
        }
        Ok(once.repeat(times).into())
    }
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = digits
        .bytes()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let pairs = digits.chunks(2).map(|pair| {
        let text = std::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(text, 16).ok()
    });
    pairs.collect()
}
