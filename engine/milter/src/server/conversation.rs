//! One connection of a mail server, from negotiation to quit.

use super::Server;
use super::answers::{Wording, refusal, response};
use super::gathering::{Gathering, Parameter};
use super::paths::{forward_path, parameters, reverse_path};
use super::relating::Related;
use crate::socket::Stream;
use crate::wire::{
    Actions, Command, Negotiation, Packet, PeerAddress, Response, Steps, VERSION, VERSION_MIN,
    WireError,
};
use bytes::{Bytes, BytesMut};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use waxseal_mail::{Reply, SessionId};
use waxseal_ports::FilterSession;
use waxseal_ports::filter::{SessionInfo, Trust, Verdict, merge};

/// Octets read at once.
const READ_OCTETS: usize = 64 * 1024;
/// The changes that a filter can make.
const ACTIONS_WANTED: Actions = Actions(
    Actions::ADD_HEADERS.0
        | Actions::CHANGE_HEADERS.0
        | Actions::CHANGE_BODY.0
        | Actions::ADD_RECIPIENTS.0
        | Actions::DELETE_RECIPIENTS.0
        | Actions::CHANGE_SENDER.0
        | Actions::QUARANTINE.0,
);
/// Steps that are of no use here, and answers that would cost a round trip each.
const STEPS_WANTED: Steps = Steps(
    Steps::NO_UNKNOWN.0
        | Steps::NO_DATA.0
        | Steps::NO_END_OF_HEADERS.0
        | Steps::HEADERS_UNANSWERED.0
        | Steps::BODY_UNANSWERED.0
        | Steps::LEADING_SPACE.0,
);

/// Why a connection ends other than by quit.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("the mail server closed the connection")]
    Closed,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("silent for milter_server.idle_secs_max")]
    Idle,
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error("command {0:?} does not belong there")]
    Order(char),
    #[error("version {0} is not spoken here")]
    Version(u32),
}

/// Whether the connection goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    On,
    End,
}

pub(super) struct Conversation<'a> {
    pub(super) server: &'a Server,
    pub(super) stream: Stream,
    input: BytesMut,
    pub(super) output: BytesMut,
    /// What was agreed.
    pub(super) terms: Option<(Actions, Steps)>,
    pub(super) related: Related,
    pub(super) client: Option<Client>,
    pub(super) gathering: Option<Gathering>,
}

/// The client whose session this is.
pub(super) struct Client {
    pub(super) id: SessionId,
    pub(super) session: Box<dyn FilterSession>,
    tls: Option<String>,
    /// Who authenticated and was not refused.
    user: Option<String>,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(server: &'a Server, stream: Stream) -> Self {
        Self {
            server,
            stream,
            input: BytesMut::new(),
            output: BytesMut::new(),
            terms: None,
            related: Related::default(),
            client: None,
            gathering: None,
        }
    }

    pub(super) async fn run(mut self, stop: &CancellationToken) {
        let ended = self.converse(stop).await;
        self.part().await;
        if let Err(broken) = ended {
            tracing::debug!(%broken, "a mail server's connection ended");
        }
    }

    async fn converse(&mut self, stop: &CancellationToken) -> Result<(), Broken> {
        loop {
            let packet = tokio::select! {
                biased;
                () = stop.cancelled(), if self.gathering.is_none() => return Ok(()),
                packet = self.packet() => packet?,
            };
            let command = Command::parse(&packet)?;
            if self.obey(command).await? == Next::End {
                return Ok(());
            }
            self.flush().await?;
        }
    }

    async fn packet(&mut self) -> Result<Packet, Broken> {
        let idle = self.server.config.idle();
        loop {
            if let Some(packet) = Packet::take(&mut self.input)? {
                return Ok(packet);
            }
            self.input.reserve(READ_OCTETS);
            match timeout(idle, self.stream.read_buf(&mut self.input)).await {
                Err(_) => return Err(Broken::Idle),
                Ok(Ok(0)) => return Err(Broken::Closed),
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(error.into()),
            }
        }
    }

    async fn flush(&mut self) -> Result<(), Broken> {
        if self.output.is_empty() {
            return Ok(());
        }
        let written = timeout(
            self.server.config.idle(),
            self.stream.write_all(&self.output),
        )
        .await;
        self.output.clear();
        Ok(written.map_err(|_| Broken::Idle)??)
    }

    async fn obey(&mut self, command: Command) -> Result<Next, Broken> {
        let kind = char::from(command.kind());
        if let Command::Negotiate(offer) = command {
            self.negotiate(&offer)?;
            return Ok(Next::On);
        }
        let Some((_, steps)) = self.terms else {
            return Err(Broken::Order(kind));
        };
        match command {
            Command::Negotiate(_) => return Err(Broken::Order(kind)),
            Command::Macros { macros, .. } => self.related.take(macros),
            Command::Connect { address, .. } => self.connect(&address).await,
            Command::Helo(name) => self.helo(&name).await?,
            Command::Mail { path, parameters } => self.mail(&path, &parameters).await?,
            Command::Rcpt { path, parameters } => self.rcpt(&path, &parameters).await?,
            Command::Data | Command::EndOfHeaders | Command::Unknown(_) => {
                Response::Continue.put(&mut self.output);
            }
            Command::Header { name, value } => self.header(&name, &value, steps)?,
            Command::Body(octets) => self.body(&octets, steps)?,
            Command::EndOfMessage(octets) => {
                self.take_body(&octets, kind)?;
                self.end_of_message().await?;
            }
            Command::Abort => self.reset(),
            Command::Quit => return Ok(Next::End),
            Command::QuitNewConnection => {
                self.part().await;
                self.related.clear();
            }
        }
        Ok(Next::On)
    }

    fn negotiate(&mut self, offer: &Negotiation) -> Result<(), Broken> {
        if self.terms.is_some() {
            return Err(Broken::Order('O'));
        }
        if offer.version < VERSION_MIN {
            return Err(Broken::Version(offer.version));
        }
        let agreed = Negotiation {
            version: offer.version.min(VERSION),
            actions: offer.actions.and(ACTIONS_WANTED),
            steps: offer.steps.and(STEPS_WANTED),
            macros: Vec::new(),
        };
        self.terms = Some((agreed.actions, agreed.steps));
        Response::Negotiate(agreed).put(&mut self.output);
        Ok(())
    }

    async fn connect(&mut self, address: &PeerAddress) {
        self.part().await;
        let peer = match address {
            PeerAddress::Inet(peer) => *peer,
            // Handed in on the mail server itself.
            PeerAddress::Unknown | PeerAddress::Unix(_) => {
                SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
            }
        };
        let id = self.server.next_session();
        let tls = self.related.tls();
        let mut session = self.server.filter.session(SessionInfo {
            id,
            protocol: self.server.protocol,
            peer,
            tls: tls.clone(),
        });
        tracing::debug!(session = %id, %peer, "session begins");
        let ruling = session.connect().await;
        self.client = Some(Client {
            id,
            session,
            tls,
            user: None,
        });
        response(&ruling.verdict, Wording::Plain).put(&mut self.output);
    }

    async fn helo(&mut self, name: &[u8]) -> Result<(), Broken> {
        let tls = self.related.tls();
        let client = self.client.as_mut().ok_or(Broken::Order('H'))?;
        if let Some(tls) = tls.filter(|tls| client.tls.as_ref() != Some(tls)) {
            client.session.tls(&tls);
            client.tls = Some(tls);
        }
        let name = String::from_utf8_lossy(name);
        let ruling = client.session.helo(&name).await;
        response(&ruling.verdict, Wording::Reply).put(&mut self.output);
        Ok(())
    }

    async fn mail(&mut self, path: &[u8], texts: &[Bytes]) -> Result<(), Broken> {
        self.reset();
        let host = self.related.host();
        let user = self.related.user();
        let client = self.client.as_mut().ok_or(Broken::Order('M'))?;
        let Ok(sender) = reverse_path(path, &host) else {
            let reply = Reply::own(553, (5, 1, 7), "the sender's address is malformed");
            refusal(&reply).put(&mut self.output);
            return Ok(());
        };
        let mut standing = Verdict::Next;
        if let Some((user, mechanism)) = user
            && client.user.as_ref() != Some(&user)
        {
            standing = client.session.auth(&user, &mechanism, true).await.verdict;
            // Whoever was refused is asked about again at the next MAIL.
            client.user = (!refuses(&standing)).then_some(user);
        }
        let parameters = parameters(texts);
        if !refuses(&standing) {
            let ruling = client.session.mail(&sender, &parameters).await;
            merge(&mut standing, ruling.verdict, Trust::StricterOnly);
        }
        let said = response(&standing, Wording::Reply);
        if said == Response::Continue {
            let mut gathering = Gathering::new(sender, parameters);
            gathering.standing = standing;
            self.gathering = Some(gathering);
        }
        said.put(&mut self.output);
        Ok(())
    }

    async fn rcpt(&mut self, path: &[u8], texts: &[Bytes]) -> Result<(), Broken> {
        let said = match forward_path(path, &self.related.host()) {
            Err(_) => {
                let reply = Reply::own(553, (5, 1, 3), "the recipient's address is malformed");
                refusal(&reply)
            }
            Ok(forward_path) => {
                let parameters: Vec<Parameter> = parameters(texts);
                let server = self.server;
                let (client, gathering) = self.gathered('R')?;
                let text = forward_path.to_string();
                let ruling = client.session.rcpt(&text, &parameters).await;
                let said = response(&ruling.verdict, Wording::Reply);
                merge(
                    &mut gathering.standing,
                    kept(ruling.verdict),
                    Trust::StricterOnly,
                );
                if said == Response::Continue {
                    gathering
                        .add_recipient(forward_path, &parameters, &server.config)
                        .map_or_else(|reply| refusal(&reply), |()| Response::Continue)
                } else {
                    said
                }
            }
        };
        said.put(&mut self.output);
        Ok(())
    }

    fn header(&mut self, name: &[u8], value: &[u8], steps: Steps) -> Result<(), Broken> {
        let config = &self.server.config;
        let leading_space = steps.contains(Steps::LEADING_SPACE);
        let (_, gathering) = self.gathered('L')?;
        gathering.add_header(name, value, leading_space, config);
        if !steps.contains(Steps::HEADERS_UNANSWERED) {
            Response::Continue.put(&mut self.output);
        }
        Ok(())
    }

    fn take_body(&mut self, octets: &[u8], kind: char) -> Result<(), Broken> {
        let server = self.server;
        let (_, gathering) = self.gathered(kind)?;
        gathering.add_body(octets, &*server.spool, &server.config);
        Ok(())
    }

    fn body(&mut self, octets: &[u8], steps: Steps) -> Result<(), Broken> {
        self.take_body(octets, 'B')?;
        if !steps.contains(Steps::BODY_UNANSWERED) {
            Response::Continue.put(&mut self.output);
        }
        Ok(())
    }

    /// Client and transaction, which `kind` needs.
    fn gathered(&mut self, kind: char) -> Result<(&mut Client, &mut Gathering), Broken> {
        match (&mut self.client, &mut self.gathering) {
            (Some(client), Some(gathering)) => Ok((client, gathering)),
            _ => Err(Broken::Order(kind)),
        }
    }

    fn reset(&mut self) {
        if self.gathering.take().is_some()
            && let Some(client) = &mut self.client
        {
            client.session.reset();
        }
    }

    /// The client's session is over.
    async fn part(&mut self) {
        self.gathering = None;
        if let Some(mut client) = self.client.take() {
            client.session.disconnect().await;
        }
    }
}

const fn refuses(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Reject(_) | Verdict::Defer(_))
}

/// What a verdict about one recipient means for the message: a refusal is about the recipient only.
fn kept(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Reject(_) | Verdict::Defer(_) | Verdict::Accept | Verdict::Next => Verdict::Next,
        kept @ (Verdict::Discard | Verdict::Quarantine(_) | Verdict::Hold(_)) => kept,
    }
}
