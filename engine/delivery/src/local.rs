//! Appends to hosted mailboxes: trace fields on top, and the index of the whole.

use crate::plan::{Keep, recipient_at};
use bytes::Bytes;
use std::io;
use std::sync::Arc;
use waxseal_mail::{MessageIndex, Timestamp};
use waxseal_ports::draft::Joined;
use waxseal_ports::queue::{Leased, LocalAppend};
use waxseal_ports::{MessageParser, ReadAt};

/// Larger messages are indexed off the reactor, in octets.
const INLINE_OCTETS_MAX: u64 = 256 * 1024;

/// The appends for `keeps`. The message is parsed once; each prefix then only shifts the index.
///
/// # Errors
/// When the message cannot be read.
pub(crate) async fn appends(
    parser: &Arc<dyn MessageParser>,
    leased: &Leased,
    keeps: &[Keep],
    now: Timestamp,
) -> io::Result<Vec<LocalAppend>> {
    let Some(first) = keeps.first() else {
        return Ok(Vec::new());
    };
    let indexer = Indexer::new(parser, &leased.message).await?;
    let mut appends: Vec<LocalAppend> = Vec::with_capacity(keeps.len());
    let mut last = (first.position, prefix(leased, first.position), None);
    for keep in keeps {
        if keep.position != last.0 {
            last = (keep.position, prefix(leased, keep.position), None);
        }
        let index = match &last.2 {
            Some(index) => Arc::clone(index),
            None => Arc::new(indexer.behind(&last.1).await?),
        };
        last.2 = Some(Arc::clone(&index));
        appends.push(LocalAppend {
            account: keep.account,
            mailbox: keep.mailbox.clone(),
            flags: keep.flags.clone(),
            prefix: last.1.clone(),
            internal_date: now,
            index,
        });
    }
    Ok(appends)
}

/// `Return-Path` (RFC 5321 §4.4) and `Delivered-To` (RFC 9228) of one delivery.
pub(crate) fn prefix(leased: &Leased, position: u32) -> Bytes {
    let reverse_path = &leased.envelope.reverse_path;
    match recipient_at(leased, position).map(|recipient| &recipient.forward_path) {
        Some(path) => format!("Return-Path: <{reverse_path}>\r\nDelivered-To: {path}\r\n").into(),
        None => format!("Return-Path: <{reverse_path}>\r\n").into(),
    }
}

/// Gives the index of a message behind any prefix.
struct Indexer<'a> {
    parser: &'a Arc<dyn MessageParser>,
    message: &'a Arc<dyn ReadAt>,
    /// The index without prefix; `None` where shifting would not be exact.
    plain: Option<MessageIndex>,
}

impl<'a> Indexer<'a> {
    async fn new(
        parser: &'a Arc<dyn MessageParser>,
        message: &'a Arc<dyn ReadAt>,
    ) -> io::Result<Self> {
        let mut first = [0];
        let read = message.read_at(0, &mut first)?;
        // Fields put before a field are just more fields. Put before a folded line, an empty line or
        // nothing, they change what follows.
        let shiftable = read == 1 && first[0].is_ascii_alphabetic();
        let plain = if shiftable {
            Some(index(parser, message).await?)
        } else {
            None
        };
        Ok(Self {
            parser,
            message,
            plain,
        })
    }

    async fn behind(&self, prefix: &Bytes) -> io::Result<MessageIndex> {
        if let Some(plain) = &self.plain {
            return Ok(shifted(plain, prefix.octets()));
        }
        let whole: Arc<dyn ReadAt> = Arc::new(Joined {
            head: prefix.clone(),
            tail: Arc::clone(self.message),
        });
        index(self.parser, &whole).await
    }
}

async fn index(
    parser: &Arc<dyn MessageParser>,
    message: &Arc<dyn ReadAt>,
) -> io::Result<MessageIndex> {
    if message.octets() <= INLINE_OCTETS_MAX {
        return parser.index(&**message);
    }
    let (parser, message) = (Arc::clone(parser), Arc::clone(message));
    tokio::task::spawn_blocking(move || parser.index(&*message))
        .await
        .map_err(io::Error::other)?
}

/// The index of the same message behind `octets` octets of whole header fields that appear in none of
/// its computed parts.
fn shifted(plain: &MessageIndex, octets: u64) -> MessageIndex {
    let mut index = plain.clone();
    index.size += octets;
    index.header_octets += octets;
    for (position, part) in index.parts.iter_mut().enumerate() {
        if position > 0 {
            part.header_start += octets;
        }
        part.content_start += octets;
        part.content_end += octets;
        part.inner_header_end = part.inner_header_end.map(|end| end + octets);
    }
    index
}
