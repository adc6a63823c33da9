//! The service: one object for all listeners of IMAP and POP3.

use crate::Config;
use async_trait::async_trait;
use std::sync::Arc;
use waxseal_net::{Accepted, AuthThrottle, Connection, Handler};
use waxseal_ports::filter::Protocol;
use waxseal_ports::{Clock, Directory, Filter, MailboxEvents, MessageParser, Spool, Store};

/// What the sessions stand on.
#[derive(Clone)]
pub struct Ports {
    /// Who may log in.
    pub directory: Arc<dyn Directory>,
    /// Where the mail is.
    pub store: Arc<dyn Store>,
    /// Where appended messages wait until they are complete.
    pub spool: Arc<dyn Spool>,
    /// Reads the structure of messages.
    pub parser: Arc<dyn MessageParser>,
    /// Asked at the stages `connect` and `auth`.
    pub filter: Arc<dyn Filter>,
    /// Hears of messages that users put into other mailboxes.
    pub events: Arc<dyn MailboxEvents>,
    /// Gives the internal date of appended messages.
    pub clock: Arc<dyn Clock>,
}

/// Serves IMAP and POP3 clients.
pub struct Access {
    pub(crate) config: Config,
    pub(crate) ports: Ports,
    pub(crate) throttle: Arc<AuthThrottle>,
    pub(crate) imap_limits: Arc<waxseal_imap::Limits>,
    pub(crate) pop3_limits: Arc<waxseal_pop3::Limits>,
    pub(crate) maildrops: crate::pop3::MaildropLocks,
    pub(crate) moves: crate::imap::Moves,
}

impl Access {
    /// Over these ports; `throttle` is shared with submission.
    #[must_use]
    pub fn new(config: Config, ports: Ports, throttle: Arc<AuthThrottle>) -> Self {
        Self {
            imap_limits: Arc::new(config.imap.limits.clone()),
            pop3_limits: Arc::new(config.pop3.limits.clone()),
            maildrops: crate::pop3::MaildropLocks::default(),
            moves: crate::imap::Moves::new(config.imap.moves_told_max),
            config,
            ports,
            throttle,
        }
    }

    /// Serves one IMAP client to its end.
    pub async fn serve_imap(&self, connection: Connection, accepted: Accepted) {
        crate::imap::serve(self, connection, accepted).await;
    }

    /// Waits until everybody was told of what users did; call it after the last session ended.
    pub async fn finish(&self) {
        self.moves.finish().await;
    }

    /// Serves one POP3 client to its end.
    pub async fn serve_pop3(&self, connection: Connection, accepted: Accepted) {
        crate::pop3::serve(self, connection, accepted).await;
    }
}

#[async_trait]
impl Handler for Access {
    async fn handle(&self, connection: Connection, accepted: Accepted) {
        match accepted.protocol {
            Protocol::Imap => self.serve_imap(connection, accepted).await,
            Protocol::Pop3 => self.serve_pop3(connection, accepted).await,
            protocol @ (Protocol::Smtp | Protocol::Submission | Protocol::Lmtp) => {
                tracing::error!(
                    protocol = protocol.as_str(),
                    "not a protocol of mail access"
                );
            }
        }
    }
}
