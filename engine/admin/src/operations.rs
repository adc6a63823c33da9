//! Performing requests: one function from [`Request`] to [`Answer`], whoever asks.

mod directory;
mod queue;
mod recording;

use crate::{Answer, Plugins, Problem, Recording, RecordingPlan, Request};
use std::sync::Arc;
use waxseal_mail::{Domain, Mailbox};
use waxseal_ports::{Directory, Queue};

/// What requests are performed on.
#[derive(Clone)]
pub struct Operations {
    /// Domains, accounts, aliases.
    pub directory: Arc<dyn Directory>,
    /// Accepted messages.
    pub queue: Arc<dyn Queue>,
    /// The plugin host.
    pub plugins: Arc<dyn Plugins>,
    /// The recorder of sessions.
    pub recording: Arc<dyn Recording>,
}

impl Operations {
    /// Performs one request. Changes are on stable storage when this returns `Ok`.
    ///
    /// # Errors
    /// A [`Problem`] that says what is wrong; nothing was changed then.
    pub async fn perform(&self, request: Request) -> Result<Answer, Problem> {
        let name = request.name();
        let result = self.dispatch(request).await;
        let outcome = if result.is_ok() { "ok" } else { "problem" };
        metrics::counter!("waxseal_admin_operations_total",
            "operation" => name, "outcome" => outcome)
        .increment(1);
        match &result {
            Ok(_) => tracing::info!(operation = name, "performed"),
            Err(problem) => tracing::info!(operation = name, %problem, "not performed"),
        }
        result
    }

    async fn dispatch(&self, request: Request) -> Result<Answer, Problem> {
        let (directory, queue) = (self.directory.as_ref(), self.queue.as_ref());
        match request {
            Request::DomainAdd { domain } => directory::add_domain(directory, &domain).await,
            Request::DomainList => directory::list_domains(directory).await,
            Request::DomainShow { domain } => directory::show_domain(directory, &domain).await,
            Request::DomainRemove { domain } => directory::remove_domain(directory, &domain).await,
            Request::DomainCatchAll { domain, to } => {
                directory::set_catch_all(directory, &domain, to.as_deref()).await
            }
            Request::AccountAdd { address, password } => {
                directory::add_account(directory, &address, &password).await
            }
            Request::AccountList { domain } => {
                directory::list_accounts(directory, domain.as_deref()).await
            }
            Request::AccountShow { address } => directory::show_account(directory, &address).await,
            Request::AccountPassword { address, password } => {
                directory::set_password(directory, &address, &password).await
            }
            Request::AccountRemove { address } => {
                directory::remove_account(directory, &address).await
            }
            Request::AliasAdd { address, targets } => {
                directory::add_alias(directory, &address, &targets).await
            }
            Request::AliasList { domain } => {
                directory::list_aliases(directory, domain.as_deref()).await
            }
            Request::AliasShow { address } => directory::show_alias(directory, &address).await,
            Request::AliasRemove { address } => directory::remove_alias(directory, &address).await,
            Request::QueueList { max } => queue::list(queue, max).await,
            Request::QueueShow { id } => queue::show(queue, &id).await,
            Request::QueueRead { id, offset } => queue::read(queue, &id, offset).await,
            Request::QueueRetry { id } => queue::retry(queue, &id).await,
            Request::QueueRemove { id } => queue::remove(queue, &id).await,
            Request::MessageTrace { id } => queue::trace(queue, &id).await,
            Request::PluginList => Ok(Answer::Plugins {
                plugins: self.plugins.list().await,
            }),
            Request::PluginReload => Ok(Answer::Plugins {
                plugins: self.plugins.reload().await?,
            }),
            Request::PluginLog { name, after, wait } => {
                let page = self.plugins.log(&name, after, wait).await?;
                Ok(Answer::PluginLog {
                    lines: page.lines,
                    next: page.next,
                })
            }
            Request::RecordStart {
                folder,
                messages_max,
                bytes_max,
                minutes_max,
            } => {
                let plan = RecordingPlan {
                    folder: folder.into(),
                    messages_max,
                    bytes_max,
                    minutes_max,
                };
                recording::start(&*self.recording, plan)
            }
            Request::RecordStop => Ok(recording::stop(&*self.recording)),
            Request::RecordStatus => Ok(recording::status(&*self.recording)),
        }
    }
}

fn domain(text: &str) -> Result<Domain, Problem> {
    Domain::parse(text).map_err(|error| Problem::invalid(format!("domain {text:?}: {error}")))
}

fn mailbox(text: &str) -> Result<Mailbox, Problem> {
    Mailbox::parse(text).map_err(|error| Problem::invalid(format!("address {text:?}: {error}")))
}

fn done(message: String) -> Answer {
    Answer::Done { message }
}
