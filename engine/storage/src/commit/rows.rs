//! The rows of one transaction, gathered per table so that each table costs few statements.

use super::script::{Script, bind};
use crate::blobs::Holding;
use crate::outage::Outage;
use crate::pack::{PendingBlob, Place};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use waxseal_mail::{BlobId, FlagBits, KeywordTable, MailboxId, MessageId, ModSeq, Uid};
use waxseal_ports::snapshot::MessageState;

/// The name of a message's row: a mailbox is one run of the table.
pub(crate) fn message_row_id(mailbox: MailboxId, uid: Uid) -> i64 {
    (mailbox.0 << 32) | i64::from(uid.get())
}

/// The UID of a row.
pub(crate) fn uid_of_row(id: i64) -> Option<Uid> {
    Uid::new(u32::try_from(id & 0xffff_ffff).ok()?)
}

/// What lists of messages need.
pub(crate) struct MessageRow {
    pub(crate) mailbox: MailboxId,
    pub(crate) state: MessageState,
}

/// What reading one message needs.
pub(crate) struct DetailRow {
    pub(crate) id: i64,
    pub(crate) blob: BlobId,
    pub(crate) prefix: Vec<u8>,
    pub(crate) facts: Vec<u8>,
}

/// Details copied or moved from one row to another.
pub(crate) struct CopyStep {
    pub(crate) pairs: Vec<(i64, i64)>,
    pub(crate) moved: bool,
}

/// A message entering the queue.
pub(crate) struct QueueRow {
    pub(crate) seq: i64,
    pub(crate) id: MessageId,
    pub(crate) blob: BlobId,
    pub(crate) due: i64,
    pub(crate) hold: Option<String>,
    pub(crate) entry: Vec<u8>,
    pub(crate) progress: Vec<u8>,
}

/// A queued message made due by hand; its hold ends.
pub(crate) struct QueueReleaseRow {
    pub(crate) seq: i64,
    pub(crate) due: i64,
}

/// A queued message after an attempt.
pub(crate) struct QueueProgressRow {
    pub(crate) seq: i64,
    pub(crate) due: i64,
    pub(crate) attempts: u32,
    pub(crate) progress: Vec<u8>,
}

/// A new blob and how many rows name it.
pub(crate) struct RefRow {
    pub(crate) place: Place,
    pub(crate) refs: i64,
    /// Who has the octets, where that is not a pack.
    pub(crate) held: Option<Holding>,
}

impl RefRow {
    /// Of a blob that was just written.
    pub(crate) fn new(blob: &PendingBlob, refs: i64) -> Result<Self, Outage> {
        Ok(Self {
            place: blob.place()?,
            refs,
            held: blob.held().cloned(),
        })
    }
}

/// Everything one transaction writes.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) blobs: Vec<RefRow>,
    pub(crate) queue: Vec<QueueRow>,
    pub(crate) messages: Vec<MessageRow>,
    pub(crate) details: Vec<DetailRow>,
    pub(crate) copies: Vec<CopyStep>,
    pub(crate) flags: BTreeMap<i64, (ModSeq, FlagBits)>,
    pub(crate) refs: HashMap<BlobId, i64>,
    pub(crate) removed: Vec<i64>,
    pub(crate) progress: Vec<QueueProgressRow>,
    pub(crate) released: Vec<QueueReleaseRow>,
    pub(crate) queue_removed: Vec<i64>,
    pub(crate) counters: BTreeMap<MailboxId, (Uid, ModSeq)>,
    pub(crate) keywords: BTreeMap<MailboxId, KeywordTable>,
    pub(crate) trace: Vec<(MessageId, i64, Vec<u8>)>,
    /// Blobs that lie elsewhere now, with the pack they lay in before.
    pub(crate) relocated: Vec<(Place, u32)>,
}

impl Rows {
    /// The statements, in an order in which later operations of a batch find the rows of earlier ones:
    /// new rows, copies, flags, removals.
    pub(crate) fn into_script(self) -> Script {
        let mut script = Script::default();
        put_blobs(&mut script, &self.blobs, self.refs);
        put_queue(&mut script, self.queue);
        put_messages(&mut script, &self.messages, self.details);
        for step in &self.copies {
            copy(&mut script, step);
        }
        change_flags(&mut script, &self.flags);
        remove_messages(&mut script, &self.removed);
        put_progress(&mut script, self.progress);
        end_holds(&mut script, &self.released, &self.queue_removed);
        put_counters(&mut script, &self.counters, &self.keywords);
        script.insert(
            "INSERT INTO trace (message, at, events) VALUES ",
            3,
            self.trace,
            |args, (message, at, events)| {
                bind(args, message.0.cast_signed());
                bind(args, at);
                bind(args, events);
            },
        );
        for (place, from) in self.relocated {
            let sql = "UPDATE blob SET pack = ?, offset = ? WHERE id = ? AND pack = ?";
            script.add(sql, |args| {
                bind(args, i64::from(place.pack));
                bind(args, place.offset.cast_signed());
                bind(args, place.id.0.cast_signed());
                bind(args, i64::from(from));
            });
        }
        script
    }
}

fn put_blobs(script: &mut Script, blobs: &[RefRow], refs: HashMap<BlobId, i64>) {
    script.insert(
        "INSERT INTO blob (id, pack, offset, octets, crc, refs, plain) VALUES ",
        7,
        blobs,
        |args, row| {
            bind(args, row.place.id.0.cast_signed());
            bind(args, i64::from(row.place.pack));
            bind(args, row.place.offset.cast_signed());
            bind(args, row.place.octets.cast_signed());
            bind(args, i64::from(row.place.crc));
            bind(args, row.refs);
            bind(args, row.place.plain.map(u64::cast_signed));
        },
    );
    let held: Vec<_> = blobs
        .iter()
        .filter_map(|row| Some((row.place.id, row.held.as_ref()?)))
        .collect();
    script.insert(
        "INSERT INTO blob_held (id, holder, key) VALUES ",
        3,
        held,
        |args, (id, held)| {
            bind(args, id.0.cast_signed());
            bind(args, held.holder.clone());
            bind(args, held.key.clone());
        },
    );
    let changed: Vec<_> = refs
        .into_iter()
        .filter(|(_, by)| *by != 0)
        .map(|(blob, by)| json!([blob.0, by]))
        .collect();
    script.add_list(
        "UPDATE blob SET refs = refs + (v.value ->> 1) FROM json_each(?) v \
         WHERE blob.id = v.value ->> 0",
        changed,
    );
}

fn put_queue(script: &mut Script, rows: Vec<QueueRow>) {
    script.insert(
        "INSERT INTO queue (seq, id, blob, due, attempts, hold, entry, progress) VALUES ",
        8,
        rows,
        |args, row| {
            bind(args, row.seq);
            bind(args, row.id.0.cast_signed());
            bind(args, row.blob.0.cast_signed());
            bind(args, row.due);
            bind(args, 0_i64);
            bind(args, row.hold);
            bind(args, row.entry);
            bind(args, row.progress);
        },
    );
}

fn put_messages(script: &mut Script, messages: &[MessageRow], details: Vec<DetailRow>) {
    script.insert(
        "INSERT INTO message (id, modseq, flags, size, date, zone) VALUES ",
        6,
        messages,
        |args, row| {
            let date = row.state.internal_date();
            bind(args, message_row_id(row.mailbox, row.state.uid));
            bind(args, row.state.modseq.0.cast_signed());
            bind(args, row.state.flags.0.cast_signed());
            bind(args, i64::from(row.state.size));
            bind(args, date.unix_secs);
            bind(args, i64::from(date.offset_minutes));
        },
    );
    script.insert(
        "INSERT INTO message_detail (id, blob, prefix, facts) VALUES ",
        4,
        details,
        |args, row| {
            bind(args, row.id);
            bind(args, row.blob.0.cast_signed());
            bind(args, row.prefix);
            bind(args, row.facts);
        },
    );
}

fn copy(script: &mut Script, step: &CopyStep) {
    let pairs: Vec<_> = step
        .pairs
        .iter()
        .map(|(from, to)| json!([from, to]))
        .collect();
    if step.moved {
        script.add_list(
            "UPDATE message_detail SET id = v.value ->> 1 FROM json_each(?) v \
             WHERE message_detail.id = v.value ->> 0",
            pairs,
        );
        return;
    }
    script.add_list(
        "UPDATE blob SET refs = refs + c.n FROM (SELECT d.blob AS b, count(*) AS n \
         FROM json_each(?) v JOIN message_detail d ON d.id = v.value ->> 0 GROUP BY d.blob) c \
         WHERE blob.id = c.b",
        pairs.clone(),
    );
    script.add_list(
        "INSERT INTO message_detail (id, blob, prefix, facts) \
         SELECT v.value ->> 1, d.blob, d.prefix, d.facts \
         FROM json_each(?) v JOIN message_detail d ON d.id = v.value ->> 0",
        pairs,
    );
}

fn change_flags(script: &mut Script, flags: &BTreeMap<i64, (ModSeq, FlagBits)>) {
    // Bits as signed: the JSON functions of SQLite keep 64-bit integers exactly.
    let rows = flags
        .iter()
        .map(|(id, (modseq, bits))| json!([id, modseq.0, bits.0.cast_signed()]));
    script.add_list(
        "UPDATE message SET modseq = v.value ->> 1, flags = v.value ->> 2 FROM json_each(?) v \
         WHERE message.id = v.value ->> 0",
        rows.collect(),
    );
}

fn remove_messages(script: &mut Script, removed: &[i64]) {
    let ids: Vec<_> = removed.iter().map(|id| json!(id)).collect();
    script.add_list(
        "UPDATE blob SET refs = refs - c.n FROM (SELECT blob AS b, count(*) AS n \
         FROM message_detail WHERE id IN (SELECT value FROM json_each(?)) GROUP BY blob) c \
         WHERE blob.id = c.b",
        ids.clone(),
    );
    script.add_list(
        "DELETE FROM message_detail WHERE id IN (SELECT value FROM json_each(?))",
        ids.clone(),
    );
    script.add_list(
        "DELETE FROM message WHERE id IN (SELECT value FROM json_each(?))",
        ids,
    );
}

fn put_progress(script: &mut Script, rows: Vec<QueueProgressRow>) {
    for row in rows {
        let sql = "UPDATE queue SET due = ?, attempts = ?, progress = ? WHERE seq = ?";
        script.add(sql, |args| {
            bind(args, row.due);
            bind(args, i64::from(row.attempts));
            bind(args, row.progress);
            bind(args, row.seq);
        });
    }
}

fn end_holds(script: &mut Script, released: &[QueueReleaseRow], removed: &[i64]) {
    for row in released {
        script.add(
            "UPDATE queue SET due = ?, hold = NULL WHERE seq = ?",
            |args| {
                bind(args, row.due);
                bind(args, row.seq);
            },
        );
    }
    script.add_list(
        "DELETE FROM queue WHERE seq IN (SELECT value FROM json_each(?))",
        removed.iter().map(|seq| json!(seq)).collect(),
    );
}

fn put_counters(
    script: &mut Script,
    counters: &BTreeMap<MailboxId, (Uid, ModSeq)>,
    keywords: &BTreeMap<MailboxId, KeywordTable>,
) {
    script.insert(
        "INSERT OR REPLACE INTO mailbox_counter (id, uid_next, highest_modseq) VALUES ",
        3,
        counters,
        |args, (mailbox, (uid_next, modseq))| {
            bind(args, mailbox.0);
            bind(args, i64::from(uid_next.get()));
            bind(args, modseq.0.cast_signed());
        },
    );
    for (mailbox, table) in keywords {
        let names: Vec<_> = table
            .keywords()
            .iter()
            .map(|keyword| keyword.as_str())
            .collect();
        script.add("UPDATE mailbox SET keywords = ? WHERE id = ?", |args| {
            bind(args, json!(names).to_string());
            bind(args, mailbox.0);
        });
    }
}
