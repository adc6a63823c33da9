//! The exports of delivery plugins.

use super::worlds::delivery::exports::waxseal::plugin::delivery_hooks as wit;
use super::{Exports, convert};
use crate::delivery::{SaidAction, SaidHanded, SaidKeep};
use crate::error::CallFailure;
use crate::guest::Guest;
use crate::versions::wrong_world;
use wasmtime::Store;

impl Exports {
    /// Where the message goes for this recipient. The inner error is the plugin's own.
    pub(crate) async fn route(
        &self,
        store: &mut Store<Guest>,
        recipient: &str,
    ) -> wasmtime::Result<Result<Vec<SaidAction>, CallFailure>> {
        let hooks = self.delivery_hooks()?;
        let actions = hooks.call_route(store, recipient).await?;
        let said = actions.map(|actions| actions.into_iter().map(action).collect());
        Ok(said.map_err(convert::own_error))
    }

    /// Takes the message to the recipient. The inner error is the plugin's own.
    pub(crate) async fn deliver(
        &self,
        store: &mut Store<Guest>,
        recipient: &str,
        attempt: u32,
    ) -> wasmtime::Result<Result<SaidHanded, CallFailure>> {
        let hooks = self.delivery_hooks()?;
        let result = hooks.call_deliver(store, recipient, attempt).await?;
        Ok(result.map(handed).map_err(convert::own_error))
    }

    fn delivery_hooks(&self) -> wasmtime::Result<&wit::Guest> {
        match self {
            Self::Delivery(world) => Ok(world.waxseal_plugin_delivery_hooks()),
            Self::Filter(_) | Self::Learner(_) | Self::Storage(_) | Self::Holder(_) => {
                Err(wrong_world("delivery plugin"))
            }
        }
    }
}

fn action(action: wit::Action) -> SaidAction {
    match action {
        wit::Action::AsPlanned => SaidAction::AsPlanned,
        wit::Action::Keep(keep) => SaidAction::Keep(SaidKeep {
            address: keep.address,
            mailbox: keep.mailbox,
            flags: keep.imap_flags,
        }),
        wit::Action::Forward(to) => SaidAction::Forward(to),
        wit::Action::Respond(response) => SaidAction::Respond {
            sender: response.sender,
            recipient: response.recipient,
            message: response.message,
        },
        wit::Action::Bounce(reply) => SaidAction::Bounce(convert::reply(reply)),
        wit::Action::Discard => SaidAction::Discard,
        wit::Action::Transport(name) => SaidAction::Transport(name),
        wit::Action::RetryAfter(secs) => SaidAction::RetryAfter(secs),
    }
}

fn handed(result: wit::TransportResult) -> SaidHanded {
    match result {
        wit::TransportResult::Delivered(note) => SaidHanded::Delivered(note),
        wit::TransportResult::Permanent(reply) => SaidHanded::Permanent(convert::reply(reply)),
        wit::TransportResult::Temporary(reply) => SaidHanded::Temporary(convert::reply(reply)),
    }
}
