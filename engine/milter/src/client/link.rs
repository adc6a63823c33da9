//! One connection to a milter: packets out, packets in, each wait bounded.

use super::failure::CallFailure;
use crate::socket::{Socket, Stream};
use crate::wire::{
    Actions, Command, MacroRequest, Negotiation, Packet, Response, Steps, VERSION, VERSION_MIN,
};
use bytes::BytesMut;
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// Octets gathered before they are written.
const OUTPUT_OCTETS_MAX: usize = 128 * 1024;
/// Octets read at once.
const READ_OCTETS: usize = 16 * 1024;
/// Octets of buffer kept with an idle connection.
const IDLE_BUFFER_OCTETS_MAX: usize = 64 * 1024;

/// A limit on waiting, with the name of its setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    pub(crate) name: &'static str,
    pub(crate) time: Duration,
}

/// A connection on which version, changes and steps are agreed.
pub(crate) struct Link {
    stream: Stream,
    input: BytesMut,
    output: BytesMut,
    /// What was agreed.
    pub(crate) terms: Terms,
    /// Whether it served a session before and has not answered in this one yet.
    pub(crate) unproven: bool,
}

/// What was agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) version: u32,
    pub(crate) actions: Actions,
    pub(crate) steps: Steps,
    /// Macros that the milter asked for instead of our choice.
    pub(crate) macros: Vec<MacroRequest>,
}

impl Link {
    /// Connects and negotiates.
    pub(crate) async fn open(socket: &Socket, wait: Wait) -> Result<Self, CallFailure> {
        let open = async {
            let stream = socket.connect().await.map_err(CallFailure::Connect)?;
            let mut link = Self {
                stream,
                input: BytesMut::new(),
                output: BytesMut::new(),
                terms: Terms {
                    version: VERSION,
                    actions: Actions::ALL,
                    steps: Steps::OFFERED,
                    macros: Vec::new(),
                },
                unproven: false,
            };
            link.negotiate(wait).await?;
            Ok(link)
        };
        let opened = timeout(wait.time, open).await;
        opened.unwrap_or(Err(CallFailure::TimedOut(wait.name)))
    }

    async fn negotiate(&mut self, wait: Wait) -> Result<(), CallFailure> {
        let offer = Negotiation {
            version: VERSION,
            actions: Actions::ALL,
            steps: Steps::OFFERED,
            macros: Vec::new(),
        };
        self.say(&Command::Negotiate(offer), wait).await?;
        let answer = self.hear(wait).await?;
        let Response::Negotiate(wanted) = answer else {
            let kind = char::from(answer.kind());
            let text = format!("it answered the negotiation with {kind:?}");
            return Err(CallFailure::Protocol(text));
        };
        if !(VERSION_MIN..=VERSION).contains(&wanted.version) {
            let version = wanted.version;
            let text = format!("it speaks version {version}, not {VERSION_MIN} to {VERSION}");
            return Err(CallFailure::Protocol(text));
        }
        self.terms = Terms {
            version: wanted.version,
            actions: wanted.actions.and(Actions::ALL),
            steps: wanted.steps.and(Steps::OFFERED),
            macros: wanted.macros,
        };
        Ok(())
    }

    /// Sends a command, at the latest before the next wait for a response.
    pub(crate) async fn say(&mut self, command: &Command, wait: Wait) -> Result<(), CallFailure> {
        command.put(&mut self.output);
        if self.output.len() > OUTPUT_OCTETS_MAX {
            self.flush(wait).await?;
        }
        Ok(())
    }

    /// Sends what was gathered.
    pub(crate) async fn flush(&mut self, wait: Wait) -> Result<(), CallFailure> {
        if self.output.is_empty() {
            return Ok(());
        }
        let written = timeout(wait.time, self.stream.write_all(&self.output)).await;
        self.output.clear();
        match written {
            Ok(written) => written.map_err(CallFailure::Broken),
            Err(_) => Err(CallFailure::TimedOut(wait.name)),
        }
    }

    /// The next response.
    pub(crate) async fn hear(&mut self, wait: Wait) -> Result<Response, CallFailure> {
        self.flush(wait).await?;
        let packet = timeout(wait.time, self.packet()).await;
        let packet = packet.unwrap_or(Err(CallFailure::TimedOut(wait.name)))?;
        self.unproven = false;
        Ok(Response::parse(&packet)?)
    }

    async fn packet(&mut self) -> Result<Packet, CallFailure> {
        loop {
            if let Some(packet) = Packet::take(&mut self.input)? {
                return Ok(packet);
            }
            self.input.reserve(READ_OCTETS);
            match self.stream.read_buf(&mut self.input).await {
                Ok(0) => return Err(CallFailure::Closed),
                Ok(_) => {}
                Err(error) => return Err(CallFailure::Broken(error)),
            }
        }
    }

    /// Whether an idle connection is still open and silent.
    pub(crate) async fn is_idle(&mut self) -> bool {
        if !self.input.is_empty() || !self.output.is_empty() {
            return false;
        }
        let mut octet = [0];
        let mut read = std::pin::pin!(self.stream.read(&mut octet));
        // From one that is open and silent nothing can be read; asked once, without waiting.
        std::future::poll_fn(|context| Poll::Ready(read.as_mut().poll(context).is_pending())).await
    }

    /// Frees what an idle connection does not need.
    pub(crate) fn rest(&mut self) {
        if self.output.capacity() > IDLE_BUFFER_OCTETS_MAX {
            self.output = BytesMut::new();
        }
        self.input = BytesMut::new();
        self.unproven = true;
    }

    /// Closes it after what was gathered left.
    pub(crate) async fn close(mut self, wait: Wait) -> Result<(), CallFailure> {
        self.flush(wait).await?;
        let closed = timeout(wait.time, self.stream.shutdown()).await;
        closed.unwrap_or(Ok(())).map_err(CallFailure::Broken)
    }
}
