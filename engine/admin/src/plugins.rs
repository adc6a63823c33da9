//! What administration needs of the plugin host.

use crate::{LogLineView, PluginReport, PluginView, Problem};
use async_trait::async_trait;

/// Log lines, and where the next ones begin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPage {
    /// The lines in order.
    pub lines: Vec<LogLineView>,
    /// What stands for the last of them.
    pub next: u64,
}

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

    /// Log lines of one plugin after `after` (0 for all) that are still kept; with `wait` it waits for
    /// the first, at most 20 s.
    ///
    /// # Errors
    /// [`Problem::not_found`] where no plugin has the name, or where there is no log.
    async fn log(&self, name: &str, after: u64, wait: bool) -> Result<LogPage, Problem>;
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

    async fn log(&self, _name: &str, _after: u64, _wait: bool) -> Result<LogPage, Problem> {
        Err(Problem::not_found(
            "no server is running, so there is no log of plugins",
        ))
    }
}
