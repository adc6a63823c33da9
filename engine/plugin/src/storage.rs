//! Storage plugins and holders: [`Host`] as the codecs and holders of a storage.
//!
//! One instance serves one call. A failure is always the failure of the operation: nothing here has
//! a policy.

mod call;
mod streams;

pub(crate) use call::{StorageAnswer, StorageCall};
pub(crate) use streams::{Blob, Streams};

use crate::error::CallFailure;
use crate::host::Host;
use crate::plugin::Plugin;
use crate::state::State;
use crate::used::Figures;
use crate::watch::Said;
use crate::world::World;
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use streams::{Output, Problem};
use waxseal_ports::blob_codec::{Attributes, BlobError, BlobMeta, BlobRole, Held};
use waxseal_ports::spool::SpoolWriter;
use waxseal_ports::{BlobCodecs, ReadAt};

/// Octets for which a storage plugin has its CPU and wall time once.
const OCTETS_PER_TIME: u64 = 10_000_000;
/// What a codec may write besides twice what it reads.
const ENCODED_EXTRA_OCTETS: u64 = 64 * 1024;

/// One call with all that it brings.
struct Order {
    call: StorageCall,
    streams: Streams,
    /// Octets that it is about: its time grows with them.
    octets: u64,
}

impl Order {
    /// How many times the limits of time hold.
    fn times(&self) -> u32 {
        u32::try_from(self.octets / OCTETS_PER_TIME + 1).unwrap_or(u32::MAX)
    }
}

#[async_trait]
impl BlobCodecs for Host {
    fn role(&self, name: &str) -> Option<BlobRole> {
        let chain = self.chain();
        let plugin = chain.others.iter().find(|plugin| plugin.name == name)?;
        match plugin.world {
            World::Storage => Some(BlobRole::Codec),
            World::Holder => Some(BlobRole::Holder),
            World::Filter | World::Learner | World::Delivery => None,
        }
    }

    /// A tenant's plugin encodes what is its accounts', and nothing else.
    fn is_for(&self, codec: &str, account: Option<&str>) -> bool {
        let chain = self.chain();
        let mut plugins = chain.others.iter();
        let plugin = plugins.find(|plugin| plugin.name == codec);
        let tenant = plugin.and_then(|plugin| plugin.tenant.as_deref());
        tenant.is_none_or(|tenant| account.is_some_and(|account| tenant.owns(account)))
    }

    async fn encode(
        &self,
        codec: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<(Attributes, Arc<dyn ReadAt>), BlobError> {
        let plugin = self.storage_plugin(codec, World::Storage)?;
        let size = octets.octets();
        let most = size.saturating_mul(2).saturating_add(ENCODED_EXTRA_OCTETS);
        let order = Order {
            streams: Streams::new(octets, Output::AtMost(most, sink)),
            octets: size,
            call: StorageCall::Encode(meta),
        };
        match self.order(&plugin, order).await? {
            (StorageAnswer::Attributes(attributes), Some(encoded)) => Ok((attributes, encoded)),
            _ => Err(unexpected(codec)),
        }
    }

    async fn decode(
        &self,
        codec: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<Arc<dyn ReadAt>, BlobError> {
        let plugin = self.storage_plugin(codec, World::Storage)?;
        let order = Order {
            streams: Streams::new(octets, Output::Exactly(meta.octets, sink)),
            octets: meta.octets,
            call: StorageCall::Decode(meta),
        };
        let (_, decoded) = self.order(&plugin, order).await?;
        decoded.ok_or_else(|| unexpected(codec))
    }

    async fn put(
        &self,
        holder: &str,
        meta: BlobMeta,
        octets: Arc<dyn ReadAt>,
    ) -> Result<String, BlobError> {
        let plugin = self.storage_plugin(holder, World::Holder)?;
        let order = Order {
            octets: octets.octets(),
            streams: Streams::new(octets, Output::None),
            call: StorageCall::Put(meta),
        };
        match self.order(&plugin, order).await? {
            (StorageAnswer::Key(key), _) => Ok(key),
            _ => Err(unexpected(holder)),
        }
    }

    async fn get(
        &self,
        holder: &str,
        held: Held,
        sink: Box<dyn SpoolWriter>,
    ) -> Result<Arc<dyn ReadAt>, BlobError> {
        let plugin = self.storage_plugin(holder, World::Holder)?;
        let nothing = Arc::new(bytes::Bytes::new());
        let order = Order {
            streams: Streams::new(nothing, Output::Exactly(held.octets, sink)),
            octets: held.octets,
            call: StorageCall::Get(held.key),
        };
        let (_, octets) = self.order(&plugin, order).await?;
        octets.ok_or_else(|| unexpected(holder))
    }

    async fn delete(&self, holder: &str, key: &str) -> Result<(), BlobError> {
        let plugin = self.storage_plugin(holder, World::Holder)?;
        let order = Order {
            streams: Streams::new(Arc::new(bytes::Bytes::new()), Output::None),
            octets: 0,
            call: StorageCall::Delete(key.to_owned()),
        };
        self.order(&plugin, order).await.map(drop)
    }
}

impl Host {
    fn storage_plugin(&self, name: &str, world: World) -> Result<Arc<Plugin>, BlobError> {
        let chain = self.chain();
        let mut plugins = chain.others.iter();
        let plugin = plugins.find(|plugin| plugin.name == name && plugin.world == world);
        plugin
            .cloned()
            .ok_or_else(|| BlobError::Missing(name.to_owned()))
    }

    /// Runs one call with an instance of its own, and counts it.
    async fn order(
        &self,
        plugin: &Plugin,
        order: Order,
    ) -> Result<(StorageAnswer, Option<Arc<dyn ReadAt>>), BlobError> {
        let stage = order.call.stage();
        let mut figures = Figures::default();
        let run = self.run(plugin, order, &mut figures);
        let (outcome, timing) = plugin.timed(stage, run).await;
        match &outcome {
            Ok(_) => plugin.report(timing, Ok(Said::answer("done")), figures),
            Err(Problem::Failure(failure)) => plugin.report(timing, Err(failure), figures),
            Err(Problem::Full) => {}
        }
        match outcome {
            Ok(done) => {
                plugin.answered(stage, "done", timing.took);
                Ok(done)
            }
            Err(Problem::Full) => {
                plugin.answered(stage, "failed", timing.took);
                Err(BlobError::Full(plugin.name.clone()))
            }
            Err(Problem::Failure(failure)) => {
                plugin.storage_failed(&failure, timing);
                Err(BlobError::Failed {
                    name: plugin.name.clone(),
                    reason: plugin.words(&failure),
                })
            }
        }
    }

    async fn run(
        &self,
        plugin: &Plugin,
        order: Order,
        figures: &mut Figures,
    ) -> Result<(StorageAnswer, Option<Arc<dyn ReadAt>>), Problem> {
        if order.octets > u64::from(u32::MAX) || order.streams.octets() > u64::from(u32::MAX) {
            return Err(CallFailure::TooLarge.into());
        }
        let state = Arc::new(Mutex::new(State::outside_sessions()));
        let source = plugin.source(self.runtime(), &mut None, &state)?;
        let pulse = source.pulse();
        let times = order.times();
        let wall = plugin.limits().wall().saturating_mul(times);
        let Order { call, streams, .. } = order;
        let limits = plugin.limits().clone();
        let run = Box::pin(async move {
            let mut used = source.start().await?;
            let (answer, streams) = used.instance.store(&call, streams, times).await;
            let streams = streams.ok_or_else(lost)?;
            let output = streams.finish(answer.is_ok())?;
            let answer = answer?;
            answer.check(&limits).map_err(CallFailure::Outcome)?;
            Ok::<_, Problem>((answer, output, used.figures()))
        });
        match self.runtime().lane.drive(run, pulse, wall).await {
            Ok(outcome) => {
                let (answer, output, cost) = outcome?;
                *figures = cost;
                Ok((answer, output))
            }
            Err(lost) => Err(lost.failure(plugin.limits()).into()),
        }
    }
}

/// The streams went away with the call: a mistake of ours.
fn lost() -> CallFailure {
    CallFailure::Trap("the streams of the call are gone".to_owned())
}

fn unexpected(name: &str) -> BlobError {
    BlobError::Failed {
        name: name.to_owned(),
        reason: "it answered something else than it was asked".to_owned(),
    }
}
