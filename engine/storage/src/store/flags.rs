//! STORE: changing flags (RFC 9051 §6.4.6, RFC 7162 §3.1.3).

use crate::Storage;
use crate::commit::{Batch, Change};
use crate::mailboxes::OpenMailbox;
use std::sync::Arc;
use waxseal_mail::{AccountId, FlagBits, MailboxId};
use waxseal_ports::store::{FlagChange, FlagMode, FlagsChanged, StoreError};

pub(super) async fn change_flags(
    storage: &Storage,
    account: AccountId,
    mailbox: MailboxId,
    mut change: FlagChange,
) -> Result<FlagsChanged, StoreError> {
    let open = storage.open_mailbox(account, mailbox).await?;
    change.uids.sort_unstable();
    change.uids.dedup();
    let change = ChangeFlags {
        account,
        mailbox,
        change,
        _open: open,
    };
    storage.batched(change).await
}

struct ChangeFlags {
    account: AccountId,
    mailbox: MailboxId,
    change: FlagChange,
    /// Keeps the snapshot in memory until the change is planned.
    _open: Arc<OpenMailbox>,
}

impl Change for ChangeFlags {
    type Output = FlagsChanged;
    type Error = StoreError;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.push(self.account);
    }

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<FlagsChanged, StoreError> {
        let snapshot = batch.snapshot(self.account, self.mailbox)?;
        let bits = match self.change.mode {
            FlagMode::Add | FlagMode::Replace => batch.learn(self.mailbox, &self.change.flags)?,
            FlagMode::Remove => {
                let known = batch.by_id(self.account, self.mailbox)?.keywords().clone();
                let flags = self.change.flags.iter();
                let bits = flags.filter_map(|flag| known.bit(flag));
                bits.fold(FlagBits::NONE, FlagBits::with)
            }
        };
        let mut outcome = FlagsChanged::default();
        let mut changes = Vec::new();
        for uid in &self.change.uids {
            let Some((_, message)) = snapshot.find(*uid) else {
                outcome.missing.push(*uid);
                continue;
            };
            if self
                .change
                .unchanged_since
                .is_some_and(|since| message.modseq > since)
            {
                outcome.modified.push(*uid);
                continue;
            }
            let after = match self.change.mode {
                FlagMode::Replace => bits,
                FlagMode::Add => message.flags.with(bits),
                FlagMode::Remove => message.flags.without(bits),
            };
            if after != message.flags {
                changes.push((*uid, after));
            }
        }
        batch.set_flags(self.mailbox, &changes);
        outcome.highest_modseq = batch.by_id(self.account, self.mailbox)?.highest_modseq();
        Ok(outcome)
    }
}
