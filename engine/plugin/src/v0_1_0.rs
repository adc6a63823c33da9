//! The only place that knows the types of `waxseal:plugin@0.1.0`: its bindings, what its imports
//! answer, and how its answers become ours.

mod bindings;
mod convert;
mod delivery;
mod filter;
mod imports;
mod learner;
mod storage;
mod worlds;

pub(crate) use imports::BODY_OCTETS_MAX;

use crate::error::CallFailure;
use crate::guest::Guest;
use crate::versions::About;
use crate::world::World;
use wasmtime::Store;
use wasmtime::component::{HasSelf, InstancePre, Linker};

/// The version that this adapter serves.
pub(crate) const VERSION: &str = "0.1.0";

/// A linked component, ready to be instantiated.
#[derive(Clone)]
pub(crate) enum Linked {
    Filter(worlds::filter::FilterPre<Guest>),
    Learner(worlds::learner::LearnerPre<Guest>),
    Delivery(worlds::delivery::DeliveryPre<Guest>),
    Storage(worlds::storage::StoragePre<Guest>),
    Holder(worlds::storage_holder::StorageHolderPre<Guest>),
}

/// The exports of one instance.
pub(crate) enum Exports {
    Filter(worlds::filter::Filter),
    Learner(worlds::learner::Learner),
    Delivery(worlds::delivery::Delivery),
    Storage(worlds::storage::Storage),
    Holder(worlds::storage_holder::StorageHolder),
}

/// Offers the imports of this version, those of all worlds.
pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    bindings::Imports::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)
}

impl Linked {
    pub(crate) fn new(world: World, pre: InstancePre<Guest>) -> wasmtime::Result<Self> {
        Ok(match world {
            World::Filter => Self::Filter(worlds::filter::FilterPre::new(pre)?),
            World::Learner => Self::Learner(worlds::learner::LearnerPre::new(pre)?),
            World::Delivery => Self::Delivery(worlds::delivery::DeliveryPre::new(pre)?),
            World::Storage => Self::Storage(worlds::storage::StoragePre::new(pre)?),
            World::Holder => Self::Holder(worlds::storage_holder::StorageHolderPre::new(pre)?),
        })
    }

    pub(crate) const fn world(&self) -> World {
        match self {
            Self::Filter(_) => World::Filter,
            Self::Learner(_) => World::Learner,
            Self::Delivery(_) => World::Delivery,
            Self::Storage(_) => World::Storage,
            Self::Holder(_) => World::Holder,
        }
    }

    pub(crate) async fn instantiate(&self, store: &mut Store<Guest>) -> wasmtime::Result<Exports> {
        Ok(match self {
            Self::Filter(pre) => Exports::Filter(pre.instantiate_async(store).await?),
            Self::Learner(pre) => Exports::Learner(pre.instantiate_async(store).await?),
            Self::Delivery(pre) => Exports::Delivery(pre.instantiate_async(store).await?),
            Self::Storage(pre) => Exports::Storage(pre.instantiate_async(store).await?),
            Self::Holder(pre) => Exports::Holder(pre.instantiate_async(store).await?),
        })
    }
}

/// Gives the export `lifecycle`, whose type each world has of its own, to an expression.
macro_rules! lifecycle {
    ($exports:expr, |$lifecycle:ident| $body:expr) => {
        match $exports {
            Exports::Filter(world) => {
                let $lifecycle = world.waxseal_plugin_lifecycle();
                $body
            }
            Exports::Learner(world) => {
                let $lifecycle = world.waxseal_plugin_lifecycle();
                $body
            }
            Exports::Delivery(world) => {
                let $lifecycle = world.waxseal_plugin_lifecycle();
                $body
            }
            Exports::Storage(world) => {
                let $lifecycle = world.waxseal_plugin_lifecycle();
                $body
            }
            Exports::Holder(world) => {
                let $lifecycle = world.waxseal_plugin_lifecycle();
                $body
            }
        }
    };
}

impl Exports {
    pub(crate) async fn describe(&self, store: &mut Store<Guest>) -> wasmtime::Result<About> {
        lifecycle!(self, |lifecycle| {
            let about = lifecycle.call_describe(store).await?;
            Ok(About {
                name: about.name,
                version: about.version,
                stages: about.stages,
            })
        })
    }

    /// The inner error is the plugin's own.
    pub(crate) async fn configure(
        &self,
        store: &mut Store<Guest>,
    ) -> wasmtime::Result<Result<(), CallFailure>> {
        lifecycle!(self, |lifecycle| {
            let answer = lifecycle.call_configure(store).await?;
            Ok(answer.map_err(convert::own_error))
        })
    }
}

/// What a component of a world may import.
pub(crate) const fn imports(world: World) -> &'static [&'static str] {
    const JUDGES: &[&str] = &[
        "clock",
        "config",
        "dns",
        "http",
        "kv",
        "log",
        "metrics",
        "mime",
        "notes",
        "random",
        "session",
        "transaction",
        "types",
    ];
    const DELIVERS: &[&str] = &[
        "clock",
        "config",
        "dns",
        "http",
        "kv",
        "log",
        "metrics",
        "mime",
        "notes",
        "random",
        "transaction",
        "types",
    ];
    const STORES: &[&str] = &[
        "aead", "blob-io", "clock", "config", "http", "kv", "log", "metrics", "random", "types",
    ];
    match world {
        World::Filter | World::Learner => JUDGES,
        World::Delivery => DELIVERS,
        World::Storage | World::Holder => STORES,
    }
}

/// What a component of a world must export.
pub(crate) const fn exports(world: World) -> &'static [&'static str] {
    match world {
        World::Filter => &["lifecycle", "filter-hooks"],
        World::Learner => &["lifecycle", "filter-hooks", "mailbox-hooks"],
        World::Delivery => &["lifecycle", "delivery-hooks"],
        World::Storage => &["lifecycle", "storage-hooks"],
        World::Holder => &["lifecycle", "storage-backend"],
    }
}
