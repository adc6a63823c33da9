//! An existing milter as a filter of this server.

mod config;
mod content;
mod edits;
mod facts;
mod failure;
mod link;
mod meters;
mod pool;
mod said;
mod session;
mod stage;

pub use config::{MilterConfig, MilterLimits, MilterProtocol};

use link::{Link, Wait};
use meters::Meters;
use pool::Pool;
use session::MilterSession;
use stage::Step;
use std::sync::Arc;
use waxseal_ports::filter::{Breaker, Change, NoFilter, SessionInfo};
use waxseal_ports::{Clock, Filter, FilterSession, Spool};

/// One milter. Give it to the services as `Arc<dyn Filter>`.
pub struct Milter {
    shared: Arc<Shared>,
}

/// What sessions share.
struct Shared {
    config: MilterConfig,
    hostname: Arc<str>,
    spool: Arc<dyn Spool>,
    clock: Arc<dyn Clock>,
    pool: Pool,
    breaker: Breaker,
    meters: Meters,
    /// Who acts, in traces.
    actor: String,
}

impl Milter {
    /// A milter as configured, not connected yet. `hostname` is this host's name, for macro `j`;
    /// `spool` keeps bodies that the milter replaces.
    #[must_use]
    pub fn new(
        config: MilterConfig,
        hostname: &str,
        spool: Arc<dyn Spool>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        meters::describe();
        Self {
            shared: Arc::new(Shared {
                hostname: hostname.into(),
                spool,
                clock,
                pool: Pool::new(&config.limits),
                breaker: Breaker::new(config.limits.breaker_failures_max, Step::COUNT),
                meters: Meters::new(&config.name),
                actor: format!("milter {}", config.name),
                config,
            }),
        }
    }
}

impl Filter for Milter {
    /// Nothing is asked about sessions of protocols that the milter is not for.
    fn session(&self, session: SessionInfo) -> Box<dyn FilterSession> {
        if self.shared.config.concerns(session.protocol) {
            Box::new(MilterSession::new(self.shared.clone(), session))
        } else {
            Box::new(NoFilter)
        }
    }
}

impl Shared {
    /// A step came to its end.
    fn worked(&self, step: Step) {
        if self.breaker.succeeded(step.number()) == Change::Closed {
            self.meters.breaker(false);
            tracing::info!(milter = self.config.name, "the milter answers again");
        }
    }

    /// A step failed by the milter's fault.
    fn broke(&self, step: Step) {
        let now = self.clock.monotonic();
        if let Change::Opened(pause) = self.breaker.failed(step.number(), now) {
            self.meters.breaker(true);
            let (milter, pause_secs) = (self.config.name.as_str(), pause.as_secs());
            tracing::error!(
                milter,
                pause_secs,
                "the milter keeps failing and is not asked for a while"
            );
        }
    }

    const fn connect_wait(&self) -> Wait {
        Wait {
            name: "connect_secs_max",
            time: self.config.limits.connect(),
        }
    }

    const fn command_wait(&self) -> Wait {
        Wait {
            name: "command_secs_max",
            time: self.config.limits.command(),
        }
    }

    const fn message_wait(&self) -> Wait {
        Wait {
            name: "message_secs_max",
            time: self.config.limits.message(),
        }
    }

    /// A new connection.
    async fn open(&self) -> Result<Link, failure::CallFailure> {
        let link = Link::open(&self.config.socket, self.connect_wait()).await?;
        self.meters.connected("opened");
        Ok(link)
    }

    /// A connection that waited for work, or else a new one.
    async fn connect(&self) -> Result<Link, failure::CallFailure> {
        match self.pool.take(self.clock.monotonic()).await {
            Some(link) => {
                self.meters.connected("reused");
                Ok(link)
            }
            None => self.open().await,
        }
    }
}
