//! What the authors of plugins work with: `waxseal plugin new`, `build`, `inspect`, `check`, `test`,
//! `replay`, `bench`, `sign`, `verify`, `install`; and the recording of live sessions for replays.
//!
//! Components run here as they run in the server, through the same host; only what they can reach is
//! a stub, and what CPU time they use is counted in fuel where the result must repeat itself. Nothing
//! here reads the server's configuration by itself, prints, or asks the network but through the ports
//! it is given.
//!
//! Reading order: a [`Subject`] is a component under work; [`project`] begins and builds one;
//! [`inspect()`] and [`check()`] look at it; [`case`] tests it; [`source`] and [`replay()`] run it over
//! real mail; [`bench()`] measures it.

pub mod case;
pub mod project;
pub mod record;
pub mod source;
pub mod stub;

mod bed;
mod bench;
mod check;
mod component;
mod drive;
mod embedded;
mod error;
pub mod files;
mod grants;
mod inspect;
mod install;
mod message;
mod replay;
mod settings_file;
mod signature;
mod witness;
mod world;

pub use bench::{BenchPlan, Cost, Measured, StageCost, bench, empty_component};
pub use check::{Checked, check, settings};
pub use component::{Subject, plugin_name};
pub use error::AuthorError;
pub use grants::Grant;
pub use inspect::{Inspection, inspect, sha256};
pub use install::{InstallPlan, Installed, OciReference, install};
pub use message::{Mail, with_crlf};
pub use replay::{Hear, Judge, Judged, Replay, replay};
pub use settings_file::set_enabled;
pub use signature::{NewKey, new_key, sign, verify};
