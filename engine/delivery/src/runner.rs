//! The queue runner: claims, spawns, and stops without losing a lease.

use crate::attempt::{attempt, give_back};
use crate::config::{Config, ConfigError, RelayConfig};
use crate::relay::Relay;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waxseal_mail::{Domain, MailboxName};
use waxseal_ports::queue::Leased;
use waxseal_ports::{Clock, MessageParser, Queue, Resolver, Router, Transport};

/// After the queue failed to answer, it is asked again this much later.
const CLAIM_RETRY: Duration = Duration::from_secs(1);

/// What delivery stands on.
#[derive(Clone)]
pub struct Ports {
    /// Where messages come from and outcomes go.
    pub queue: Arc<dyn Queue>,
    /// Those who are asked first where a recipient leads, in order. What they decide is kept with the
    /// message.
    pub deciders: Vec<Arc<dyn Router>>,
    /// Where a recipient leads if none of them says otherwise; asked anew at each attempt.
    pub router: Arc<dyn Router>,
    /// Takes messages where routes name a transport.
    pub transport: Arc<dyn Transport>,
    /// Makes the index of delivered messages.
    pub parser: Arc<dyn MessageParser>,
    /// Finds hosts.
    pub resolver: Arc<dyn Resolver>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// How delivery behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// This server's name: in EHLO, in reports, and to notice that an exchange is this server.
    pub hostname: Domain,
    /// The `[delivery]` section.
    pub config: Config,
    /// The `[relay]` section.
    pub relay: RelayConfig,
}

/// Runs the queue until it is told to stop.
pub struct Runner {
    shared: Arc<Shared>,
}

/// What every attempt uses.
pub(crate) struct Shared {
    pub(crate) ports: Ports,
    pub(crate) config: Config,
    pub(crate) hostname: Domain,
    pub(crate) relay: Arc<Relay>,
    pub(crate) junk: MailboxName,
    /// Messages being handed to transports.
    pub(crate) handing_over: Semaphore,
    /// The stop has begun: start nothing that takes long.
    pub(crate) stopping: CancellationToken,
    /// The stop has waited long enough: give leases back.
    pub(crate) aborting: CancellationToken,
}

impl Runner {
    /// A runner that has not begun.
    ///
    /// # Errors
    /// The first [`ConfigError`] of the settings.
    pub fn new(settings: Settings, ports: Ports) -> Result<Self, ConfigError> {
        settings.config.check()?;
        settings.relay.check()?;
        let junk = MailboxName::new(&settings.config.junk_mailbox);
        let junk = junk.map_err(|e| ConfigError::Text {
            key: "delivery.junk_mailbox",
            reason: e.to_string(),
        })?;
        let stopping = CancellationToken::new();
        let relay = Relay::new(
            settings.relay,
            settings.hostname.clone(),
            (Arc::clone(&ports.resolver), Arc::clone(&ports.clock)),
            stopping.clone(),
        )?;
        Ok(Self {
            shared: Arc::new(Shared {
                ports,
                junk,
                handing_over: Semaphore::new(settings.config.transport.messages_in_flight_max),
                hostname: settings.hostname,
                relay: Arc::new(relay),
                config: settings.config,
                stopping,
                aborting: CancellationToken::new(),
            }),
        })
    }

    /// Delivers until `cancel`; then waits `stop_secs_max` for attempts under way, gives back the
    /// leases of those that are not done, and returns.
    pub async fn run(self, cancel: CancellationToken) {
        let tracker = TaskTracker::new();
        let permits = self.shared.config.messages_in_flight_max;
        let capacity = Arc::new(Semaphore::new(permits));
        while let Some(batch) = self.claim(&capacity, &cancel).await {
            for leased in batch {
                // Only this loop takes permits and it claimed no more than there were.
                let permit = Arc::clone(&capacity).try_acquire_owned();
                let shared = Arc::clone(&self.shared);
                tracker.spawn(async move {
                    let _in_flight = permit;
                    run_one(&shared, leased).await;
                });
            }
        }
        self.shared.stopping.cancel();
        tracker.close();
        let patience = Duration::from_secs(self.shared.config.stop_secs_max);
        if tokio::time::timeout(patience, tracker.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                attempts = tracker.len(),
                "giving back the leases of unfinished attempts"
            );
            self.shared.aborting.cancel();
            tracker.wait().await;
        }
    }

    /// The next messages; `None` once it is time to stop.
    async fn claim(
        &self,
        capacity: &Arc<Semaphore>,
        cancel: &CancellationToken,
    ) -> Option<Vec<Leased>> {
        loop {
            let free = tokio::select! {
                biased;
                () = cancel.cancelled() => return None,
                free = free_permits(capacity) => free,
            };
            let max = self.shared.config.claim_max.min(free);
            // A claim lost to the stop leaves leases that end with this process.
            let claimed = tokio::select! {
                biased;
                () = cancel.cancelled() => return None,
                claimed = self.shared.ports.queue.claim(max) => claimed,
            };
            match claimed {
                Ok(batch) => return Some(batch),
                Err(error) => {
                    tracing::error!(error = %error, "the queue cannot be read; trying again");
                    tokio::select! {
                        () = cancel.cancelled() => return None,
                        () = tokio::time::sleep(CLAIM_RETRY) => {}
                    }
                }
            }
        }
    }
}

/// Waits until at least one permit is free and answers how many are.
async fn free_permits(capacity: &Semaphore) -> usize {
    match capacity.acquire().await {
        Ok(_one) => capacity.available_permits() + 1,
        // Never closed; a count of one would still be honest.
        Err(_) => 1,
    }
}

async fn run_one(shared: &Shared, leased: Leased) {
    let unfinished = leased.clone();
    // An attempt dropped half-way has recorded nothing; its lease goes back and it starts anew.
    tokio::select! {
        biased;
        () = attempt(shared, leased) => {}
        () = shared.aborting.cancelled() => give_back(shared, &unfinished, 0).await,
    }
}
