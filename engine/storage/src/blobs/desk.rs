//! Takes messages through the storage plugins, in and out.

use super::cache::Cache;
use super::recipe::{Holding, Recipe, Step};
use super::sinks::{Measure, Measured};
use crate::config::Config;
use crate::crash;
use crate::outage::Outage;
use crate::pack::{PendingBlob, for_each_piece};
use crate::spool::SpoolPlace;
use bytes::Bytes;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use waxseal_mail::BlobId;
use waxseal_ports::blob_codec::{BlobError, BlobMeta, Held};
use waxseal_ports::draft::{Joined, Slice};
use waxseal_ports::read_at::read_all;
use waxseal_ports::spool::SpoolWriter;
use waxseal_ports::{BlobCodecs, ReadAt};

/// Messages up to this size stay in memory while they are encoded, for their first delivery.
const KEPT_OCTETS_MAX: u64 = 256 << 10;
/// Encoded octets up to this number are put behind their recipe in one piece.
const JOIN_OCTETS_MAX: usize = 256 << 10;

/// What the configuration says about new blobs.
#[derive(Debug, Clone)]
pub(crate) struct DeskSettings {
    /// Codecs in the order in which they encode.
    pub(crate) codecs: Vec<String>,
    /// Who gets the outcome instead of the packs.
    pub(crate) holder: Option<String>,
    /// Whether what was encoded is decoded and compared before it counts as stored.
    pub(crate) verify: bool,
    /// Octets of decoded messages that are kept.
    pub(crate) decoded_octets_max: u64,
}

impl DeskSettings {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            codecs: config.plugins.clone(),
            holder: config.holder.clone(),
            verify: config.verify_encoded,
            decoded_octets_max: config.decoded_octets_max,
        }
    }
}

/// Takes messages through the storage plugins.
pub(crate) struct BlobDesk {
    settings: DeskSettings,
    running: RwLock<Option<Arc<dyn BlobCodecs>>>,
    spool: SpoolPlace,
    cache: Cache,
}

impl BlobDesk {
    pub(crate) fn new(settings: DeskSettings, spool: SpoolPlace) -> Self {
        Self {
            cache: Cache::new(settings.decoded_octets_max),
            settings,
            running: RwLock::new(None),
            spool,
        }
    }

    /// Whether new blobs are encoded or given to a holder.
    pub(crate) const fn changes_blobs(&self) -> bool {
        !self.settings.codecs.is_empty() || self.settings.holder.is_some()
    }

    pub(crate) fn set_running(&self, codecs: Option<Arc<dyn BlobCodecs>>) {
        *self.running.write().unwrap_or_else(PoisonError::into_inner) = codecs;
    }

    /// The plugins; an error that names `wanted` where there are none.
    pub(super) fn running(&self, wanted: &str) -> Result<Arc<dyn BlobCodecs>, BlobError> {
        let running = self.running.read().unwrap_or_else(PoisonError::into_inner);
        let running = running.clone();
        running.ok_or_else(|| BlobError::Missing(wanted.to_owned()))
    }

    /// Makes a message ready to be written: through all codecs, then to the holder, as configured.
    /// Nothing of it reaches a pack when any of them fails.
    pub(crate) async fn pend(
        &self,
        message: Arc<dyn ReadAt>,
        account: Option<String>,
    ) -> Result<PendingBlob, Outage> {
        if !self.changes_blobs() {
            return PendingBlob::seal(message).await.map_err(Outage::broken);
        }
        let begun = message.octets();
        let kept = match message.as_bytes() {
            None if begun <= KEPT_OCTETS_MAX => Some(read_all(&*message).map_err(Outage::broken)?),
            kept => kept,
        };
        let message = match &kept {
            Some(octets) => Arc::new(octets.clone()),
            None => message,
        };
        let (recipe, octets) = self.encode(message, account).await.inspect_err(|error| {
            metrics::counter!("waxseal_storage_encode_failures_total").increment(1);
            tracing::error!(%error, "a message could not be encoded and is not taken");
        })?;
        let head = recipe.encode();
        let record: Arc<dyn ReadAt> = match octets.as_bytes() {
            Some(octets) if octets.len() <= JOIN_OCTETS_MAX => {
                Arc::new(Bytes::from([head.as_slice(), octets.as_ref()].concat()))
            }
            _ => Arc::new(Joined {
                head: head.into(),
                tail: octets,
            }),
        };
        let blob = PendingBlob::seal(record).await.map_err(Outage::broken)?;
        crash::point("encoded");
        metrics::counter!("waxseal_storage_encoded_total").increment(1);
        Ok(blob.encoded(begun, recipe.held, kept))
    }

    async fn encode(
        &self,
        message: Arc<dyn ReadAt>,
        account: Option<String>,
    ) -> Result<(Recipe, Arc<dyn ReadAt>), Outage> {
        let id = new_id()?;
        let digest = digest(&id, &message).await.map_err(Outage::broken)?;
        let mut recipe = Recipe {
            id,
            account,
            octets: message.octets(),
            digest,
            steps: Vec::new(),
            held: None,
        };
        let mut octets = message;
        for codec in &self.settings.codecs {
            let before = octets.octets();
            let meta = recipe.meta(before, Vec::new());
            let running = self.running(codec)?;
            if !running.is_for(codec, recipe.account.as_deref()) {
                continue;
            }
            let sink = self.spool.start();
            let (attributes, encoded) = running.encode(codec, meta, octets, sink).await?;
            octets = encoded;
            recipe.steps.push(Step {
                codec: codec.clone(),
                octets: before,
                attributes,
            });
        }
        if self.settings.verify {
            self.compare(&recipe, octets.clone()).await?;
        }
        if let Some(holder) = &self.settings.holder {
            let before = octets.octets();
            let meta = recipe.meta(before, Vec::new());
            let key = self.running(holder)?.put(holder, meta, octets).await?;
            recipe.held = Some(Holding {
                holder: holder.clone(),
                key,
                octets: before,
            });
            octets = Arc::new(Bytes::new());
            crash::point("given-to-holder");
        }
        Ok((recipe, octets))
    }

    /// Decodes what was just encoded: a message that cannot be read again is not acknowledged.
    async fn compare(&self, recipe: &Recipe, octets: Arc<dyn ReadAt>) -> Result<(), Outage> {
        if recipe.steps.is_empty() {
            return Ok(());
        }
        self.decode(recipe, octets, None).await.map(drop)
    }

    /// The message of a record, decoded or from the cache.
    pub(crate) async fn open(
        &self,
        id: BlobId,
        record: Arc<dyn ReadAt>,
    ) -> Result<Arc<dyn ReadAt>, Outage> {
        if let Some(octets) = self.cache.get(id) {
            metrics::counter!("waxseal_storage_decoded_reads_total", "from" => "cache")
                .increment(1);
            return Ok(octets);
        }
        let opened = self.open_record(record).await;
        let octets = opened.map_err(|outage| {
            metrics::counter!("waxseal_storage_decode_failures_total").increment(1);
            tracing::error!(blob = %id, error = %outage, "a stored message cannot be decoded");
            Outage::broken(format_args!("{id} cannot be decoded: {outage}"))
        })?;
        metrics::counter!("waxseal_storage_decoded_reads_total", "from" => "plugins").increment(1);
        self.cache.put(id, &octets);
        Ok(octets)
    }

    async fn open_record(&self, record: Arc<dyn ReadAt>) -> Result<Arc<dyn ReadAt>, Outage> {
        let (recipe, start) = Recipe::read(&*record).map_err(Outage::broken)?;
        let octets = record.octets().saturating_sub(start);
        let mut encoded: Arc<dyn ReadAt> = Arc::new(Slice {
            whole: record,
            start,
            octets,
        });
        let place = self.spool.for_reading();
        if let Some(held) = &recipe.held {
            let asked = Held {
                key: held.key.clone(),
                octets: held.octets,
            };
            let running = self.running(&held.holder)?;
            encoded = running.get(&held.holder, asked, place.start()).await?;
        }
        self.decode(&recipe, encoded, Some(&place)).await
    }

    /// Through all codecs backwards; the outcome is what the recipe says or an error. Without a place
    /// the message itself is thrown away once it was compared.
    async fn decode(
        &self,
        recipe: &Recipe,
        mut octets: Arc<dyn ReadAt>,
        place: Option<&SpoolPlace>,
    ) -> Result<Arc<dyn ReadAt>, Outage> {
        let measure = Measure::of(&recipe.id);
        for (position, step) in recipe.steps.iter().enumerate().rev() {
            let sink: Box<dyn SpoolWriter> = if position > 0 {
                place.unwrap_or(&self.spool).start()
            } else {
                Box::new(Measured {
                    measure: measure.clone(),
                    next: place.map(SpoolPlace::start),
                })
            };
            let meta = recipe.meta(step.octets, step.attributes.clone());
            let running = self.running(&step.codec)?;
            octets = running.decode(&step.codec, meta, octets, sink).await?;
        }
        if recipe.steps.is_empty() {
            let found = digest(&recipe.id, &octets).await.map_err(Outage::broken)?;
            return recipe.check(octets.octets(), found).map(|()| octets);
        }
        let (count, found) = measure.taken();
        recipe.check(count, found).map(|()| octets)
    }
}

impl Recipe {
    fn meta(&self, octets: u64, attributes: Vec<(String, String)>) -> BlobMeta {
        BlobMeta {
            account: self.account.clone(),
            id: self.id.clone(),
            octets,
            attributes,
        }
    }

    /// Whether what came out is what went in.
    fn check(&self, octets: u64, digest: [u8; 32]) -> Result<(), Outage> {
        if octets == self.octets && digest == self.digest {
            return Ok(());
        }
        let names: Vec<_> = self.steps.iter().map(|step| step.codec.as_str()).collect();
        let held = self.held.as_ref().map(|held| held.holder.as_str());
        let names = names.into_iter().chain(held).collect::<Vec<_>>().join(", ");
        Err(Outage::broken(format_args!(
            "what came back from {names} is not what was stored"
        )))
    }
}

/// A name that no other blob has: 32 hexadecimal digits.
fn new_id() -> Result<String, Outage> {
    let mut octets = [0; 16];
    getrandom::fill(&mut octets).map_err(Outage::broken)?;
    Ok(format!("{:032x}", u128::from_be_bytes(octets)))
}

/// The digest of a message; large ones are read off the reactor.
async fn digest(id: &str, message: &Arc<dyn ReadAt>) -> io::Result<[u8; 32]> {
    let measure = Measure::of(id);
    if let Some(octets) = message
        .as_bytes()
        .filter(|_| message.octets() <= KEPT_OCTETS_MAX)
    {
        measure.update(&octets);
        return Ok(measure.taken().1);
    }
    let message = message.clone();
    let read = tokio::task::spawn_blocking(move || {
        for_each_piece(message.as_ref(), |piece| {
            measure.update(piece);
            Ok(())
        })?;
        Ok(measure.taken().1)
    });
    read.await.map_err(io::Error::other)?
}
