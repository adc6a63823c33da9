//! Messages of APPEND on their way through the spool into the store.

use super::desk::Desk;
use super::off_reactor;
use std::sync::Arc;
use waxseal_imap::{Answer, AppendOptions};
use waxseal_mail::{AccountId, MailboxName, MessageIndex};
use waxseal_ports::ReadAt;
use waxseal_ports::spool::{SpoolError, SpoolWriter};
use waxseal_ports::store::{NewAppend, StoreError};

/// What has arrived of an APPEND.
#[derive(Default)]
pub(super) struct Spooling {
    writer: Option<Box<dyn SpoolWriter>>,
    complete: Vec<(Arc<dyn ReadAt>, Arc<MessageIndex>)>,
}

impl Desk {
    /// Puts octets into the spool; answers where that fails.
    pub(super) fn spool(&mut self, octets: &[u8]) -> Option<Answer> {
        let spool = &self.ports.spool;
        let writer = self.spooling.writer.get_or_insert_with(|| spool.start());
        let error = off_reactor(true, || writer.write(octets)).err()?;
        self.forget_spooled();
        Some(Answer::Failed(store_error(error)))
    }

    /// The message being spooled is complete.
    pub(super) fn spooled(&mut self) -> Answer {
        let Some(writer) = self.spooling.writer.take() else {
            return Answer::Done;
        };
        let message = match writer.finish() {
            Ok(message) => message,
            Err(error) => return Answer::Failed(store_error(error)),
        };
        match off_reactor(true, || self.ports.parser.index(&*message)) {
            Ok(index) => {
                self.spooling.complete.push((message, Arc::new(index)));
                Answer::Done
            }
            Err(error) => Answer::Failed(StoreError::Unavailable(Box::new(error))),
        }
    }

    pub(super) fn forget_spooled(&mut self) {
        self.spooling = Spooling::default();
    }

    pub(super) async fn append(
        &mut self,
        account: AccountId,
        name: &MailboxName,
        options: Vec<AppendOptions>,
    ) -> Answer {
        let now = self.ports.clock.wall();
        let complete = std::mem::take(&mut self.spooling.complete);
        let messages = complete.into_iter().zip(options);
        let messages = messages.map(|((message, index), options)| NewAppend {
            message,
            index,
            flags: options.flags,
            internal_date: options.internal_date.unwrap_or(now),
        });
        let messages: Vec<_> = messages.collect();
        match self.ports.store.append(account, name, messages).await {
            Ok(appended) => Answer::Appended(appended),
            Err(error) => Answer::Failed(error),
        }
    }
}

fn store_error(error: SpoolError) -> StoreError {
    match error {
        SpoolError::Full => StoreError::Full,
        SpoolError::Io(source) => StoreError::Unavailable(Box::new(source)),
    }
}
