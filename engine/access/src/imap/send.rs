//! Sends output; bodies that are too large for it are read while they are sent.

use super::{Driver, off_reactor};
use waxseal_imap::Piece;
use waxseal_net::{Connection, Deadline, NetError};

/// Octets of a message read and sent at a time.
const PIECE_OCTETS: usize = 65_536;

impl Driver<'_> {
    /// Sends all output. Each buffer has a deadline of its own, so a slow reader of a large message
    /// is no problem and one that does not read is.
    pub(super) async fn flush(&mut self) -> Result<(), NetError> {
        let secs = self.access.config.imap.write_secs_max;
        let connection = &mut self.connection;
        let output = self.session.output();
        if output.is_empty() {
            return Ok(());
        }
        let octets = output.octets();
        let mut sent = 0;
        for piece in output.pieces() {
            let before = octets.get(sent..piece.at).unwrap_or_default();
            if !before.is_empty() {
                connection
                    .write_all(before, Deadline::after_secs(secs))
                    .await?;
            }
            Box::pin(send_piece(connection, piece, secs)).await?;
            sent = piece.at;
        }
        let rest = octets.get(sent..).unwrap_or_default();
        if !rest.is_empty() {
            connection
                .write_all(rest, Deadline::after_secs(secs))
                .await?;
        }
        output.clear();
        Ok(())
    }
}

/// Sends octets of a message. Its length is announced already, so a failure to read ends the
/// connection: there is nothing else a client could be told.
async fn send_piece(connection: &mut Connection, piece: &Piece, secs: u64) -> Result<(), NetError> {
    let mut buffer = vec![0; PIECE_OCTETS];
    let mut done = 0;
    while done < piece.octets {
        let left = usize::try_from(piece.octets - done).unwrap_or(PIECE_OCTETS);
        let room = buffer.get_mut(..left.min(PIECE_OCTETS)).unwrap_or_default();
        let read = off_reactor(true, || piece.message.read_at(piece.start + done, room));
        let read = match read {
            Ok(0) => {
                tracing::error!(session = %connection.session(), "a stored message ends early");
                return Err(NetError::Closed);
            }
            Ok(read) => read,
            Err(error) => {
                tracing::error!(session = %connection.session(), %error, "cannot read a message");
                return Err(NetError::Closed);
            }
        };
        let octets = buffer.get(..read).unwrap_or_default();
        connection
            .write_all(octets, Deadline::after_secs(secs))
            .await?;
        done += u64::try_from(read).unwrap_or(u64::MAX);
    }
    Ok(())
}
