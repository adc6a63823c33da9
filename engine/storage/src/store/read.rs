//! Reading messages and what is known about them.

use crate::Storage;
use crate::codec::decode_facts;
use crate::commit::{message_row_id, uid_of_row};
use crate::outage::Outage;
use crate::pack::{PackFile, Place};
use bytes::Bytes;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::io;
use std::sync::Arc;
use waxseal_mail::{AccountId, MailboxId, MessageIndex, Uid};
use waxseal_ports::ReadAt;
use waxseal_ports::draft::Joined;
use waxseal_ports::store::StoreError;

/// Messages of one query.
const QUERY_MAX: usize = 4096;
/// Tries to find octets that a compaction moves at the same time.
const TRIES_MAX: usize = 5;

pub(super) async fn indexes(
    storage: &Storage,
    account: AccountId,
    mailbox: MailboxId,
    uids: &[Uid],
) -> Result<Vec<(Uid, Arc<MessageIndex>)>, StoreError> {
    check_owner(storage, account, mailbox).await?;
    let mut found = Vec::with_capacity(uids.len());
    for uids in uids.chunks(QUERY_MAX) {
        let sql = (
            "SELECT id, facts FROM message_detail WHERE id BETWEEN ? AND ? ORDER BY id",
            "SELECT id, facts FROM message_detail \
             WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        );
        let rows = query(storage, mailbox, uids, sql).await?;
        let facts = |row: &SqliteRow| {
            let facts = row.try_get_unchecked::<&[u8], _>(1).map_err(Outage::from)?;
            decode_facts(facts).map(Arc::new).map_err(Outage::broken)
        };
        in_order(&rows, uids, facts, &mut found)?;
    }
    Ok(found)
}

pub(super) async fn messages(
    storage: &Storage,
    account: AccountId,
    mailbox: MailboxId,
    uids: &[Uid],
) -> Result<Vec<(Uid, Arc<dyn ReadAt>)>, StoreError> {
    check_owner(storage, account, mailbox).await?;
    let mut found = Vec::with_capacity(uids.len());
    for uids in uids.chunks(QUERY_MAX) {
        let before = found.len();
        for attempt in 1.. {
            found.truncate(before);
            match locate(storage, mailbox, uids, &mut found).await {
                Ok(()) => break,
                Err(Missing::Pack) if attempt < TRIES_MAX => {}
                Err(Missing::Pack) => return Err(Outage::broken("a pack is missing").into()),
                Err(Missing::Other(outage)) => return Err(outage.into()),
            }
        }
    }
    Ok(found)
}

/// Why octets could not be located.
enum Missing {
    /// The pack is gone: perhaps a compaction moved what lay in it.
    Pack,
    Other(Outage),
}

impl From<Outage> for Missing {
    fn from(outage: Outage) -> Self {
        Self::Other(outage)
    }
}

async fn locate(
    storage: &Storage,
    mailbox: MailboxId,
    uids: &[Uid],
    found: &mut Vec<(Uid, Arc<dyn ReadAt>)>,
) -> Result<(), Missing> {
    let sql = (
        "SELECT d.id, d.prefix, b.id, b.pack, b.offset, b.octets, b.crc, b.plain FROM message_detail d \
         JOIN blob b ON b.id = d.blob WHERE d.id BETWEEN ? AND ? ORDER BY d.id",
        "SELECT d.id, d.prefix, b.id, b.pack, b.offset, b.octets, b.crc, b.plain FROM message_detail d \
         JOIN blob b ON b.id = d.blob WHERE d.id IN (SELECT value FROM json_each(?)) ORDER BY d.id",
    );
    let rows = query(storage, mailbox, uids, sql).await?;
    let mut open: Option<Arc<PackFile>> = None;
    in_order(
        &rows,
        uids,
        |row| {
            let place = Place::from_row(row, 2).map_err(Outage::from)?;
            let pack = match open.as_ref().filter(|pack| pack.number == place.pack) {
                Some(pack) => pack.clone(),
                None => match storage.shelf().get(place.pack) {
                    Ok(pack) => open.insert(pack).clone(),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        return Err(Missing::Pack);
                    }
                    Err(error) => return Err(Outage::broken(error).into()),
                },
            };
            let blob = storage.blob_in(pack, place);
            let prefix = row.try_get_unchecked::<&[u8], _>(1).map_err(Outage::from)?;
            if prefix.is_empty() {
                return Ok(blob);
            }
            let head = Bytes::copy_from_slice(prefix);
            Ok(Arc::new(Joined { head, tail: blob }))
        },
        found,
    )
}

async fn check_owner(
    storage: &Storage,
    account: AccountId,
    mailbox: MailboxId,
) -> Result<(), StoreError> {
    storage.ensure_shelf(account).await?;
    match storage.view().mailboxes.by_id(account, mailbox) {
        Some(_) => Ok(()),
        None => Err(StoreError::NoSuchMailbox(mailbox.0.to_string())),
    }
}

/// Reads rows of `uids`: as a range where they lie close together, else by name.
async fn query(
    storage: &Storage,
    mailbox: MailboxId,
    uids: &[Uid],
    (range, list): (&'static str, &'static str),
) -> Result<Vec<SqliteRow>, Outage> {
    let (Some(first), Some(last)) = (uids.iter().min(), uids.iter().max()) else {
        return Ok(Vec::new());
    };
    let (first, last) = (
        message_row_id(mailbox, *first),
        message_row_id(mailbox, *last),
    );
    let width = usize::try_from(last - first).unwrap_or(usize::MAX);
    let rows = if width < uids.len().saturating_mul(2) {
        sqlx::query(range)
            .bind(first)
            .bind(last)
            .fetch_all(storage.readers())
            .await
    } else {
        let ids: Vec<_> = uids
            .iter()
            .map(|uid| message_row_id(mailbox, *uid))
            .collect();
        sqlx::query(list)
            .bind(serde_json::json!(ids).to_string())
            .fetch_all(storage.readers())
            .await
    };
    rows.map_err(Outage::from)
}

/// Brings rows, ascending by their first column, into the order of `uids`.
fn in_order<T, E: From<Outage>>(
    rows: &[SqliteRow],
    uids: &[Uid],
    mut read: impl FnMut(&SqliteRow) -> Result<T, E>,
    found: &mut Vec<(Uid, T)>,
) -> Result<(), E> {
    let mut by_uid = Vec::with_capacity(rows.len());
    for row in rows {
        let id: i64 = row.try_get_unchecked(0).map_err(Outage::from)?;
        by_uid.extend(uid_of_row(id).map(|uid| (uid, row)));
    }
    let mut next = 0;
    for uid in uids {
        // Nearly always the next row is the one.
        if by_uid.get(next).is_none_or(|(at, _)| at != uid) {
            match by_uid.binary_search_by_key(uid, |(at, _)| *at) {
                Ok(position) => next = position,
                Err(_) => continue,
            }
        }
        if let Some((uid, row)) = by_uid.get(next) {
            found.push((*uid, read(row)?));
        }
        next += 1;
    }
    Ok(())
}
