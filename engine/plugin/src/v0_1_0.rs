//! The only place that knows the types of `waxseal:plugin@0.1.0`: its bindings, what its imports
//! answer, and how its answers become ours.

mod convert;
mod imports;

use crate::answer::Answer;
use crate::call::Call;
use crate::error::CallFailure;
use crate::guest::Guest;
use wasmtime::Store;
use wasmtime::component::{HasSelf, InstancePre, Linker};

/// The version that this adapter serves, and the imports in it.
pub(crate) const VERSION: &str = "0.1.0";
pub(crate) const IMPORTS: [&str; 8] = [
    "clock",
    "config",
    "log",
    "metrics",
    "mime",
    "random",
    "transaction",
    "types",
];
/// What a filter must export.
pub(crate) const EXPORTS: [&str; 2] = ["lifecycle", "filter-hooks"];

mod bindings {
    wasmtime::component::bindgen!({
        path: "../../schemas/wit/waxseal-plugin/0.1.0",
        world: "filter",
        imports: {
            "waxseal:plugin/mime.parts": async | trappable,
            "waxseal:plugin/mime.truncated": async | trappable,
            "waxseal:plugin/mime.read-part": async | trappable,
            "waxseal:plugin/mime.text": async | trappable,
            default: trappable,
        },
        exports: { default: async },
    });
}

/// A linked component, ready to be instantiated.
#[derive(Clone)]
pub(crate) struct Linked(bindings::FilterPre<Guest>);

/// The exports of one instance.
pub(crate) struct Exports(bindings::Filter);

/// Who the plugin says it is.
pub(crate) struct About {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) stages: Vec<String>,
}

/// Offers the imports of this version.
pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    bindings::Filter::add_to_linker::<_, HasSelf<Guest>>(linker, |guest| guest)
}

impl Linked {
    pub(crate) fn new(pre: InstancePre<Guest>) -> wasmtime::Result<Self> {
        bindings::FilterPre::new(pre).map(Self)
    }

    pub(crate) async fn instantiate(&self, store: &mut Store<Guest>) -> wasmtime::Result<Exports> {
        self.0.instantiate_async(store).await.map(Exports)
    }
}

impl Exports {
    pub(crate) async fn describe(&self, store: &mut Store<Guest>) -> wasmtime::Result<About> {
        let lifecycle = self.0.waxseal_plugin_lifecycle();
        let about = lifecycle.call_describe(store).await?;
        Ok(About {
            name: about.name,
            version: about.version,
            stages: about.stages,
        })
    }

    /// The inner error is the plugin's own.
    pub(crate) async fn configure(
        &self,
        store: &mut Store<Guest>,
    ) -> wasmtime::Result<Result<(), CallFailure>> {
        let lifecycle = self.0.waxseal_plugin_lifecycle();
        let answer = lifecycle.call_configure(store).await?;
        Ok(answer.map_err(convert::own_error))
    }

    /// The inner error is the plugin's own.
    pub(crate) async fn call(
        &self,
        store: &mut Store<Guest>,
        call: &Call,
    ) -> wasmtime::Result<Result<Answer, CallFailure>> {
        let hooks = self.0.waxseal_plugin_filter_hooks();
        let outcome = match call {
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
    }
}
