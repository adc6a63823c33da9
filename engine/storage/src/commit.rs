//! The committer: one task that takes every waiting operation, plans them on top of what is in memory,
//! runs them in one transaction and then wakes them all.

mod batch;
mod change;
mod rows;
mod script;
mod task;

pub(crate) use batch::{Batch, QueueEffect};
pub(crate) use change::{Alone, AloneTicket, Change, Ticket, Work, alone_ticket, ticket};
pub(crate) use rows::{
    CopyStep, DetailRow, MessageRow, QueueProgressRow, QueueReleaseRow, QueueRow, RefRow,
    message_row_id, uid_of_row,
};
pub(crate) use task::{CommitSettings, Committer};

use crate::directory::Roster;
use crate::mailboxes::Mailboxes;
use crate::queue::QueueState;

/// Everything committed that is kept in memory. Only the committer changes it, and only after a commit.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) mailboxes: Mailboxes,
    pub(crate) queue: QueueState,
    pub(crate) roster: Roster,
}
