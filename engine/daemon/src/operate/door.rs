//! The way to what a server holds.

use crate::config::Config;
use crate::failure::Outcome;
use crate::wire;
use anyhow::Context;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::UnixStream;
use waxseal_admin::{Answer, Operations, Request, call};
use waxseal_plugin::Host;
use waxseal_storage::Storage;

/// The running server where there is one, else the storage itself.
pub(crate) enum Door {
    /// Behind its socket.
    Server(PathBuf),
    /// Nobody else has it open.
    Storage(Arc<Storage>, Box<Operations>),
}

impl Door {
    /// The door to what `config` names. Where no server runs, the storage is opened, with the plugins
    /// that decode its blobs where messages are `read`.
    pub(crate) async fn open(config: &Config, request: &Request) -> Outcome<Self> {
        let socket = config.socket();
        if let Err(error) = UnixStream::connect(&socket).await
            && error.kind() != std::io::ErrorKind::PermissionDenied
        {
            let storage = wire::open_storage(config).await?;
            if matches!(request, Request::QueueRead { .. }) {
                decode(config, &storage).await?;
            }
            let operations = wire::operations_without_server(&storage);
            return Ok(Self::Storage(storage, Box::new(operations)));
        }
        Ok(Self::Server(socket))
    }

    /// Asks for something.
    pub(crate) async fn ask(&self, request: Request) -> Outcome<Answer> {
        match self {
            Self::Server(socket) => Ok(call(socket, &request).await?),
            Self::Storage(_, operations) => Ok(operations.perform(request).await?),
        }
    }

    /// Leaves the storage to others.
    pub(crate) async fn close(self) {
        match self {
            Self::Server(_) => {}
            Self::Storage(storage, _) => storage.close().await,
        }
    }
}

/// Starts the plugins that the blobs of a storage were encoded with, if there are any.
async fn decode(config: &Config, storage: &Storage) -> Outcome {
    if config.storage.plugins.is_empty() && config.storage.holder.is_none() {
        return Ok(());
    }
    let host = Host::start(config.plugin_config(), wire::plugin_services(config)).await;
    let host = host.context("starting the plugins")?;
    storage
        .use_codecs(Arc::new(host))
        .context("reading [storage]")?;
    Ok(())
}
