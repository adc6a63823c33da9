//! A cipher for tests: it notices what was changed, and hides nothing from those who read this file.
//! The server's is XChaCha20-Poly1305.

use sha2::{Digest, Sha256};

const TAG_OCTETS: usize = 16;

/// What decides about the octets beside the plaintext.
pub(super) struct Setting<'a> {
    pub(super) key: &'a str,
    pub(super) context: &'a str,
    pub(super) nonce: &'a [u8],
    pub(super) associated: &'a [u8],
}

impl Setting<'_> {
    fn hash(&self, label: &[u8], more: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        let fields = [
            label,
            self.key.as_bytes(),
            self.context.as_bytes(),
            self.nonce,
            more,
        ];
        for field in fields {
            hash.update(field.len().to_le_bytes());
            hash.update(field);
        }
        hash.finalize().into()
    }

    fn turn(&self, octets: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(octets.len() + TAG_OCTETS);
        for (number, block) in octets.chunks(32).enumerate() {
            let stream = self.hash(b"stream", &number.to_le_bytes());
            out.extend(block.iter().zip(stream).map(|(octet, with)| octet ^ with));
        }
        out
    }

    fn tag(&self, ciphertext: &[u8]) -> Vec<u8> {
        let of_associated = Sha256::digest(self.associated);
        let of_text = Sha256::digest(ciphertext);
        let both = [of_associated.as_slice(), of_text.as_slice()].concat();
        let tag = self.hash(b"tag", &both);
        tag.into_iter().take(TAG_OCTETS).collect()
    }

    pub(super) fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let mut sealed = self.turn(plain);
        let tag = self.tag(&sealed);
        sealed.extend(tag);
        sealed
    }

    pub(super) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let at = sealed.len().checked_sub(TAG_OCTETS)?;
        let (ciphertext, tag) = sealed.split_at_checked(at)?;
        (self.tag(ciphertext) == tag).then(|| self.turn(ciphertext))
    }
}
