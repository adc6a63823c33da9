//! The IMAP driver: moves octets and answers between a connection, a session and the ports.

use crate::Access;
use waxseal_net::{Accepted, Connection};

/// Serves one client to its end.
pub(crate) async fn serve(access: &Access, connection: Connection, accepted: Accepted) {
    drop((access.config.imap.idle_secs_max, connection, accepted));
}
