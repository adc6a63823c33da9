//! A host that runs one plugin outside a server, and who watches it: what cases, replays and benches
//! stand on.

use crate::AuthorError;
use crate::component::Subject;
use crate::witness::Witness;
use crate::world::Reach;
use std::sync::Arc;
use waxseal_plugin::{Config, Host, Instruments, Metering};

/// A loaded plugin.
pub(crate) struct Bed {
    /// Runs it.
    pub(crate) host: Arc<Host>,
    /// Sees every call.
    pub(crate) witness: Arc<Witness>,
    /// The plugin's name.
    pub(crate) name: String,
}

impl Bed {
    /// Loads `subject` as `config` says, within reach of `reach` and of nothing else.
    ///
    /// # Errors
    /// [`AuthorError::Wrong`] with the reason that a server would give.
    pub(crate) async fn start(
        subject: &Subject,
        config: Config,
        reach: &Reach,
        metering: Metering,
    ) -> Result<Self, AuthorError> {
        let witness = Arc::new(Witness::default());
        let instruments = Instruments {
            metering,
            watch: Some(witness.clone()),
        };
        let host = Host::start_with(config, reach.services(subject), instruments).await;
        let host = host.map_err(|error| AuthorError::Wrong(error.to_string()))?;
        // What it did while it was tried out is no call.
        witness.take();
        Ok(Self {
            host: Arc::new(host),
            witness,
            name: subject.name.clone(),
        })
    }
}
