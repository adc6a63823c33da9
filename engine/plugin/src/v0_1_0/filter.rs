//! The exports of filters and learners.

use super::{Exports, convert};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::CallFailure;
use crate::guest::Guest;
use crate::versions::wrong_world;
use wasmtime::Store;

/// Asks the export `filter-hooks`, whose type both worlds have of their own.
macro_rules! ask {
    ($hooks:expr, $store:expr, $call:expr) => {{
        let (hooks, store) = ($hooks, $store);
        let outcome = match $call {
            Call::Connect => hooks.call_on_connect(store).await,
            Call::Helo(name) => hooks.call_on_helo(store, name).await,
            Call::Auth {
                user,
                mechanism,
                success,
            } => hooks.call_on_auth(store, user, mechanism, *success).await,
            Call::Mail { sender, params } => {
                let params = convert::params(params);
                hooks.call_on_mail(store, sender, &params).await
            }
            Call::Rcpt { recipient, params } => {
                let params = convert::params(params);
                hooks.call_on_rcpt(store, recipient, &params).await
            }
            Call::Headers => hooks.call_on_headers(store).await,
            Call::Message => hooks.call_on_message(store).await,
            Call::Disconnect => {
                hooks.call_on_disconnect(store).await?;
                return Ok(Ok(Answer::default()));
            }
        }?;
        Ok(outcome.map(convert::answer).map_err(convert::own_error))
    }};
}

impl Exports {
    /// Asks a filter or learner. The inner error is the plugin's own.
    pub(crate) async fn call(
        &self,
        store: &mut Store<Guest>,
        call: &Call,
    ) -> wasmtime::Result<Result<Answer, CallFailure>> {
        match self {
            Self::Filter(world) => ask!(world.waxseal_plugin_filter_hooks(), store, call),
            Self::Learner(world) => ask!(world.waxseal_plugin_filter_hooks(), store, call),
            Self::Delivery(_) | Self::Storage(_) | Self::Holder(_) => Err(wrong_world("filter")),
        }
    }
}
