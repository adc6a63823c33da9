//! The versions of the interface that are served side by side, each by an adapter of its own.
//!
//! Which one a component needs is read from its names before it is linked; from then on a
//! [`Linked`] and its [`Exports`] carry it. All adapters share one linker, since the names of imports
//! hold their version.

use crate::answer::Answer;
use crate::call::Call;
use crate::delivery::{SaidAction, SaidHanded};
use crate::error::CallFailure;
use crate::guest::Guest;
use crate::storage::{StorageAnswer, StorageCall};
use crate::v0_1_0;
#[cfg(test)]
use crate::v0_2_0;
use crate::world::World;
use wasmtime::Store;
use wasmtime::component::{InstancePre, Linker};
use waxseal_ports::mailbox_events::Moved;

/// A version of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V0_1_0,
    /// Of the tests alone; no server has it.
    #[cfg(test)]
    V0_2_0,
}

/// A linked component, ready to be instantiated.
#[derive(Clone)]
pub(crate) enum Linked {
    V0_1_0(v0_1_0::Linked),
    #[cfg(test)]
    V0_2_0(v0_2_0::Linked),
}

/// The exports of one instance.
pub(crate) enum Exports {
    V0_1_0(v0_1_0::Exports),
    #[cfg(test)]
    V0_2_0(v0_2_0::Exports),
}

/// Who the plugin says it is.
pub(crate) struct About {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) stages: Vec<String>,
}

impl Version {
    /// Those that are served, oldest first.
    pub(crate) const ALL: &[Self] = &[
        Self::V0_1_0,
        #[cfg(test)]
        Self::V0_2_0,
    ];

    /// As components name it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::V0_1_0 => v0_1_0::VERSION,
            #[cfg(test)]
            Self::V0_2_0 => v0_2_0::VERSION,
        }
    }

    /// The one that serves components built for `wanted`: the same major and minor number, and no
    /// earlier patch.
    pub(crate) fn serving(wanted: &str) -> Option<Self> {
        let patch = |version: &str| {
            let (series, patch) = version.rsplit_once('.')?;
            Some((series.to_owned(), patch.parse::<u32>().ok()?))
        };
        let (series, least) = patch(wanted)?;
        let serves = |version: &&Self| {
            patch(version.as_str()).is_some_and(|(has, newest)| has == series && least <= newest)
        };
        Self::ALL.iter().find(serves).copied()
    }

    /// All that are served, in words.
    pub(crate) fn served() -> String {
        let names: Vec<_> = Self::ALL.iter().map(|version| version.as_str()).collect();
        names.join(" and ")
    }

    /// What a component of a world may import.
    pub(crate) const fn imports(self, world: World) -> &'static [&'static str] {
        match self {
            Self::V0_1_0 => v0_1_0::imports(world),
            #[cfg(test)]
            Self::V0_2_0 => v0_2_0::imports(world),
        }
    }

    /// What a component of a world must export; `None` where this version has no such world.
    pub(crate) const fn exports(self, world: World) -> Option<&'static [&'static str]> {
        match self {
            Self::V0_1_0 => Some(v0_1_0::exports(world)),
            #[cfg(test)]
            Self::V0_2_0 => v0_2_0::exports(world),
        }
    }

    /// Takes a component of this version for one of `world`.
    pub(crate) fn link(self, world: World, pre: InstancePre<Guest>) -> wasmtime::Result<Linked> {
        Ok(match self {
            Self::V0_1_0 => Linked::V0_1_0(v0_1_0::Linked::new(world, pre)?),
            #[cfg(test)]
            Self::V0_2_0 => Linked::V0_2_0(v0_2_0::Linked::new(world, pre)?),
        })
    }
}

/// Offers the imports of all versions.
pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    v0_1_0::add_to_linker(linker)?;
    #[cfg(test)]
    v0_2_0::add_to_linker(linker)?;
    Ok(())
}

/// A plugin was asked for what its world, or its version, does not have: a mistake of ours.
pub(crate) fn wrong_world(wanted: &str) -> wasmtime::Error {
    wasmtime::Error::msg(format!("the plugin is no {wanted}"))
}

impl Linked {
    pub(crate) const fn world(&self) -> World {
        match self {
            Self::V0_1_0(linked) => linked.world(),
            #[cfg(test)]
            Self::V0_2_0(_) => World::Filter,
        }
    }

    pub(crate) async fn instantiate(&self, store: &mut Store<Guest>) -> wasmtime::Result<Exports> {
        Ok(match self {
            Self::V0_1_0(linked) => Exports::V0_1_0(linked.instantiate(store).await?),
            #[cfg(test)]
            Self::V0_2_0(linked) => Exports::V0_2_0(linked.instantiate(store).await?),
        })
    }
}

/// Every answer has two errors: the outer one ended the call, the inner one is the plugin's own.
type Own<T> = wasmtime::Result<Result<T, CallFailure>>;

impl Exports {
    pub(crate) async fn describe(&self, store: &mut Store<Guest>) -> wasmtime::Result<About> {
        match self {
            Self::V0_1_0(exports) => exports.describe(store).await,
            #[cfg(test)]
            Self::V0_2_0(exports) => exports.describe(store).await,
        }
    }

    pub(crate) async fn configure(&self, store: &mut Store<Guest>) -> Own<()> {
        match self {
            Self::V0_1_0(exports) => exports.configure(store).await,
            #[cfg(test)]
            Self::V0_2_0(exports) => exports.configure(store).await,
        }
    }

    /// Asks a filter or learner.
    pub(crate) async fn call(&self, store: &mut Store<Guest>, call: &Call) -> Own<Answer> {
        match self {
            Self::V0_1_0(exports) => exports.call(store, call).await,
            #[cfg(test)]
            Self::V0_2_0(exports) => exports.call(store, call).await,
        }
    }

    /// Asks a storage plugin or a holder.
    pub(crate) async fn store(
        &self,
        store: &mut Store<Guest>,
        call: &StorageCall,
    ) -> Own<StorageAnswer> {
        match self {
            Self::V0_1_0(exports) => exports.store(store, call).await,
            #[cfg(test)]
            Self::V0_2_0(_) => Err(wrong_world("storage plugin")),
        }
    }

    /// Where the message goes for this recipient.
    pub(crate) async fn route(
        &self,
        store: &mut Store<Guest>,
        recipient: &str,
    ) -> Own<Vec<SaidAction>> {
        match self {
            Self::V0_1_0(exports) => exports.route(store, recipient).await,
            #[cfg(test)]
            Self::V0_2_0(_) => Err(wrong_world("delivery plugin")),
        }
    }

    /// Takes the message to the recipient.
    pub(crate) async fn deliver(
        &self,
        store: &mut Store<Guest>,
        recipient: &str,
        attempt: u32,
    ) -> Own<SaidHanded> {
        match self {
            Self::V0_1_0(exports) => exports.deliver(store, recipient, attempt).await,
            #[cfg(test)]
            Self::V0_2_0(_) => Err(wrong_world("delivery plugin")),
        }
    }

    /// Tells of a message that went to another mailbox.
    pub(crate) async fn moved(&self, store: &mut Store<Guest>, moved: &Moved) -> Own<()> {
        match self {
            Self::V0_1_0(exports) => exports.moved(store, moved).await,
            #[cfg(test)]
            Self::V0_2_0(_) => Err(wrong_world("learner")),
        }
    }
}

#[cfg(test)]
mod tests;
