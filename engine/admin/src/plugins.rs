//! What administration needs of the plugin host.

use crate::{PluginReport, PluginView, Problem};
use async_trait::async_trait;

/// The plugins in use.
#[async_trait]
pub trait Plugins: Send + Sync {
    /// All of them, in the order in which they are asked.
    async fn list(&self) -> Vec<PluginView>;

    /// What each did in the last hour, those that are switched off at the end.
    fn report(&self) -> Vec<PluginReport> {
        Vec::new()
    }

    /// Reads them again; what cannot be read leaves the former ones in use.
    ///
    /// # Errors
    /// A [`Problem`] that names the plugin and what is wrong with it.
    async fn reload(&self) -> Result<Vec<PluginView>, Problem>;
}

/// No plugin host, as on the command line while no server runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPlugins;

#[async_trait]
impl Plugins for NoPlugins {
    async fn list(&self) -> Vec<PluginView> {
        Vec::new()
    }

    async fn reload(&self) -> Result<Vec<PluginView>, Problem> {
        Err(Problem::not_found(
            "no server is running, so there is nothing to reload",
        ))
    }
}
