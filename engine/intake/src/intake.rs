//! The room's one object: what every session shares.

use crate::conversation::Conversation;
use crate::{Config, ConfigError};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use waxseal_net::{Accepted, AuthThrottle, Connection, Handler};
use waxseal_ports::filter::Protocol;
use waxseal_ports::{Clock, Directory, Filter, Queue, Spool};
use waxseal_smtp::server::{Limits, Role};

/// What intake stands on.
#[derive(Clone)]
pub struct Ports {
    /// Who is hosted here.
    pub directory: Arc<dyn Directory>,
    /// Where accepted messages go.
    pub queue: Arc<dyn Queue>,
    /// Where bodies wait.
    pub spool: Arc<dyn Spool>,
    /// What judges.
    pub filter: Arc<dyn Filter>,
    /// Time for trace fields and durations.
    pub clock: Arc<dyn Clock>,
    /// Slows down guessing of passwords; shared with the other rooms that ask for them.
    pub throttle: Arc<AuthThrottle>,
}

/// Serves port 25, submission and LMTP, by the protocol of the listener. One object serves all
/// listeners.
pub struct Intake {
    pub(crate) ports: Ports,
    pub(crate) hostname: Arc<str>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) handshake: Duration,
}

impl Intake {
    /// With these settings, on these ports.
    ///
    /// # Errors
    /// [`ConfigError`], as [`Config::check`].
    pub fn new(config: &Config, ports: Ports) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            ports,
            hostname: config.hostname.as_str().into(),
            limits: Arc::new(config.limits.clone()),
            handshake: Duration::from_secs(config.handshake_secs_max),
        })
    }

    /// Serves one connection to its end; a connection of another protocol is closed at once.
    pub async fn serve(&self, connection: Connection, accepted: Accepted) {
        let role = match accepted.protocol {
            Protocol::Smtp => Role::Smtp,
            Protocol::Submission => Role::Submission,
            Protocol::Lmtp => Role::Lmtp,
            Protocol::Imap | Protocol::Pop3 => return,
        };
        Conversation::new(self, connection, accepted, role)
            .run()
            .await;
    }
}

#[async_trait]
impl Handler for Intake {
    async fn handle(&self, connection: Connection, accepted: Accepted) {
        self.serve(connection, accepted).await;
    }
}
