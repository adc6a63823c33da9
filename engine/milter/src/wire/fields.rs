//! The data of packets: strings that end with NUL, and numbers.

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// What is left of a packet's data.
pub(super) struct Fields(Bytes);

impl Fields {
    pub(super) fn of(data: &Bytes) -> Self {
        Self(data.clone())
    }

    /// The next string; the last one may lack its NUL.
    pub(super) fn text(&mut self) -> Option<Bytes> {
        if self.0.is_empty() {
            return None;
        }
        let nul = self.0.iter().position(|octet| *octet == 0);
        let text = self.0.split_to(nul.unwrap_or(self.0.len()));
        if nul.is_some() {
            self.0.advance(1);
        }
        Some(text)
    }

    /// All strings that are left.
    pub(super) fn texts(&mut self) -> Vec<Bytes> {
        std::iter::from_fn(|| self.text()).collect()
    }

    pub(super) fn octet(&mut self) -> Option<u8> {
        self.0.try_get_u8().ok()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.0.try_get_u16().ok()
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.0.try_get_u32().ok()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Appends a string and its NUL; NULs within become spaces, so that it cannot end early.
pub(super) fn put_text(out: &mut BytesMut, text: &[u8]) {
    if text.contains(&0) {
        out.extend(
            text.iter()
                .map(|octet| if *octet == 0 { b' ' } else { *octet }),
        );
    } else {
        out.put_slice(text);
    }
    out.put_u8(0);
}

/// Appends strings.
pub(super) fn put_texts(out: &mut BytesMut, texts: &[Bytes]) {
    texts.iter().for_each(|text| put_text(out, text));
}
