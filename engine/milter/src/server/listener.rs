//! Where mail servers connect.

use crate::socket::{Socket, Stream};
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::net::{TcpListener, UnixListener, UnixStream};

/// A bound socket. A Unix socket's file is removed at the end.
pub struct Listener {
    kind: Kind,
}

enum Kind {
    Inet(TcpListener),
    Unix(UnixListener, PathBuf),
}

impl Listener {
    /// Binds. The file of a Unix socket that nobody listens on any more is replaced; `mode` are its
    /// permissions, as in `chmod`.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn bind(socket: &Socket, mode: Option<u32>) -> io::Result<Self> {
        let kind = match socket {
            Socket::Inet { host, port } => {
                Kind::Inet(TcpListener::bind((host.as_str(), *port)).await?)
            }
            Socket::Unix(path) => {
                remove_stale(path).await?;
                let listener = UnixListener::bind(path)?;
                if let Some(mode) = mode {
                    std::fs::set_permissions(path, Permissions::from_mode(mode))?;
                }
                Kind::Unix(listener, path.clone())
            }
        };
        Ok(Self { kind })
    }

    /// Where it listens, with the port it was given.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn socket(&self) -> io::Result<Socket> {
        Ok(match &self.kind {
            Kind::Inet(listener) => {
                let address = listener.local_addr()?;
                Socket::Inet {
                    host: address.ip().to_string(),
                    port: address.port(),
                }
            }
            Kind::Unix(_, path) => Socket::Unix(path.clone()),
        })
    }

    pub(super) async fn accept(&self) -> io::Result<Stream> {
        match &self.kind {
            Kind::Inet(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Kind::Unix(listener, _) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Kind::Unix(_, path) = &self.kind {
            // Whoever binds next removes it where this fails.
            std::fs::remove_file(path).unwrap_or_default();
        }
    }
}

/// Removes a socket whose listener is gone; anything else at that path stays and makes binding fail.
async fn remove_stale(path: &Path) -> io::Result<()> {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if is_socket && UnixStream::connect(path).await.is_err() {
        std::fs::remove_file(path)?;
    }
    Ok(())
}
