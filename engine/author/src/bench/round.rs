//! One round of a bench: everything that a plugin is asked about one message.

use crate::bed::Bed;
use crate::component::Subject;
use crate::drive::{self, Accounts, Script};
use crate::message::Mail;
use crate::stub::StubHttp;
use crate::witness::{Failed, Figures};
use crate::{AuthorError, world};
use std::sync::Arc;
use toml::Table;
use waxseal_mail::{Mailbox, SessionId};
use waxseal_plugin::{Metering, World};
use waxseal_ports::blob_codec::{BlobError, BlobMeta, Held};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::{Protocol, SessionInfo};
use waxseal_ports::mailbox_events::{Moved, Place};
use waxseal_ports::{Clock, Notes};

/// The account of blobs and moves.
const ACCOUNT: &str = "alice@example.test";
/// Stages of delivery plugins.
const ROUTE: &str = "route";
const TRANSPORT: &str = "transport";

/// A plugin that is measured.
pub(super) struct Round {
    world: World,
    bed: Bed,
    /// Where a learner hears of moves: a host whose sessions are waited for hears of no more.
    moves: Option<Bed>,
    pub(super) stages: Vec<String>,
}

/// The figures of a round: of its calls in order, and of its whole.
pub(super) struct RoundFigures {
    pub(super) calls: Vec<Figures>,
    pub(super) micros: f64,
}

impl Round {
    /// Loads the plugin. Names lead nowhere; HTTP leads to a server that keeps what it is sent.
    pub(super) async fn start(
        (subject, world): (&Subject, World),
        table: &Table,
        metering: Metering,
    ) -> Result<Self, AuthorError> {
        let start = async || {
            let mut reach = world::Reach::nowhere(Arc::new(SystemClock));
            reach.http = Arc::new(StubHttp::keeping());
            let config = subject.configured(table.clone())?;
            Bed::start(subject, config, &reach, metering).await
        };
        let bed = start().await?;
        let plugins = bed.host.plugins();
        let stages = plugins.first().map(|plugin| plugin.stages.clone());
        Ok(Self {
            world,
            moves: match world {
                World::Learner => Some(start().await?),
                World::Filter | World::Delivery | World::Storage | World::Holder => None,
            },
            stages: stages.unwrap_or_default(),
            bed,
        })
    }

    /// Runs one round with `mail`.
    pub(super) async fn run(&self, mail: &Mail) -> Result<RoundFigures, AuthorError> {
        self.bed.witness.take();
        let began = SystemClock.monotonic();
        match self.world {
            World::Filter => self.session(mail).await,
            World::Learner => {
                self.session(mail).await;
                self.moved(mail).await?;
            }
            World::Delivery => self.deliver(mail).await,
            World::Storage => self.through_codec(mail).await.or_else(|e| self.blame(&e))?,
            World::Holder => self.to_holder(mail).await.or_else(|e| self.blame(&e))?,
        }
        let took = SystemClock.monotonic().saturating_duration_since(began);
        let mut seen = self.bed.witness.take();
        if let Some(moves) = &self.moves {
            let moved = moves.witness.take();
            seen.figures.extend(moved.figures);
            seen.failures.extend(moved.failures);
        }
        match seen.failures.first() {
            Some(failure) => Err(failed(failure)),
            None => Ok(RoundFigures {
                calls: seen.figures,
                micros: took.as_secs_f64() * 1_000_000.0,
            }),
        }
    }

    /// A failed call is told of by whoever saw it; here is only what is none of a call.
    fn blame(&self, error: &BlobError) -> Result<(), AuthorError> {
        if self.bed.witness.has_failure() {
            return Ok(());
        }
        Err(AuthorError::Failed(error.to_string()))
    }

    async fn session(&self, mail: &Mail) {
        let info = SessionInfo {
            id: SessionId(1),
            protocol: Protocol::Smtp,
            peer: ([192, 0, 2, 1], 4000).into(),
            tls: None,
        };
        let script = Script::plain(info, "client.example.org", mail);
        drive::session(&self.bed.host, &script).await;
    }

    async fn moved(&self, mail: &Mail) -> Result<(), AuthorError> {
        let Some(bed) = &self.moves else {
            return Ok(());
        };
        let account = Mailbox::parse(ACCOUNT);
        let moved = Moved {
            account: account.map_err(|error| AuthorError::Wrong(error.to_string()))?,
            origin: Place::Inbox,
            destination: Place::Junk,
            message: Arc::new(mail.octets.clone()),
        };
        drive::moved(bed, moved).await;
        Ok(())
    }

    async fn deliver(&self, mail: &Mail) {
        let message = drive::leased(mail, Vec::new(), Notes::new());
        let wants = |stage: &str| self.stages.iter().any(|wanted| wanted == stage);
        if wants(ROUTE) {
            drive::route(&self.bed, &message, &Accounts::new(None)).await;
        }
        if wants(TRANSPORT) {
            for recipient in &mail.envelope.recipients {
                drive::hand_over(&self.bed, &message, &recipient.forward_path, 1).await;
            }
        }
    }

    async fn through_codec(&self, mail: &Mail) -> Result<(), BlobError> {
        let meta = meta(mail);
        let encoded = drive::encode(&self.bed, meta.clone(), mail.octets.clone());
        let (attributes, octets) = encoded.await?;
        let meta = BlobMeta { attributes, ..meta };
        drive::decode(&self.bed, meta, octets).await.map(drop)
    }

    async fn to_holder(&self, mail: &Mail) -> Result<(), BlobError> {
        let meta = meta(mail);
        let octets = meta.octets;
        let key = drive::put(&self.bed, meta, mail.octets.clone()).await?;
        let held = Held {
            key: key.clone(),
            octets,
        };
        drive::get(&self.bed, held).await?;
        drive::delete(&self.bed, &key).await
    }
}

fn meta(mail: &Mail) -> BlobMeta {
    BlobMeta {
        account: Some(ACCOUNT.to_owned()),
        id: "blob-1".to_owned(),
        octets: u64::try_from(mail.octets.len()).unwrap_or(u64::MAX),
        attributes: Vec::new(),
    }
}

/// Why there are no figures, and what helps where that is known.
fn failed(failure: &Failed) -> AuthorError {
    let Failed { stage, text, .. } = failure;
    let denied = ["denied", "not granted"]
        .iter()
        .any(|word| text.contains(word));
    let hint = if denied {
        "; what it needs stands under [grants] of the file that --settings names"
    } else {
        ""
    };
    AuthorError::Failed(format!("the call `{stage}` failed: {text}{hint}"))
}
