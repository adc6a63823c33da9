//! One connection: lines and octets in, lines and octets out, all of it limited and recorded.

use std::time::Duration;

use rustls::pki_types::ServerName;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::deflate::Deflate;
use crate::limits::Limits;
use crate::plan::Tls;
use crate::transcript::Transcript;
use crate::trust::connector;

/// Why a connection is of no more use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Gone {
    /// Nobody could be reached.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// The server hung up.
    #[error("the server closed the connection")]
    Closed,
    /// Nothing came in time.
    #[error("no answer in time")]
    Silent,
    /// A line longer than [`Limits::line_bytes_max`].
    #[error("a line longer than {0} octets")]
    LineTooLong(usize),
    /// More than [`Limits::connection_bytes_max`] or [`Limits::reply_lines_max`].
    #[error("more than a probe takes from one connection")]
    TooMuch,
    /// The handshake failed.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// The server answered something that the protocol does not know.
    #[error("not an answer of this protocol: {0}")]
    Garbage(String),
}

/// A stream of octets, with TLS or without.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A connection.
pub(crate) struct Wire {
    stream: Option<Box<dyn Stream>>,
    buffer: Vec<u8>,
    taken: usize,
    limits: Limits,
    transcript: Transcript,
    deflate: Option<Deflate>,
    secure: bool,
    host: String,
}

impl Wire {
    /// Connects to `HOST:PORT`, and performs the handshake if TLS is implicit.
    pub(crate) async fn connect(
        address: &str,
        tls: Tls,
        limits: &Limits,
        transcript: &Transcript,
    ) -> Result<Self, Gone> {
        let patience = Duration::from_millis(limits.connect_ms);
        let stream = match timeout(patience, TcpStream::connect(address)).await {
            Err(_) => return Err(Gone::Unreachable("not in time".to_owned())),
            Ok(Err(error)) => return Err(Gone::Unreachable(error.kind().to_string())),
            Ok(Ok(stream)) => stream,
        };
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let mut wire = Self {
            stream: Some(Box::new(stream)),
            buffer: Vec::new(),
            taken: 0,
            limits: limits.clone(),
            transcript: transcript.clone(),
            deflate: None,
            secure: false,
            host: host.trim_matches(['[', ']']).to_owned(),
        };
        if tls == Tls::Implicit {
            wire.start_tls().await?;
        }
        Ok(wire)
    }

    /// Whether TLS stands.
    pub(crate) const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Performs the handshake. What came before it in clear text is dropped.
    pub(crate) async fn start_tls(&mut self) -> Result<(), Gone> {
        let failed = |error: &dyn std::fmt::Display| Gone::Tls(error.to_string());
        if !self.buffer.is_empty() {
            self.transcript
                .note("clear text behind the answer to STARTTLS was dropped");
            self.buffer.clear();
        }
        let stream = self.stream.take().ok_or(Gone::Closed)?;
        let name = ServerName::try_from(self.host.clone())
            .or_else(|_| ServerName::try_from("server.invalid"))
            .map_err(|error| failed(&error))?;
        let connector = connector().map_err(|error| failed(&error))?;
        let patience = Duration::from_millis(self.limits.connect_ms);
        let secured = match timeout(patience, connector.connect(name, stream)).await {
            Err(_) => return Err(Gone::Tls("no handshake in time".to_owned())),
            Ok(Err(error)) => return Err(failed(&error)),
            Ok(Ok(secured)) => secured,
        };
        let (_, state) = secured.get_ref();
        let version = state
            .protocol_version()
            .and_then(|version| version.as_str());
        self.transcript.note(&format!(
            "handshake done, {}",
            version.unwrap_or("TLS").replace("TLSv1_", "TLS 1.")
        ));
        self.stream = Some(Box::new(secured));
        self.secure = true;
        Ok(())
    }

    /// From here on both sides compress (RFC 4978).
    pub(crate) fn compress(&mut self) {
        self.deflate = Some(Deflate::new());
        self.transcript.note("compressed from here on");
    }

    /// Sends a line, and records it.
    pub(crate) async fn send(&mut self, line: &str) -> Result<(), Gone> {
        self.send_as(format!("{line}\r\n").as_bytes(), line).await
    }

    /// Sends octets, and records `shown` in their place: passwords and messages.
    pub(crate) async fn send_as(&mut self, octets: &[u8], shown: &str) -> Result<(), Gone> {
        for line in shown.lines() {
            self.transcript.client(line);
        }
        let packed;
        let octets = match &mut self.deflate {
            None => octets,
            Some(deflate) => {
                packed = deflate.pack(octets).ok_or(Gone::TooMuch)?;
                &packed
            }
        };
        let stream = self.stream.as_mut().ok_or(Gone::Closed)?;
        let patience = Duration::from_millis(self.limits.reply_ms);
        let written = timeout(patience, async {
            stream.write_all(octets).await?;
            stream.flush().await
        });
        match written.await {
            Err(_) => Err(Gone::Silent),
            Ok(Err(_)) => Err(Gone::Closed),
            Ok(Ok(())) => Ok(()),
        }
    }

    /// The next line without its end.
    pub(crate) async fn line(&mut self) -> Result<String, Gone> {
        let line = self.quiet_line().await?;
        self.transcript.server(&line);
        Ok(line)
    }

    /// The next line, not recorded.
    pub(crate) async fn quiet_line(&mut self) -> Result<String, Gone> {
        let mut searched = 0;
        loop {
            let fresh = self.buffer.get(searched..).unwrap_or_default();
            if let Some(at) = fresh.iter().position(|octet| *octet == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=searched + at).collect();
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                return Ok(String::from_utf8_lossy(line).into_owned());
            }
            searched = self.buffer.len();
            if searched > self.limits.line_bytes_max {
                let start = String::from_utf8_lossy(&self.buffer[..200.min(searched)]).into_owned();
                self.transcript.server(&format!("{start}…"));
                return Err(Gone::LineTooLong(self.limits.line_bytes_max));
            }
            self.fill().await?;
        }
    }

    /// The next `count` octets, recorded as their number alone.
    pub(crate) async fn octets(&mut self, count: usize) -> Result<Vec<u8>, Gone> {
        if count > self.limits.connection_bytes_max {
            return Err(Gone::TooMuch);
        }
        while self.buffer.len() < count {
            self.fill().await?;
        }
        Ok(self.buffer.drain(..count).collect())
    }

    /// Whatever is there, at least one octet; for protocols without lines.
    pub(crate) async fn some(&mut self) -> Result<Vec<u8>, Gone> {
        if self.buffer.is_empty() {
            self.fill().await?;
        }
        Ok(std::mem::take(&mut self.buffer))
    }

    async fn fill(&mut self) -> Result<(), Gone> {
        let stream = self.stream.as_mut().ok_or(Gone::Closed)?;
        let patience = Duration::from_millis(self.limits.reply_ms);
        let mut chunk = [0; 8_192];
        let count = match timeout(patience, stream.read(&mut chunk)).await {
            Err(_) => return Err(Gone::Silent),
            Ok(Err(_) | Ok(0)) => return Err(Gone::Closed),
            Ok(Ok(count)) => count,
        };
        let chunk = chunk.get(..count).unwrap_or_default();
        let room = self.limits.connection_bytes_max.saturating_sub(self.taken);
        match &mut self.deflate {
            None => self.buffer.extend_from_slice(chunk),
            Some(deflate) => deflate
                .unpack(chunk, &mut self.buffer, room)
                .ok_or(Gone::TooMuch)?,
        }
        self.taken += count;
        if count > room {
            return Err(Gone::TooMuch);
        }
        Ok(())
    }

    /// Hangs up.
    pub(crate) async fn close(&mut self) {
        if let Some(mut stream) = self.stream.take() {
            let patience = Duration::from_millis(200);
            // The other side may be gone already, and nothing is owed to it.
            drop(timeout(patience, stream.shutdown()).await);
        }
    }

    /// Records what came in a form that has no lines.
    pub(crate) fn heard(&self, text: &str) {
        self.transcript.server(text);
    }

    /// Notes something in the transcript.
    pub(crate) fn note(&self, text: &str) {
        self.transcript.note(text);
    }
}
