//! Tells learners what users do with their messages, off everybody's time.

use crate::chain::Chain;
use crate::delivery::draft;
use crate::engine::Runtime;
use crate::error::CallFailure;
use crate::host::Host;
use crate::plugin::Plugin;
use crate::stage::Stage;
use crate::state::{Held, State};
use crate::used::Figures;
use crate::watch::Said;
use async_trait::async_trait;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use waxseal_mail::{BodyKind, Envelope, ReversePath};
use waxseal_ports::MailboxEvents;
use waxseal_ports::mailbox_events::Moved;

/// An event with the plugins that were configured when it came.
type Told = (Arc<Chain>, Moved);

/// The way to the learners; closed when the host stops.
pub(crate) struct Learners(Mutex<Option<mpsc::Sender<Told>>>);

impl Learners {
    /// Starts the task that serves them.
    pub(crate) fn start(runtime: &Arc<Runtime>, tasks: &TaskTracker) -> Self {
        let waiting = usize::try_from(runtime.config.moved_queue_max).unwrap_or(1);
        let (sender, receiver) = mpsc::channel(waiting.max(1));
        tasks.spawn(serve(runtime.clone(), receiver));
        Self(Mutex::new(Some(sender)))
    }

    /// No more events are taken; those that wait are still told.
    pub(crate) fn close(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn sender(&self) -> Option<mpsc::Sender<Told>> {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sender.clone()
    }
}

#[async_trait]
impl MailboxEvents for Host {
    fn is_wanted(&self) -> bool {
        self.chain().learners().next().is_some()
    }

    async fn moved(&self, moved: Moved) {
        let chain = self.chain();
        if chain.learners().next().is_none() {
            return;
        }
        // Without a receiver the server is stopping, and what was not told is lost.
        if let Some(sender) = self.learners().sender()
            && sender.send((chain, moved)).await.is_err()
        {
            tracing::debug!("a learner was not told of a moved message");
        }
    }
}

async fn serve(runtime: Arc<Runtime>, mut told: mpsc::Receiver<Told>) {
    while let Some((chain, moved)) = told.recv().await {
        let account = moved.account.to_string();
        for plugin in chain.learners().filter(|plugin| plugin.may_see(&account)) {
            let mut figures = Figures::default();
            let told = tell(&runtime, plugin, &moved, &mut figures);
            let (answer, timing) = plugin.timed(Stage::Moved, told).await;
            let said = answer.as_ref().map(|()| Said::answer("done"));
            plugin.report(timing, said, figures);
            timing.count(plugin, &answer, |()| "next");
        }
    }
}

async fn tell(
    runtime: &Runtime,
    plugin: &Plugin,
    moved: &Moved,
    figures: &mut Figures,
) -> Result<(), CallFailure> {
    if moved.message.octets() > u64::from(u32::MAX) {
        return Err(CallFailure::TooLarge);
    }
    let unreadable = |error| CallFailure::Trap(format!("the message cannot be read: {error}"));
    // Each learner has a state of its own: what one leaves there is not for the next.
    let state = state_of(moved).map_err(unreadable)?;
    let event = moved.clone();
    let told = plugin.ask_once(runtime, &state, figures, move |used| {
        Box::pin(async move { used.instance.moved(&event).await })
    });
    told.await
}

/// The message without an envelope, which nobody knows any longer.
fn state_of(moved: &Moved) -> io::Result<Arc<Mutex<State>>> {
    let envelope = Envelope {
        reverse_path: ReversePath::Null,
        recipients: Vec::new(),
        body: BodyKind::SevenBit,
        smtputf8: false,
        envid: None,
        dsn_return: None,
    };
    let mut held = Held::new(envelope, draft(&moved.message)?);
    held.body = true;
    let mut state = State::outside_sessions();
    state.message = Some(held);
    Ok(Arc::new(Mutex::new(state)))
}
