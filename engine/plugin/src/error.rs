//! Why a plugin could not be loaded, and why a call failed.

use std::fmt;
use std::path::PathBuf;

/// Why one plugin could not be loaded. The text names the plugin and what to do where that is known.
#[derive(Debug, thiserror::Error)]
#[error("plugin {plugin}: {reason}")]
pub struct LoadError {
    /// Its name in the configuration.
    pub plugin: String,
    /// What is wrong.
    pub reason: LoadReason,
}

/// What is wrong with a plugin.
#[derive(Debug, thiserror::Error)]
pub enum LoadReason {
    /// A value of its configuration.
    #[error("{0}")]
    Config(String),
    /// The file could not be read.
    #[error("{path} could not be read: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Over `plugins.component_bytes_max`.
    #[error("{path} has {octets} octets, over plugins.component_bytes_max = {max}")]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Its size.
        octets: u64,
        /// The limit.
        max: u64,
    },
    /// Not signed as `plugins.require_signatures` demands.
    #[error("{0}")]
    Signature(String),
    /// Neither text nor binary form of WebAssembly.
    #[error("{0} is not a WebAssembly component: {1}")]
    NotWasm(PathBuf, String),
    /// A core module.
    #[error(
        "{0} is a core module, not a component; encode it with `cargo xtask plugins` or \
         `wasm-tools component new`"
    )]
    CoreModule(PathBuf),
    /// Built for another version of the interface.
    #[error(
        "it needs waxseal:plugin {needs}, this server has {has}; rebuild it with the interface of \
         this server"
    )]
    Version {
        /// What it was built for.
        needs: String,
        /// What is served.
        has: String,
    },
    /// Built for several versions of the interface.
    #[error("it was built for waxseal:plugin {0} at once")]
    Mixed(String),
    /// It imports what no server gives.
    #[error(
        "it imports {}, which this server does not offer to a {world}; it offers {}",
        .imports.join(", "), .offered.join(", ")
    )]
    Imports {
        /// What it imports beyond the offer.
        imports: Vec<String>,
        /// The world it was taken for.
        world: &'static str,
        /// What there is.
        offered: Vec<String>,
    },
    /// It exports what no world asks for.
    #[error(
        "it fits no world: it must export waxseal:plugin/lifecycle, and filter-hooks (with \
         mailbox-hooks for a learner), delivery-hooks, storage-hooks or storage-backend"
    )]
    NoWorld,
    /// The compiler or the linker refused it.
    #[error("it could not be compiled: {0}")]
    Compile(String),
    /// Its trial run failed.
    #[error("its trial run failed: {0}")]
    Trial(CallFailure),
    /// `describe` names stages that cannot be.
    #[error("it describes itself wrongly: {0}")]
    About(String),
    /// `configure` refused the configuration.
    #[error("it refuses its configuration: {message} ({code})")]
    Configure {
        /// Its short name for the problem.
        code: String,
        /// Its explanation.
        message: String,
    },
}

/// Why the host could not start, or took no new configuration.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting of the host.
    #[error("{0}")]
    Config(String),
    /// The engine could not be set up.
    #[error("the plugin engine could not be set up: {0}")]
    Engine(String),
    /// One or more plugins.
    #[error("{}", LoadErrors(.0))]
    Plugins(Vec<LoadError>),
}

/// One line a plugin.
struct LoadErrors<'a>(&'a [LoadError]);

impl fmt::Display for LoadErrors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

/// Why one call of a plugin gave no outcome. The texts of limits name the setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// It trapped.
    #[error("trap: {0}")]
    Trap(String),
    /// It ran longer than its CPU limit.
    #[error("it ran longer than limits.{setting} = {millis}")]
    Cpu {
        /// Which limit.
        setting: &'static str,
        /// Its value.
        millis: u32,
    },
    /// It took longer than its wall limit, waiting included.
    #[error("it took longer than limits.wall_millis = {0}")]
    Wall(u32),
    /// It wanted more memory or table than it may.
    #[error("{0}")]
    Memory(String),
    /// Its answer is not allowed.
    #[error("bad outcome: {0}")]
    Outcome(String),
    /// It said so itself.
    #[error("its own error: {message} ({code})")]
    Own {
        /// Its short name.
        code: String,
        /// Its explanation.
        message: String,
    },
    /// The message has 4 GiB and more, which no plugin can be shown.
    #[error("the message is too large for plugins")]
    TooLarge,
    /// All instances are in use.
    #[error("plugins.instances_max = {0} instances are in use")]
    Busy(u32),
    /// It failed too often just now and was not asked.
    #[error("not asked: it failed limits.breaker_failures_max times in a row")]
    Breaker,
}

impl CallFailure {
    /// The label of the failure counter.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Trap(_) => "trap",
            Self::Cpu { .. } => "cpu",
            Self::Wall(_) => "wall",
            Self::Memory(_) => "memory",
            Self::Outcome(_) => "outcome",
            Self::Own { .. } => "own",
            Self::TooLarge => "too-large",
            Self::Busy(_) => "busy",
            Self::Breaker => "breaker",
        }
    }
}
