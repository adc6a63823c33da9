//! The command line of `record`.

use super::Output;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `record …`
#[derive(Debug, Subcommand)]
pub(crate) enum RecordCommand {
    /// Begin a recording; it ends by itself when one of its bounds is reached.
    Start(RecordArgs),
    /// End the recording.
    Stop {
        #[command(flatten)]
        output: Output,
    },
    /// Say how far the recording is.
    Status {
        #[command(flatten)]
        output: Output,
    },
}

/// Arguments of `record start`.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// The folder, new or empty. The server makes it with mode 0700; one that is there keeps its mode.
    /// Files in it have mode 0600.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Messages at most.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub max_messages: u64,
    /// Octets at most; a message that would go past them is left out.
    #[arg(long, value_name = "N", default_value_t = 1_073_741_824)]
    pub max_bytes: u64,
    /// Minutes at most.
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub minutes: u64,
}
