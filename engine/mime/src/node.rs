//! One body part or message in the tree the scanner builds.

use crate::content::Content;

/// A body part. Children of a multipart are its parts, the only child of a `message/rfc822` is the
/// body of the message inside.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) content: Content,
    pub(crate) header_start: u64,
    pub(crate) content_start: u64,
    pub(crate) content_end: u64,
    /// Line ends before `content_start`, until the part is closed; then those inside the content.
    pub(crate) lines: u64,
    /// ENVELOPE, where its header section is that of a message.
    pub(crate) envelope: Option<Vec<u8>>,
    /// Positions of its children in the tree.
    pub(crate) children: Vec<usize>,
}
