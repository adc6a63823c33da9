//! A user puts a message into another mailbox.

use crate::bed::Bed;
use waxseal_ports::MailboxEvents;
use waxseal_ports::mailbox_events::Moved;

/// Tells the plugin of a move and waits until it has heard of it; at once where it wants to hear of
/// none.
pub(crate) async fn moved(bed: &Bed, event: Moved) {
    if bed.host.is_wanted() {
        bed.host.moved(event).await;
        bed.witness.called_once().await;
    }
}
