//! Reading mailbox lists and snapshots from the database.

use super::{Row, Shelf, shelf};
use crate::commit::{Batch, Change};
use crate::outage::Outage;
use sqlx::{Row as _, SqliteConnection};
use std::sync::Arc;
use waxseal_mail::{
    AccountId, FlagBits, Keyword, KeywordTable, MailboxId, MailboxName, ModSeq, Timestamp, Uid,
    UidValidity,
};
use waxseal_ports::Snapshot;
use waxseal_ports::snapshot::MessageState;

/// Messages read as one aggregated row.
const SLICE_MESSAGES: i64 = 50_000;

/// Has the committer bring the lists of accounts into memory: it alone knows what is committed.
pub(crate) struct LoadShelves(pub(crate) AccountId);

impl Change for LoadShelves {
    type Output = ();
    type Error = Outage;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.push(self.0);
    }

    fn plan(&mut self, _batch: &mut Batch<'_>) -> Result<(), Outage> {
        Ok(())
    }
}

/// Reads the list of an account.
pub(crate) async fn load_shelf(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<Shelf, Outage> {
    let rows = sqlx::query(
        "SELECT m.id, m.name, m.special_use, m.uid_validity, m.keywords, c.uid_next, c.highest_modseq \
         FROM mailbox m JOIN mailbox_counter c ON c.id = m.id WHERE m.account = ?",
    )
    .bind(account.0)
    .fetch_all(&mut *connection)
    .await?;
    let mut shelf = Shelf::default();
    for row in rows {
        let name: String = row.try_get(1)?;
        let name = MailboxName::new(&name).map_err(Outage::broken)?;
        let special_use: Option<String> = row.try_get(2)?;
        let uid_validity: u32 = row.try_get(3)?;
        let keywords: String = row.try_get(4)?;
        let uid_next: u32 = row.try_get(5)?;
        let row = Row {
            id: MailboxId(row.try_get(0)?),
            special_use: special_use.as_deref().and_then(shelf::special_use),
            uid_validity: UidValidity::new(uid_validity).ok_or_else(|| damaged("uid_validity"))?,
            uid_next: Uid::new(uid_next).ok_or_else(|| damaged("uid_next"))?,
            highest_modseq: ModSeq(row.try_get::<i64, _>(6)?.cast_unsigned()),
            keywords: Arc::new(keyword_table(&keywords)?),
        };
        shelf.insert(name, row);
    }
    let rows = sqlx::query("SELECT name FROM subscription WHERE account = ?")
        .bind(account.0)
        .fetch_all(&mut *connection)
        .await?;
    for row in rows {
        let name: String = row.try_get(0)?;
        shelf.subscriptions.extend(MailboxName::new(&name));
    }
    Ok(shelf)
}

fn damaged(what: &str) -> Outage {
    Outage::broken(format_args!("the database holds an impossible {what}"))
}

fn keyword_table(json: &str) -> Result<KeywordTable, Outage> {
    let names: Vec<String> = serde_json::from_str(json).map_err(Outage::broken)?;
    let keywords: Result<Vec<_>, _> = names.iter().map(|name| Keyword::new(name)).collect();
    Ok(KeywordTable::from_keywords(
        keywords.map_err(Outage::broken)?,
    ))
}

/// Reads a mailbox as it is at one moment; `None` if it does not exist (any more).
pub(crate) async fn load_snapshot(
    connection: &mut SqliteConnection,
    mailbox: MailboxId,
) -> Result<Option<Snapshot>, Outage> {
    use sqlx::Connection;
    let mut transaction = connection.begin().await?;
    let row = sqlx::query(
        "SELECT m.uid_validity, m.keywords, c.uid_next, c.highest_modseq \
         FROM mailbox m JOIN mailbox_counter c ON c.id = m.id WHERE m.id = ?",
    )
    .bind(mailbox.0)
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let uid_validity = UidValidity::new(row.try_get(0)?).ok_or_else(|| damaged("uid_validity"))?;
    let keywords = keyword_table(&row.try_get::<String, _>(1)?)?;
    let uid_next = Uid::new(row.try_get(2)?).ok_or_else(|| damaged("uid_next"))?;
    let highest_modseq = ModSeq(row.try_get::<i64, _>(3)?.cast_unsigned());

    let mut snapshot = Snapshot::empty(mailbox, uid_validity);
    let mut from = mailbox.0 << 32;
    loop {
        let row = sqlx::query(
            "SELECT group_concat(id || ' ' || modseq || ' ' || flags || ' ' || size || ' ' || date \
             || ' ' || zone, ';'), max(id) \
             FROM (SELECT * FROM message WHERE id > ? AND id < ? ORDER BY id LIMIT ?)",
        )
        .bind(from)
        .bind((mailbox.0 + 1) << 32)
        .bind(SLICE_MESSAGES)
        .fetch_one(&mut *transaction)
        .await?;
        let Some(text) = row.try_get::<Option<String>, _>(0)? else {
            break;
        };
        from = row.try_get(1)?;
        snapshot = append_slice(snapshot, &text)?;
    }
    snapshot.uid_next = uid_next;
    snapshot.highest_modseq = highest_modseq;
    snapshot.keywords = Arc::new(keywords);
    transaction.rollback().await?;
    Ok(Some(snapshot))
}

/// Takes in the messages of one aggregated row.
fn append_slice(snapshot: Snapshot, text: &str) -> Result<Snapshot, Outage> {
    let mut messages = Vec::with_capacity(text.len() / 32);
    let mut sorted = true;
    let mut last = 0;
    for message in text.split(';') {
        let mut numbers = message.split(' ').map(|number| number.parse::<i64>());
        let mut next = || {
            numbers
                .next()
                .and_then(Result::ok)
                .ok_or_else(|| damaged("message"))
        };
        let id = next()?;
        let uid = crate::commit::uid_of_row(id).ok_or_else(|| damaged("UID"))?;
        let (modseq, flags, size) = (next()?, next()?, next()?);
        let date = Timestamp {
            unix_secs: next()?,
            offset_minutes: i16::try_from(next()?).unwrap_or(0),
        };
        sorted &= last < id;
        last = id;
        messages.push(MessageState::new(
            uid,
            size.cast_unsigned(),
            ModSeq(modseq.cast_unsigned()),
            FlagBits(flags.cast_unsigned()),
            date,
        ));
    }
    if !sorted {
        messages.sort_unstable_by_key(|message| message.uid);
    }
    Ok(snapshot.with_appended(messages))
}
