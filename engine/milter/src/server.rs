//! A filter of this server as a milter of another mail server.

mod answers;
mod config;
mod conversation;
mod diff;
mod gathering;
mod judging;
mod listener;
mod paths;
mod relating;

pub use config::{Quarantine, ServerConfig};
pub use listener::Listener;

use conversation::Conversation;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waxseal_mail::SessionId;
use waxseal_ports::filter::Protocol;
use waxseal_ports::{Clock, Filter, Spool};

/// Milliseconds to wait after a connection could not be accepted.
const ACCEPT_RETRY_MILLIS: u64 = 100;

/// Serves mail servers; each of their sessions is one of the filter's.
pub struct Server {
    filter: Arc<dyn Filter>,
    spool: Arc<dyn Spool>,
    clock: Arc<dyn Clock>,
    config: ServerConfig,
    protocol: Protocol,
    sessions: AtomicU64,
}

/// What a milter server stands on.
pub struct ServerPorts {
    /// Who judges.
    pub filter: Arc<dyn Filter>,
    /// Where bodies wait to be judged.
    pub spool: Arc<dyn Spool>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Server {
    /// A server that serves nobody yet. `protocol` is what the filter is told that the mail server's
    /// clients speak.
    #[must_use]
    pub fn new(config: ServerConfig, protocol: Protocol, ports: ServerPorts) -> Self {
        let ServerPorts {
            filter,
            spool,
            clock,
        } = ports;
        // Sessions of a later run get other names.
        let start = u64::try_from(clock.wall().unix_secs).unwrap_or(0) << 20;
        Self {
            filter,
            spool,
            clock,
            config,
            protocol,
            sessions: AtomicU64::new(start),
        }
    }

    /// Accepts connections until `stop`; those between messages are then closed, others when their
    /// message is judged. `sessions` tracks them.
    pub async fn run(
        self: Arc<Self>,
        listener: Listener,
        stop: CancellationToken,
        sessions: TaskTracker,
    ) {
        let connections_max = usize::try_from(self.config.connections_max).unwrap_or(usize::MAX);
        let places = Arc::new(Semaphore::new(connections_max.min(Semaphore::MAX_PERMITS)));
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            let stream = match accepted {
                Ok(stream) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    let pause = std::time::Duration::from_millis(ACCEPT_RETRY_MILLIS);
                    tokio::time::sleep(pause).await;
                    continue;
                }
            };
            let Ok(place) = places.clone().try_acquire_owned() else {
                tracing::warn!(connections_max, "over milter_server.connections_max");
                continue;
            };
            let (server, stop) = (self.clone(), stop.clone());
            sessions.spawn(async move {
                Conversation::new(&server, stream).run(&stop).await;
                drop(place);
            });
        }
    }

    fn next_session(&self) -> SessionId {
        SessionId(self.sessions.fetch_add(1, Ordering::Relaxed))
    }
}
