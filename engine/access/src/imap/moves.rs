//! Tells those who learn from users that messages went to another mailbox: after the client had its
//! answer, and off its time.

use crate::Ports;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use waxseal_mail::{MailboxId, MailboxName, Uid};
use waxseal_ports::directory::Account;
use waxseal_ports::mailbox_events::{Moved, Place};
use waxseal_ports::store::StoreError;

/// Messages whose octets are asked for at once.
const MESSAGES_AT_ONCE: usize = 100;

/// Messages that a command put into another mailbox.
#[derive(Debug)]
pub(super) struct Transferred {
    /// Whose.
    pub(super) account: Account,
    /// Where they were.
    pub(super) origin: MailboxId,
    /// Where they are.
    pub(super) target: MailboxName,
    /// Their UIDs there.
    pub(super) uids: Vec<Uid>,
}

/// The tasks that tell of transfers, all sessions together.
pub(crate) struct Moves {
    free: Arc<Semaphore>,
    tasks: TaskTracker,
}

impl Moves {
    /// At most `tasks_max` at the same time.
    pub(crate) fn new(tasks_max: usize) -> Self {
        Self {
            free: Arc::new(Semaphore::new(tasks_max)),
            tasks: TaskTracker::new(),
        }
    }

    /// Tells of transfers, in order. Where too many are being told already, these are not told.
    pub(super) fn tell(&self, ports: &Ports, transfers: Vec<Transferred>) {
        let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() else {
            metrics::counter!("waxseal_access_moves_untold_total").increment(1);
            return;
        };
        let ports = ports.clone();
        self.tasks.spawn(async move {
            let _told_at_once = permit;
            for transferred in transfers {
                if let Err(error) = tell_one(&ports, transferred).await {
                    tracing::warn!(%error, "moved messages cannot be read for learners");
                }
            }
        });
    }

    /// Waits until all that was to be told is told.
    pub(crate) async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn tell_one(ports: &Ports, transferred: Transferred) -> Result<(), StoreError> {
    let account = transferred.account;
    let mailboxes = ports.store.mailboxes(account.id).await?;
    let origin = mailboxes.iter().find(|info| info.id == transferred.origin);
    let target = mailboxes
        .iter()
        .find(|info| info.name == transferred.target);
    // One that was deleted meanwhile says nothing any more.
    let (Some(origin), Some(target)) = (origin, target) else {
        return Ok(());
    };
    let place = |info: &waxseal_ports::store::MailboxInfo| Place::of(&info.name, info.special_use);
    let (from, to) = (place(origin), place(target));
    if from == to {
        return Ok(());
    }
    for uids in transferred.uids.chunks(MESSAGES_AT_ONCE) {
        let messages = ports.store.messages(account.id, target.id, uids).await?;
        for (_, message) in messages {
            let moved = Moved {
                account: account.address.clone(),
                origin: from,
                destination: to,
                message,
            };
            ports.events.moved(moved).await;
        }
    }
    Ok(())
}
