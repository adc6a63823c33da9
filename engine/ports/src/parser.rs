//! Reading the structure of messages, for rooms that may not know the `mime` room.

use crate::ReadAt;
use bytes::Bytes;
use std::io;
use waxseal_mail::{MessageIndex, Part};

/// Computes what is kept beside a message, within limits on depth and part count.
pub trait MessageParser: Send + Sync {
    /// The index of a whole message. Malformed input never fails: what cannot be understood is one
    /// opaque part.
    ///
    /// # Errors
    /// Only those of reading `message`.
    fn index(&self, message: &dyn ReadAt) -> io::Result<MessageIndex>;

    /// The decoded content octets of one part of `message`, at most `octets_max`.
    ///
    /// # Errors
    /// Only those of reading `message`.
    fn decode(&self, message: &dyn ReadAt, part: &Part, octets_max: usize) -> io::Result<Bytes>;

    /// Decoded octets of a text part as UTF-8, by its charset.
    fn to_utf8(&self, part: &Part, decoded: &[u8]) -> String;
}
