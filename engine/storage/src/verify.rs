//! Checking that what the database names is what lies in the packs.

use crate::Storage;
use crate::outage::Outage;
use crate::pack::{Place, Scanned, scan_pack};
use std::collections::HashMap;
use std::sync::Arc;
use waxseal_mail::BlobId;
use waxseal_ports::store::StoreError;

/// What a check of all packs found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Packs read.
    pub packs: u64,
    /// Records whose octets match their checksums and digests.
    pub good: u64,
    /// Octets of messages in them.
    pub octets: u64,
    /// Good records that nothing names any more: garbage, until the pack is rewritten.
    pub unnamed: u64,
    /// Octets behind the last record of a pack: torn by a crash, harmless.
    pub torn_octets: u64,
    /// Blobs that the database names and whose record is damaged or missing.
    pub damaged: Vec<BlobId>,
}

impl Storage {
    /// Reads every record of every pack and compares them with the database. Takes as long as reading
    /// everything; mail goes on meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if something cannot be read at all.
    pub async fn verify(&self) -> Result<VerifyReport, StoreError> {
        let _no_pack_goes = self.compacting.lock().await;
        // Named first, read then: what is written meanwhile can only be unnamed, never missing.
        let rows =
            sqlx::query("SELECT id, pack, offset, octets, crc, plain FROM blob WHERE refs > 0")
                .fetch_all(self.readers())
                .await
                .map_err(Outage::from)?;
        let mut named = HashMap::with_capacity(rows.len());
        for row in rows {
            let place = Place::from_row(&row, 0).map_err(Outage::from)?;
            named.insert(place.id, place);
        }
        let shelf = Arc::clone(self.shelf());
        let checked = tokio::task::spawn_blocking(move || {
            let mut report = VerifyReport::default();
            for number in shelf.numbers()? {
                let pack = shelf.get(number)?;
                report.packs += 1;
                scan_pack(&pack, 0, |record| report.take(record, &mut named))?;
            }
            report.damaged = named.into_keys().collect();
            report.damaged.sort_unstable();
            Ok::<_, std::io::Error>(report)
        });
        let report = checked.await.map_err(Outage::broken)?;
        Ok(report.map_err(Outage::broken)?)
    }
}

impl VerifyReport {
    fn take(&mut self, record: Scanned, named: &mut HashMap<BlobId, Place>) {
        match record {
            Scanned::Good(place) => {
                self.good += 1;
                self.octets += place.octets;
                let named_here = |named: &Place| {
                    Place {
                        plain: None,
                        ..*named
                    } == place
                };
                if named.get(&place.id).is_some_and(named_here) {
                    named.remove(&place.id);
                } else {
                    self.unnamed += 1;
                }
            }
            Scanned::Torn { octets, .. } => self.torn_octets += octets,
            // What stays named without a good record is damaged.
            Scanned::Damaged(_) => {}
        }
    }
}
