//! Adapter of the version that only the tests have (`tests/wit/0.2.0`): all its types differ from those
//! of 0.1.0. What a second released version will look like, in small.

use crate::answer::{Answer, Said, SaidReply};
use crate::call::Call;
use crate::error::CallFailure;
use crate::guest::Guest;
use crate::versions::{About, wrong_world};
use crate::world::World;
use wasmtime::Store;
use wasmtime::component::{HasSelf, InstancePre, Linker};

mod bindings {
    wasmtime::component::bindgen!({
        path: "tests/wit/0.2.0",
        world: "filter",
        imports: { default: trappable },
        exports: { default: async },
    });
}

use bindings::exports::waxseal::plugin::filter_hooks::Verdict;

pub(crate) const VERSION: &str = "0.2.0";

/// The only world of this version.
#[derive(Clone)]
pub(crate) struct Linked(bindings::FilterPre<Guest>);

/// The exports of one instance.
pub(crate) struct Exports(bindings::Filter);

pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    bindings::Filter::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)
}

impl bindings::waxseal::plugin::types::Host for Guest {}

impl bindings::waxseal::plugin::transaction::Host for Guest {
    fn header_count(&mut self) -> wasmtime::Result<u32> {
        let state = self.state();
        let held = state.message.as_ref();
        let count = held.map_or(0, |held| held.draft.header.fields().len());
        Ok(u32::try_from(count)?)
    }
}

pub(crate) const fn imports(_world: World) -> &'static [&'static str] {
    &["transaction", "types"]
}

pub(crate) const fn exports(world: World) -> Option<&'static [&'static str]> {
    match world {
        World::Filter => Some(&["lifecycle", "filter-hooks"]),
        World::Learner | World::Delivery | World::Storage | World::Holder => None,
    }
}

impl Linked {
    pub(crate) fn new(world: World, pre: InstancePre<Guest>) -> wasmtime::Result<Self> {
        match world {
            World::Filter => Ok(Self(bindings::FilterPre::new(pre)?)),
            World::Learner | World::Delivery | World::Storage | World::Holder => {
                Err(wrong_world("filter"))
            }
        }
    }

    pub(crate) async fn instantiate(&self, store: &mut Store<Guest>) -> wasmtime::Result<Exports> {
        Ok(Exports(self.0.instantiate_async(store).await?))
    }
}

impl Exports {
    pub(crate) async fn describe(&self, store: &mut Store<Guest>) -> wasmtime::Result<About> {
        let about = self
            .0
            .waxseal_plugin_lifecycle()
            .call_describe(store)
            .await?;
        Ok(About {
            name: about.name,
            version: about.version,
            stages: about.wants,
        })
    }

    pub(crate) async fn configure(
        &self,
        store: &mut Store<Guest>,
    ) -> wasmtime::Result<Result<(), CallFailure>> {
        let answer = self
            .0
            .waxseal_plugin_lifecycle()
            .call_configure(store)
            .await?;
        Ok(answer.map_err(|message| CallFailure::Own {
            code: "configure".to_owned(),
            message,
        }))
    }

    pub(crate) async fn call(
        &self,
        store: &mut Store<Guest>,
        call: &Call,
    ) -> wasmtime::Result<Result<Answer, CallFailure>> {
        let tags = store.data().state().tags.clone();
        let hooks = self.0.waxseal_plugin_filter_hooks();
        let verdict = match call {
            Call::Mail { sender, .. } => hooks.call_on_mail(store, sender, &tags).await?,
            Call::Message => hooks.call_on_message(store).await?,
            Call::Connect
            | Call::Helo(_)
            | Call::Auth { .. }
            | Call::Rcpt { .. }
            | Call::Headers
            | Call::Disconnect => Verdict::Next,
        };
        let verdict = match verdict {
            Verdict::Next => Said::Next,
            Verdict::Refuse(text) => Said::Reject(SaidReply {
                code: 550,
                enhanced: None,
                text,
            }),
        };
        Ok(Ok(Answer {
            verdict,
            ..Answer::default()
        }))
    }
}
