//! COPY and MOVE (RFC 9051 §6.4.7, RFC 6851): the octets are shared, not copied.

use crate::Storage;
use crate::commit::{Batch, Change, CopyStep, message_row_id};
use crate::mailboxes::OpenMailbox;
use std::sync::Arc;
use waxseal_mail::{AccountId, FlagBits, KeywordTable, MailboxId, MailboxName, Uid};
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::store::{Copied, StoreError, Transfer};

pub(super) async fn copy(
    storage: &Storage,
    (account, mailbox): (AccountId, MailboxId),
    mut uids: Vec<Uid>,
    target: &MailboxName,
    transfer: Transfer,
) -> Result<Copied, StoreError> {
    let open = storage.open_mailbox(account, mailbox).await?;
    uids.sort_unstable();
    uids.dedup();
    let target = target.clone();
    let copy = Copy {
        account,
        mailbox,
        uids,
        target,
        transfer,
        _open: open,
    };
    storage.batched(copy).await
}

struct Copy {
    account: AccountId,
    mailbox: MailboxId,
    uids: Vec<Uid>,
    target: MailboxName,
    transfer: Transfer,
    /// Keeps the snapshot in memory until the copy is planned.
    _open: Arc<OpenMailbox>,
}

impl Change for Copy {
    type Output = Copied;
    type Error = StoreError;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.push(self.account);
    }

    fn grows(&self) -> bool {
        self.transfer == Transfer::Copy
    }

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<Copied, StoreError> {
        let snapshot = batch.snapshot(self.account, self.mailbox)?;
        let source_keywords = batch.by_id(self.account, self.mailbox)?.keywords().clone();
        let messages = self.uids.iter().filter_map(|uid| snapshot.find(*uid));
        let messages: Vec<MessageState> = messages.map(|(_, message)| *message).collect();
        let target = batch.by_name(self.account, &self.target)?;
        target.check_room(messages.len())?;
        let (target, uid_validity) = (target.id, target.uid_validity);
        if messages.is_empty() {
            return Ok(Copied {
                uid_validity,
                pairs: Vec::new(),
            });
        }
        let used = messages
            .iter()
            .fold(FlagBits::NONE, |used, message| used.with(message.flags));
        let meaning = translate(batch, target, &source_keywords, used)?;

        let uids = batch.append(target, messages.len(), |position, uid, modseq| {
            let message = messages[position];
            let bits = meaning
                .iter()
                .filter(|(from, _)| message.flags.contains(*from));
            let bits = bits.fold(FlagBits::NONE, |bits, (_, to)| bits.with(*to));
            let date = message.internal_date();
            MessageState::new(uid, u64::from(message.size), modseq, bits, date)
        });
        let pairs: Vec<_> = messages
            .iter()
            .map(|message| message.uid)
            .zip(uids)
            .collect();
        let rows = pairs.iter().map(|(from, to)| {
            (
                message_row_id(self.mailbox, *from),
                message_row_id(target, *to),
            )
        });
        let moved = self.transfer == Transfer::Move;
        batch.rows.copies.push(CopyStep {
            pairs: rows.collect(),
            moved,
        });
        if moved {
            let gone: Vec<_> = pairs.iter().map(|(from, _)| *from).collect();
            batch.remove(self.mailbox, &gone);
        }
        Ok(Copied {
            uid_validity,
            pairs,
        })
    }
}

/// What each flag bit in use is in the target; refuses before anything is planned.
fn translate(
    batch: &mut Batch<'_>,
    target: MailboxId,
    source: &KeywordTable,
    used: FlagBits,
) -> Result<Vec<(FlagBits, FlagBits)>, StoreError> {
    let flags: Vec<_> = source.flags(used).collect();
    batch.learn(target, &flags)?;
    let mut meaning = Vec::with_capacity(flags.len());
    for flag in flags {
        let to = batch.learn(target, std::slice::from_ref(&flag))?;
        meaning.extend(source.bit(&flag).map(|from| (from, to)));
    }
    Ok(meaning)
}
