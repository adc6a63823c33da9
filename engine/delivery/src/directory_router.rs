//! The built-in router: asks the directory.

use crate::config::{Config, ConfigError};
use std::sync::Arc;
use waxseal_mail::{Domain, ForwardPath, LocalPart, Mailbox, MailboxName, Reply};
use waxseal_ports::directory::{DirectoryError, Resolution, Target};
use waxseal_ports::queue::Leased;
use waxseal_ports::router::{Action, Ask, Route};
use waxseal_ports::{Directory, Router};

/// Routes by the [`Directory`]: hosted addresses are kept or forwarded, others relayed, unknown
/// users of hosted domains bounced with 5.1.1.
pub struct DirectoryRouter {
    directory: Arc<dyn Directory>,
    subaddress_mailboxes: bool,
    postmaster: Mailbox,
    postmaster_is_configured: bool,
}

impl DirectoryRouter {
    /// A router over `directory` for the server named `hostname`.
    ///
    /// # Errors
    /// [`ConfigError::Text`] where the configured postmaster is not an address.
    pub fn new(
        directory: Arc<dyn Directory>,
        hostname: &Domain,
        config: &Config,
    ) -> Result<Self, ConfigError> {
        let invalid = |e: waxseal_mail::AddressError| ConfigError::Text {
            key: "delivery.postmaster",
            reason: e.to_string(),
        };
        let postmaster = match &config.postmaster {
            Some(text) => Mailbox::parse(text).map_err(invalid)?,
            None => at_postmaster(hostname.clone()).map_err(invalid)?,
        };
        Ok(Self {
            directory,
            subaddress_mailboxes: config.subaddress_mailboxes,
            postmaster,
            postmaster_is_configured: config.postmaster.is_some(),
        })
    }

    /// Where `<Postmaster>` leads: the configured address, `postmaster@` this host if that is hosted,
    /// else at the first hosted domain (RFC 5321 §4.5.1).
    async fn postmaster(&self) -> Result<Mailbox, DirectoryError> {
        if self.postmaster_is_configured {
            return Ok(self.postmaster.clone());
        }
        let domains = self.directory.domains().await?;
        let own = domains
            .iter()
            .any(|domain| domain.name == *self.postmaster.domain());
        let first = domains.into_iter().next().filter(|_| !own);
        let elsewhere = first.and_then(|domain| at_postmaster(domain.name).ok());
        Ok(elsewhere.unwrap_or_else(|| self.postmaster.clone()))
    }

    fn action(&self, target: Target) -> Action {
        match target {
            Target::Remote(mailbox) => Action::Forward(mailbox),
            Target::Account { account, detail } => {
                let named = detail
                    .filter(|_| self.subaddress_mailboxes)
                    .and_then(|detail| MailboxName::new(&detail).ok());
                Action::Keep {
                    account: account.id,
                    mailbox: named.unwrap_or_else(MailboxName::inbox),
                    flags: Vec::new(),
                }
            }
        }
    }
}

fn at_postmaster(domain: Domain) -> Result<Mailbox, waxseal_mail::AddressError> {
    Ok(Mailbox::new(LocalPart::parse("postmaster")?, domain))
}

/// The reply for a user a hosted domain does not have.
fn unknown_user() -> Reply {
    Reply::own(550, (5, 1, 1), "no such user here")
}

impl DirectoryRouter {
    async fn actions(&self, recipient: &ForwardPath) -> Result<Vec<Action>, DirectoryError> {
        let mailbox = match recipient {
            ForwardPath::Mailbox(mailbox) => mailbox.clone(),
            ForwardPath::Postmaster => self.postmaster().await?,
        };
        Ok(match self.directory.resolve(&mailbox).await? {
            Resolution::NotHosted => vec![Action::Relay(mailbox)],
            Resolution::Unknown => vec![Action::Bounce(unknown_user())],
            Resolution::Targets(targets) if targets.is_empty() => {
                vec![Action::Bounce(unknown_user())]
            }
            Resolution::Targets(targets) => targets.into_iter().map(|t| self.action(t)).collect(),
        })
    }
}

#[async_trait::async_trait]
impl Router for DirectoryRouter {
    async fn route(&self, _message: &Leased, asks: &[Ask<'_>]) -> Vec<Route> {
        let mut routes = Vec::with_capacity(asks.len());
        for ask in asks {
            routes.push(match self.actions(ask.recipient).await {
                Ok(actions) => Route::decided(actions),
                Err(error) => {
                    tracing::warn!(error = %error, "a recipient could not be routed");
                    Route::unavailable("the route cannot be found now")
                }
            });
        }
        routes
    }
}
