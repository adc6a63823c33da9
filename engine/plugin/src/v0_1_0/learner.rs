//! What learners export beyond filters.

use super::worlds::learner::exports::waxseal::plugin::mailbox_hooks as wit;
use super::{Exports, convert};
use crate::error::CallFailure;
use crate::guest::Guest;
use crate::versions::wrong_world;
use wasmtime::Store;
use waxseal_ports::mailbox_events::{Moved, Place};

impl Exports {
    /// Tells of a message that went to another mailbox. The inner error is the plugin's own.
    pub(crate) async fn moved(
        &self,
        store: &mut Store<Guest>,
        moved: &Moved,
    ) -> wasmtime::Result<Result<(), CallFailure>> {
        let Self::Learner(world) = self else {
            return Err(wrong_world("learner"));
        };
        let event = wit::Moved {
            account: moved.account.to_string(),
            origin: place(moved.origin),
            destination: place(moved.destination),
        };
        let hooks = world.waxseal_plugin_mailbox_hooks();
        let answer = hooks.call_on_moved(store, &event).await?;
        Ok(answer.map_err(convert::own_error))
    }
}

const fn place(place: Place) -> wit::Place {
    match place {
        Place::Inbox => wit::Place::Inbox,
        Place::Junk => wit::Place::Junk,
        Place::Trash => wit::Place::Trash,
        Place::Archive => wit::Place::Archive,
        Place::Sent => wit::Place::Sent,
        Place::Drafts => wit::Place::Drafts,
        Place::Other => wit::Place::Other,
    }
}
