//! Drives a plugin through what a server would ask of it: the one place where the tools do.
//!
//! One file for each way in: sessions, moves between mailboxes, the queue, blobs.

mod blob;
mod delivery;
mod moved;
mod session;

pub(crate) use blob::{decode, delete, encode, get, put};
pub(crate) use delivery::{Accounts, actions, hand_over, leased, route};
pub(crate) use moved::moved;
pub(crate) use session::{Ended, Script, session};
