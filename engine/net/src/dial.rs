//! Connections to other servers.

use crate::{Connection, Deadline, NetError};
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpSocket;

/// Connects to `address`.
///
/// # Errors
/// [`NetError::TimedOut`], [`NetError::Closed`] or [`NetError::Io`] (refused, unreachable).
pub async fn dial(address: SocketAddr, deadline: Deadline) -> Result<Connection, NetError> {
    dial_from(address, None, deadline).await
}

/// Connects to `address` from a given local address.
///
/// # Errors
/// As [`dial`].
pub async fn dial_from(
    address: SocketAddr,
    source: Option<IpAddr>,
    deadline: Deadline,
) -> Result<Connection, NetError> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    let socket = socket.map_err(NetError::Io)?;
    if let Some(source) = source {
        socket
            .bind(SocketAddr::new(source, 0))
            .map_err(NetError::Io)?;
    }
    let connected = deadline.bound(socket.connect(address)).await?;
    Ok(Connection::new(connected.map_err(NetError::Io)?)?)
}
