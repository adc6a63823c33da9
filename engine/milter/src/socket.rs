//! Where a milter listens: the forms that milters and mail servers write.

use serde::Deserialize;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use waxseal_settings::{Setting, Shape, Value};

/// The address of a milter.
///
/// `inet:HOST:PORT`, `inet:PORT@HOST` (as libmilter writes it), `unix:/PATH` or `local:/PATH`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Socket {
    /// TCP. The host is a name of the system's resolver or an address.
    Inet {
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

/// A text that names no socket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not inet:HOST:PORT, inet:PORT@HOST or unix:/PATH")]
pub struct SocketError(String);

/// Octets both ways.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection to or from a milter.
pub(crate) type Stream = Box<dyn Duplex>;

impl Socket {
    /// Connects.
    pub(crate) async fn connect(&self) -> io::Result<Stream> {
        match self {
            Self::Inet { host, port } => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Self::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        }
    }
}

impl Setting for Socket {
    fn shape() -> Shape {
        Shape::Text("socket")
    }

    fn value(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl FromStr for Socket {
    type Err = SocketError;

    fn from_str(text: &str) -> Result<Self, SocketError> {
        parse(text).ok_or_else(|| SocketError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Socket> {
    let (kind, rest) = text.split_once(':')?;
    match kind {
        "unix" | "local" => rest.starts_with('/').then(|| Socket::Unix(rest.into())),
        "inet" | "inet6" => {
            let (port, host) = match rest.split_once('@') {
                Some((port, host)) => (port, host),
                None => {
                    let (host, port) = rest.rsplit_once(':')?;
                    (port, host)
                }
            };
            let bare = host
                .strip_prefix('[')
                .and_then(|host| host.strip_suffix(']'));
            let host = bare.unwrap_or(host);
            let plain = !host.is_empty() && !host.contains(['[', ']', '@', ' ']);
            // An IPv6 address without brackets would swallow the port.
            let unambiguous = bare.is_some() || rest.contains('@') || !host.contains(':');
            (plain && unambiguous).then_some(Socket::Inet {
                host: host.to_owned(),
                port: port.parse().ok()?,
            })
        }
        _ => None,
    }
}

impl TryFrom<String> for Socket {
    type Error = SocketError;

    fn try_from(text: String) -> Result<Self, SocketError> {
        text.parse()
    }
}

impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet { host, port } if host.contains(':') => write!(f, "inet:[{host}]:{port}"),
            Self::Inet { host, port } => write!(f, "inet:{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let shown = text.parse().ok().map(|socket: Socket| socket.to_string());
        assert_eq!(shown.as_deref(), expected, "{text}");
    }

    #[test]
    fn forms_of_libmilter_and_postfix() {
        check("inet:127.0.0.1:8891", Some("inet:127.0.0.1:8891"));
        check("inet:8891@localhost", Some("inet:localhost:8891"));
        check("inet:[::1]:8891", Some("inet:[::1]:8891"));
        check("inet6:8891@::1", Some("inet:[::1]:8891"));
        check("unix:/run/a.sock", Some("unix:/run/a.sock"));
        check("local:/run/a.sock", Some("unix:/run/a.sock"));
        for wrong in [
            "",
            "inet",
            "inet:",
            "inet:8891",
            "inet::8891",
            "inet:a:70000",
            "unix:",
            "unix:rel",
            "tcp:a:1",
            "inet:::1:25",
            "inet:@h",
            "/run/a.sock",
        ] {
            check(wrong, None);
        }
    }
}
