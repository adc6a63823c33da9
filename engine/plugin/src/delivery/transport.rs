//! The transports among the delivery plugins.

use super::handed::{self, Checked};
use super::state_of;
use crate::error::CallFailure;
use crate::host::Host;
use crate::plugin::Plugin;
use crate::stage::Stage;
use crate::used::Figures;
use crate::watch::Said;
use async_trait::async_trait;
use waxseal_ports::Transport;
use waxseal_ports::queue::{Leased, Outcome};
use waxseal_ports::transport::{Handed, Handover, no_such_transport};

#[async_trait]
impl Transport for Host {
    async fn deliver(&self, message: &Leased, handover: Handover<'_>) -> Handed {
        let chain = self.chain();
        let recipient = handover.recipient.to_string();
        let plugin = chain.transport(handover.transport);
        let Some(plugin) = plugin.filter(|plugin| plugin.may_see(&recipient)) else {
            let name = handover.transport;
            tracing::warn!(message = %message.id, transport = name, "there is no such transport");
            return Handed {
                outcome: Outcome::Deferred(no_such_transport(name)),
                trace: Vec::new(),
            };
        };
        let mut figures = Figures::default();
        let handed = self.hand_to(plugin, message, handover, &mut figures);
        let (answer, timing) = plugin.timed(Stage::Transport, handed).await;
        let said = answer.as_ref().map(|done| Said::answer(&done.text));
        plugin.report(timing, said, figures);
        timing.count(plugin, &answer, |done| done.label);
        let policy = |failure: CallFailure| {
            handed::policy(plugin.on_failure, &plugin.name, &plugin.words(&failure))
        };
        let done = answer.unwrap_or_else(policy);
        let attempt = handover.attempt;
        let text = format!("{recipient}: attempt {attempt}, {}", done.text);
        let event = timing.event(plugin, text);
        Handed {
            outcome: done.outcome,
            trace: vec![event],
        }
    }
}

impl Host {
    async fn hand_to(
        &self,
        plugin: &Plugin,
        message: &Leased,
        handover: Handover<'_>,
        figures: &mut Figures,
    ) -> Result<Checked, CallFailure> {
        if message.message.octets() > u64::from(u32::MAX) {
            return Err(CallFailure::TooLarge);
        }
        let unreadable = |error| CallFailure::Trap(format!("the message cannot be read: {error}"));
        let state = state_of(message).map_err(unreadable)?;
        let (recipient, attempt) = (handover.recipient.to_string(), handover.attempt);
        let said = plugin.ask_once(self.runtime(), &state, figures, move |used| {
            Box::pin(async move { used.instance.deliver(&recipient, attempt).await })
        });
        handed::check(said.await?).map_err(CallFailure::Outcome)
    }
}
