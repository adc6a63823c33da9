//! Who judges mail: milters and plugins, in their order.

use crate::config::Config;
use std::sync::Arc;
use waxseal_milter::{Milter, MilterConfig};
use waxseal_plugin::Host;
use waxseal_ports::filter::{FilterChain, Trust};
use waxseal_ports::{Clock, Filter};
use waxseal_storage::Storage;

/// The milters that come before the plugins, the plugins, the other milters. Without milters the
/// plugins alone.
pub(super) fn chain(
    config: &Config,
    host: &Arc<Host>,
    storage: &Arc<Storage>,
    clock: &Arc<dyn Clock>,
) -> Arc<dyn Filter> {
    if config.milters.is_empty() {
        return host.clone();
    }
    let hostname = &config.server.hostname;
    let milter = |milter: &MilterConfig| -> (Arc<dyn Filter>, Trust) {
        let trust = Trust::from_setting(milter.trusted);
        let milter = Milter::new(milter.clone(), hostname, storage.clone(), clock.clone());
        (Arc::new(milter), trust)
    };
    let (before, after): (Vec<_>, Vec<_>) =
        (config.milters.iter()).partition(|milter| milter.before_plugins);
    let plugins: (Arc<dyn Filter>, Trust) = (host.clone(), Trust::StricterOnly);
    let mut filters: Vec<_> = before.into_iter().map(milter).collect();
    filters.push(plugins);
    filters.extend(after.into_iter().map(milter));
    Arc::new(FilterChain::new(filters))
}
