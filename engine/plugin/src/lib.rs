//! Runs plugins: WebAssembly components that judge mail, inside limits (wasmtime).
//!
//! In come sessions and messages through the `Filter` port; out go rulings. Nothing a plugin does
//! harms more than its own answer: every resource has a limit with a name, and a failure becomes
//! the verdict that the administrator chose for that plugin. This room opens component files and
//! its cache of compiled code; it never opens a socket and never lets a guest do so.
//!
//! Reading order: [`Host`] loads a chain of plugins and gives out sessions; a session asks each
//! plugin that wants a stage; a plugin runs an instance through the lane; what it answers is
//! checked, made, and merged into the ruling. `v0_1_0` alone knows the types of the
//! interface; a further version will be a further adapter beside it, chosen in `versions`.

mod config;
mod error;
mod grants;
mod host;
mod statistics;
mod tenant;
mod vault;

mod inspect;
mod load;
mod signature;

mod chain;
mod delivery;
mod learners;
mod observe;
mod plugin;
mod scope;
mod session;
mod shadow;
mod storage;

mod engine;
mod guest;
mod guest_metrics;
mod instance;
mod lane;
mod pulse;
mod reach;
mod used;
mod v0_1_0;
#[cfg(test)]
mod v0_2_0;
mod versions;
mod warm;
mod world;

mod answer;
mod call;
mod metering;
mod meters;
mod stage;
mod state;
mod timing;
mod urls;
mod watch;

pub use config::{Config, HostConfig, Limits, PluginConfig};
pub use delivery::PluginRouter;
pub use error::{CallFailure, LoadError, LoadReason, StartError};
pub use grants::Grants;
pub use host::{Host, PluginInfo, Services, check};
pub use inspect::Outline;
pub use metering::{Instruments, Metering};
pub use signature::PublicKey;
pub use statistics::{Latencies, MINUTES, Minute, PluginState, PluginStatistics, Role};
pub use tenant::TenantConfig;
pub use vault::{AeadKey, Secret, Vault};
pub use watch::{CallReport, LogLine, Said, Watch};
pub use world::World;
