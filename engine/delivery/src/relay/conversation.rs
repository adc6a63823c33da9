//! The IO shell of a client session: one connection to one address.

use crate::config::{Timeouts, TlsMode};
use crate::relay::next_hops::NextHop;
use bytes::Bytes;
use std::io;
use std::sync::Arc;
use waxseal_mail::Reply;
use waxseal_net::{Connection, Deadline, NetError, TlsConnector, dial};
use waxseal_ports::ReadAt;
use waxseal_ports::read_at::read_range;
use waxseal_smtp::client::{
    ClientReport, ClientSession, ClientSetup, ClientStep, ClientTls, ClientTransaction, ClientWait,
    DotStuffer,
};

/// Octets of the message read and written at once.
const BLOCK_OCTETS: u64 = 128 * 1024;
/// How long to wait for the reply that explains why a server stopped reading.
const LAST_WORDS_SECS: u64 = 2;

/// How to speak to the other side.
pub(super) struct Manner<'a> {
    pub(super) timeouts: &'a Timeouts,
    pub(super) connector: &'a TlsConnector,
    pub(super) setup: ClientSetup,
}

/// What one conversation brought.
pub(super) struct Outcome {
    pub(super) report: ClientReport,
    /// Whether a connection was made at all.
    pub(super) connected: bool,
}

/// Connects to `hop` and hands it one transaction.
pub(super) async fn converse(
    hop: &NextHop,
    manner: Manner<'_>,
    transaction: ClientTransaction,
    message: &Arc<dyn ReadAt>,
) -> Outcome {
    let mut session = ClientSession::new(manner.setup.clone(), transaction);
    let connection = connect(hop, &manner).await;
    match connection {
        Ok(mut connection) => {
            let run = Run {
                connection: &mut connection,
                manner: &manner,
                hop,
                message,
            };
            run.talk(&mut session).await;
            connection
                .shutdown(Deadline::after_secs(LAST_WORDS_SECS))
                .await;
            Outcome {
                report: session.report(),
                connected: true,
            }
        }
        Err(error) => {
            let mut report = session.report();
            let text = format!("{} cannot be reached: {}", hop.host, describe(&error));
            report.failure = Some(Reply::own(451, (4, 4, 1), text));
            Outcome {
                report,
                connected: matches!(error, NetError::Tls(_)),
            }
        }
    }
}

async fn connect(hop: &NextHop, manner: &Manner<'_>) -> Result<Connection, NetError> {
    let wait = Timeouts::duration(manner.timeouts.connect_secs);
    let mut connection = dial(hop.address, Deadline::after(wait)).await?;
    if hop.tls == TlsMode::Implicit {
        let deadline = Deadline::after(Timeouts::duration(manner.timeouts.tls_secs));
        connection
            .connect_tls(manner.connector, &hop.host, deadline)
            .await?;
    }
    Ok(connection)
}

/// One conversation under way.
struct Run<'a> {
    connection: &'a mut Connection,
    manner: &'a Manner<'a>,
    hop: &'a NextHop,
    message: &'a Arc<dyn ReadAt>,
}

impl Run<'_> {
    async fn talk(mut self, session: &mut ClientSession) {
        let timeouts = self.manner.timeouts;
        // One deadline a reply, however many octets it trickles in.
        let mut wait: Option<(u32, Deadline)> = None;
        loop {
            match session.step() {
                ClientStep::Send(octets) => {
                    wait = None;
                    let deadline = Deadline::after(Timeouts::duration(timeouts.mail_secs));
                    if let Err(error) = self.connection.write_all(&octets, deadline).await {
                        self.hang_up(session, &error).await;
                    }
                }
                ClientStep::Receive(what) => {
                    let (_, deadline) = *match &mut wait {
                        Some(known) if known.0 == session.replies() => known,
                        other => other.insert((session.replies(), deadline(timeouts, what))),
                    };
                    self.receive(session, deadline).await;
                }
                ClientStep::StartTls => {
                    let deadline = Deadline::after(Timeouts::duration(timeouts.tls_secs));
                    let connector = self.manner.connector;
                    let host = &self.hop.host;
                    match self.connection.connect_tls(connector, host, deadline).await {
                        Ok(()) => session.tls_started(),
                        Err(error) => session.tls_failed(&describe(&error)),
                    }
                }
                ClientStep::SendMessage => match self.send_message().await {
                    Ok(()) => session.message_sent(),
                    Err(error) => self.hang_up(session, &error).await,
                },
                ClientStep::Close => return,
            }
        }
    }

    async fn receive(&mut self, session: &mut ClientSession, deadline: Deadline) {
        match self.connection.fill(deadline).await {
            Ok(0) => session.closed("the connection was closed"),
            Ok(_) => {
                let octets = self.connection.input().split();
                session.receive(&octets);
            }
            Err(error) => session.closed(&describe(&error)),
        }
    }

    /// Writing failed; the server may have said why before it stopped reading.
    async fn hang_up(&mut self, session: &mut ClientSession, error: &NetError) {
        let deadline = Deadline::after_secs(LAST_WORDS_SECS);
        if let Ok(1..) = self.connection.fill(deadline).await {
            let octets = self.connection.input().split();
            session.receive(&octets);
        }
        session.closed(&describe(error));
    }

    /// Streams the message, a block at a time.
    async fn send_message(&mut self) -> Result<(), NetError> {
        let mut stuffer = DotStuffer::default();
        let mut out = Vec::new();
        let mut at = 0;
        while at < self.message.octets() {
            let block = read_block(self.message, at).await.map_err(NetError::Io)?;
            if block.is_empty() {
                return Err(NetError::Io(io::ErrorKind::UnexpectedEof.into()));
            }
            at += block.octets();
            out.clear();
            stuffer.push(&block, &mut out);
            self.write_block(&out).await?;
        }
        out.clear();
        stuffer.finish(&mut out);
        self.write_block(&out).await
    }

    async fn write_block(&mut self, octets: &[u8]) -> Result<(), NetError> {
        let wait = Timeouts::duration(self.manner.timeouts.block_secs);
        self.connection
            .write_all(octets, Deadline::after(wait))
            .await
    }
}

/// A block of the message, read off the reactor where it is not in memory.
pub(super) async fn read_block(message: &Arc<dyn ReadAt>, at: u64) -> io::Result<Bytes> {
    if message.as_bytes().is_some() {
        return read_range(&**message, at, BLOCK_OCTETS);
    }
    let message = Arc::clone(message);
    tokio::task::spawn_blocking(move || read_range(&*message, at, BLOCK_OCTETS))
        .await
        .map_err(io::Error::other)?
}

fn deadline(timeouts: &Timeouts, what: ClientWait) -> Deadline {
    let secs = match what {
        ClientWait::Greeting => timeouts.greeting_secs,
        ClientWait::Command => timeouts.mail_secs,
        ClientWait::Rcpt => timeouts.rcpt_secs,
        ClientWait::Data => timeouts.data_secs,
        ClientWait::End => timeouts.end_secs,
        ClientWait::Quit => timeouts.quit_secs,
    };
    Deadline::after(Timeouts::duration(secs))
}

/// The client's TLS behaviour for a mode.
pub(super) const fn client_tls(mode: TlsMode) -> ClientTls {
    match mode {
        TlsMode::Opportunistic => ClientTls::Opportunistic,
        TlsMode::Required => ClientTls::Required,
        TlsMode::Implicit => ClientTls::Active,
        TlsMode::None => ClientTls::Never,
    }
}

/// An error with its causes in one line.
fn describe(error: &NetError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
