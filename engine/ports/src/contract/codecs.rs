//! What any codec or holder must do, whoever wrote it: the port's half of the storage kit.

use crate::blob_codec::{Attributes, BlobCodecs, BlobError, BlobMeta, BlobRole, Held};
use crate::read_at::read_all;
use crate::{ReadAt, Spool};
use bytes::Bytes;
use std::sync::Arc;

/// Encoded octets are changed at so many places.
const PLACES: usize = 7;
/// Readers of one blob at once.
const READERS: usize = 8;

/// What a codec promises about octets that somebody changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tampering {
    /// It notices every change by itself.
    Noticed,
    /// It may give out other octets; the digest of the storage notices.
    Changes,
}

/// A codec or holder under trial. Each check panics at the first thing that is wrong.
pub struct CodecTrial<'a> {
    /// Who runs it.
    pub codecs: Arc<dyn BlobCodecs>,
    /// Its name.
    pub name: &'a str,
    /// Where octets go.
    pub spool: &'a dyn Spool,
}

/// Octets without any pattern.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..count).map(|_| next()).collect()
}

/// A message of about `octets` octets.
fn letter(octets: usize) -> Vec<u8> {
    let head = "From: alice@example.test\r\nTo: bob@example.test\r\nSubject: =?utf-8?B?w6Q=?=\r\n\
                MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n";
    let line = "The quick brown fox jumps over the lazy dog, again and again.\r\n";
    let mut letter = head.as_bytes().to_vec();
    while letter.len() < octets {
        letter.extend_from_slice(line.as_bytes());
    }
    letter.extend_from_slice(b"--x--\r\n.\r\n..\r\n\x00\xff bare \r and \n");
    letter
}

/// The hard ones: empty, tiny, around the sizes in which octets are read, large, and of all kinds.
pub(super) fn hard_blobs() -> Vec<(&'static str, Bytes)> {
    const PIECE: usize = 64 << 10;
    const MOST: usize = 1 << 20;
    vec![
        ("empty", Bytes::new()),
        ("one octet", Bytes::from_static(b"x")),
        ("one NUL", Bytes::from_static(b"\0")),
        ("a letter", letter(2_000).into()),
        ("64 KiB - 1", noise(PIECE - 1).into()),
        ("64 KiB", noise(PIECE).into()),
        ("64 KiB + 1", noise(PIECE + 1).into()),
        ("1 MiB - 1", letter(MOST)[..MOST - 1].to_vec().into()),
        ("1 MiB", noise(MOST).into()),
        ("1 MiB + 1", noise(MOST + 1).into()),
        ("NULs", vec![0; 3 * MOST].into()),
        ("one octet again and again", vec![0xff; 300_000].into()),
        ("a long letter", letter(5 << 20).into()),
        ("20 MB of noise", noise(20_000_000).into()),
    ]
}

impl CodecTrial<'_> {
    fn meta(&self, account: Option<&str>, octets: u64) -> BlobMeta {
        BlobMeta {
            account: account.map(ToOwned::to_owned),
            id: format!("{:032x}", octets + 7),
            octets,
            attributes: Vec::new(),
        }
    }

    async fn encode(&self, meta: &BlobMeta, blob: &Bytes) -> (Attributes, Bytes) {
        let (source, sink) = (Arc::new(blob.clone()), self.spool.start());
        let encoded = self
            .codecs
            .encode(self.name, meta.clone(), source, sink)
            .await;
        let (attributes, encoded) = encoded.unwrap();
        (attributes, read_all(&*encoded).unwrap())
    }

    async fn decode(&self, meta: &BlobMeta, encoded: &Bytes) -> Result<Bytes, BlobError> {
        let (source, sink) = (Arc::new(encoded.clone()), self.spool.start());
        let decoded = self
            .codecs
            .decode(self.name, meta.clone(), source, sink)
            .await?;
        Ok(read_all(&*decoded).unwrap())
    }

    /// Everything about a codec.
    pub async fn codec(&self, tampering: Tampering) {
        assert_eq!(self.codecs.role(self.name), Some(BlobRole::Codec));
        for (what, blob) in hard_blobs() {
            for account in [None, Some("alice@example.test")] {
                let mut meta = self.meta(account, blob.octets());
                let (attributes, encoded) = self.encode(&meta, &blob).await;
                meta.attributes = attributes;
                let decoded = self.decode(&meta, &encoded).await.unwrap();
                assert!(decoded == blob, "{what} came back changed");
            }
        }
        self.damage(tampering).await;
        self.readers().await;
    }

    /// What comes of changed, cut and lengthened octets.
    async fn damage(&self, tampering: Tampering) {
        let blob = Bytes::from(letter(200_000));
        let mut meta = self.meta(Some("alice@example.test"), blob.octets());
        let (attributes, encoded) = self.encode(&meta, &blob).await;
        meta.attributes = attributes;
        let mut changed = Vec::new();
        for place in 0..PLACES {
            let at = place * (encoded.len() - 1) / (PLACES - 1);
            let mut flipped = encoded.to_vec();
            flipped[at] ^= 0x10;
            changed.push((format!("a bit of octet {at} flipped"), flipped));
            changed.push((format!("cut before octet {at}"), encoded[..at].to_vec()));
        }
        changed.push(("an octet more".to_owned(), [&encoded[..], b"x"].concat()));
        let twice = [&encoded[..], &encoded[..]].concat();
        changed.push(("twice".to_owned(), twice));
        for (what, changed) in changed {
            let decoded = self.decode(&meta, &changed.into()).await;
            match (tampering, decoded) {
                (_, Err(_)) => {}
                (Tampering::Noticed, Ok(_)) => panic!("not noticed: {what}"),
                // Octets that do not matter to the codec may change.
                (Tampering::Changes, Ok(decoded)) => {
                    assert_eq!(decoded.octets(), blob.octets(), "{what}");
                }
            }
        }
        if tampering == Tampering::Noticed {
            let other = BlobMeta {
                account: Some("mallory@example.test".to_owned()),
                ..meta.clone()
            };
            assert!(
                self.decode(&other, &encoded).await.is_err(),
                "another account"
            );
        }
        assert_eq!(self.decode(&meta, &encoded).await.unwrap(), blob);
    }

    /// Several at once.
    async fn readers(&self) {
        let blob = Bytes::from(letter(700_000));
        let mut meta = self.meta(None, blob.octets());
        let (attributes, encoded) = self.encode(&meta, &blob).await;
        meta.attributes = attributes;
        let mut reading = tokio::task::JoinSet::new();
        for _ in 0..READERS {
            let (codecs, name) = (self.codecs.clone(), self.name.to_owned());
            let (meta, source) = (meta.clone(), Arc::new(encoded.clone()));
            let sink = self.spool.start();
            reading.spawn(async move {
                let decoded = codecs.decode(&name, meta, source, sink).await.unwrap();
                read_all(&*decoded).unwrap()
            });
        }
        while let Some(read) = reading.join_next().await {
            assert!(read.unwrap() == blob, "a reader got something else");
        }
    }

    /// Everything about a holder.
    pub async fn holder(&self) {
        assert_eq!(self.codecs.role(self.name), Some(BlobRole::Holder));
        let mut keys = std::collections::BTreeSet::new();
        for (number, (what, blob)) in (0_u64..).zip(hard_blobs()) {
            let meta = BlobMeta {
                id: format!("{number:032x}"),
                ..self.meta(None, blob.octets())
            };
            let source = Arc::new(blob.clone());
            let key = self.codecs.put(self.name, meta, source).await.unwrap();
            assert!((1..=512).contains(&key.len()), "the key of {what}");
            assert!(keys.insert(key.clone()), "{what} has a key of another");
            assert!(
                self.get(&key, blob.octets()).await.unwrap() == blob,
                "{what}"
            );
            let other = self.get(&key, blob.octets() + 1).await;
            assert!(other.is_err(), "{what}: another number of octets");
            for _ in 0..2 {
                self.codecs.delete(self.name, &key).await.unwrap();
            }
            let gone = self.get(&key, blob.octets()).await;
            assert!(gone.is_err(), "{what} is there though it was deleted");
        }
    }

    async fn get(&self, key: &str, octets: u64) -> Result<Bytes, BlobError> {
        let held = Held {
            key: key.to_owned(),
            octets,
        };
        let got = self.codecs.get(self.name, held, self.spool.start()).await?;
        Ok(read_all(&*got).unwrap())
    }
}
