//! APPEND, also of several messages at once (RFC 3502).

use crate::Storage;
use crate::codec::encode_facts;
use crate::commit::{Batch, Change, DetailRow, RefRow, message_row_id};
use crate::outage::Outage;
use crate::pack::{PendingBlob, Place};
use waxseal_mail::{AccountId, Flag, MailboxName, Timestamp};
use waxseal_ports::snapshot::MessageState;
use waxseal_ports::store::{Appended, NewAppend, StoreError};

pub(super) async fn append(
    storage: &Storage,
    account: AccountId,
    name: &MailboxName,
    messages: Vec<NewAppend>,
) -> Result<Appended, StoreError> {
    let owner = storage.owner(account);
    let (mut blobs, mut facts, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for message in messages {
        let index = encode_facts(&message.index);
        let blob = match storage.blobs().pend(message.message, owner.clone()).await {
            Ok(blob) => blob,
            Err(outage) => {
                storage.give_up_held(held).await;
                return Err(outage.into());
            }
        };
        held.extend(blob.held().cloned());
        blobs.push(blob);
        facts.push((index, message.flags, message.internal_date));
    }
    let name = name.clone();
    let append = Append {
        account,
        name,
        blobs,
        facts,
    };
    let appended = storage.with_blobs(append).await;
    if appended.is_err() {
        storage.give_up_held(held).await;
    }
    appended
}

struct Append {
    account: AccountId,
    name: MailboxName,
    blobs: Vec<PendingBlob>,
    facts: Vec<(Vec<u8>, Vec<Flag>, Timestamp)>,
}

impl Change for Append {
    type Output = Appended;
    type Error = StoreError;

    fn accounts(&self, into: &mut Vec<AccountId>) {
        into.push(self.account);
    }

    fn blobs(&mut self) -> &mut [PendingBlob] {
        &mut self.blobs
    }

    fn grows(&self) -> bool {
        true
    }

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<Appended, StoreError> {
        let blobs = self.blobs.iter().map(|blob| RefRow::new(blob, 1));
        let blobs: Vec<RefRow> = blobs.collect::<Result<_, Outage>>()?;
        let places: Vec<Place> = blobs.iter().map(|blob| blob.place).collect();
        let working = batch.by_name(self.account, &self.name)?;
        working.check_room(places.len())?;
        let (mailbox, uid_validity) = (working.id, working.uid_validity);
        let all: Vec<_> = self
            .facts
            .iter()
            .flat_map(|(_, flags, _)| flags.clone())
            .collect();
        batch.learn(mailbox, &all)?;
        let mut bits = Vec::with_capacity(self.facts.len());
        for (_, flags, _) in &self.facts {
            bits.push(batch.learn(mailbox, flags)?);
        }
        let facts = &self.facts;
        let uids = batch.append(mailbox, places.len(), |position, uid, modseq| {
            let octets = places[position].message_octets();
            MessageState::new(uid, octets, modseq, bits[position], facts[position].2)
        });
        for ((uid, place), (facts, ..)) in uids.iter().zip(&places).zip(facts) {
            batch.rows.details.push(DetailRow {
                id: message_row_id(mailbox, *uid),
                blob: place.id,
                prefix: Vec::new(),
                facts: facts.clone(),
            });
        }
        batch.rows.blobs.extend(blobs);
        Ok(Appended {
            mailbox,
            uid_validity,
            uids,
        })
    }
}
