//! The end of a message: the filter's answer, and what it changed.

use super::Quarantine;
use super::answers::refusal;
use super::conversation::{Broken, Conversation};
use super::diff::{envelope_changes, header_changes};
use crate::wire::{CHUNK_OCTETS_MAX, Change, Response, Steps};
use bytes::BytesMut;
use std::io;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use waxseal_mail::{Envelope, HeaderEdit, Reply};
use waxseal_ports::Draft;
use waxseal_ports::filter::{Ruling, Trust, Verdict, describe, merge};
use waxseal_ports::read_at::read_range;

impl Conversation<'_> {
    pub(super) async fn end_of_message(&mut self) -> Result<(), Broken> {
        let Some(gathering) = self.gathering.take() else {
            return Err(Broken::Order('E'));
        };
        let began = self.server.clock.monotonic();
        let (outcome, verdict) = match gathering.finish() {
            Err(reply) => (refusal(&reply), "not judged".to_owned()),
            Ok((envelope, draft, standing)) => {
                self.judge_message(envelope, draft, standing).await?
            }
        };
        outcome.put(&mut self.output);
        if let Some(client) = &mut self.client {
            client.session.reset();
            let queue_id = self.related.queue_id();
            let took = self.server.clock.monotonic() - began;
            tracing::info!(session = %client.id, message = queue_id, verdict,
                micros = took.as_micros(), "message judged");
        }
        Ok(())
    }

    /// The filter's answer, with the changes before it.
    async fn judge_message(
        &mut self,
        envelope: Envelope,
        draft: Draft,
        standing: Verdict,
    ) -> Result<(Response, String), Broken> {
        let before = (envelope.clone(), draft.clone());
        let (mut envelope, mut draft) = (envelope, draft);
        let ruling = self.ask_about(&mut envelope, &mut draft).await?;
        let mut verdict = standing;
        merge(&mut verdict, ruling.verdict, Trust::StricterOnly);
        let shown = describe(&verdict);
        let held = match verdict {
            Verdict::Reject(reply) | Verdict::Defer(reply) => {
                return Ok((refusal(&reply), shown));
            }
            Verdict::Discard => return Ok((Response::Discard, shown)),
            Verdict::Next | Verdict::Accept => None,
            Verdict::Hold(why) => Some(why),
            Verdict::Quarantine(why) => match self.server.config.quarantine {
                Quarantine::Hold => Some(why),
                Quarantine::Mark => {
                    mark(&mut draft, &why);
                    None
                }
            },
        };
        let body = if Arc::ptr_eq(&before.1.body, &draft.body) {
            Vec::new()
        } else {
            new_body(&draft).await?
        };
        let after = (&envelope, &draft);
        let mut changes = self.changes((&before.0, &before.1), after, body);
        if let Some(why) = held {
            let change = Change::Quarantine(why.into());
            if !self.can(&change) {
                let reply = Reply::own(451, (4, 3, 0), "the message cannot be held here");
                return Ok((refusal(&reply), shown));
            }
            changes.push(change);
        }
        for change in changes {
            Response::Change(change).put(&mut self.output);
        }
        Ok((Response::Continue, shown))
    }

    /// Asks the filter; while it thinks, the mail server is told that it does.
    async fn ask_about(
        &mut self,
        envelope: &mut Envelope,
        draft: &mut Draft,
    ) -> Result<Ruling, Broken> {
        let Some(client) = &mut self.client else {
            return Err(Broken::Order('E'));
        };
        let mut progress = BytesMut::new();
        Response::Progress.put(&mut progress);
        let mut judged = client.session.message(envelope, draft);
        loop {
            match timeout(self.server.config.progress(), &mut judged).await {
                Ok(ruling) => return Ok(ruling),
                Err(_) => self.stream.write_all(&progress).await?,
            }
        }
    }

    /// What makes the one message into the other, as far as that was negotiated.
    fn changes(
        &self,
        before: (&Envelope, &Draft),
        after: (&Envelope, &Draft),
        body: Vec<Change>,
    ) -> Vec<Change> {
        let steps = self.terms.map_or(Steps::default(), |(_, steps)| steps);
        let leading_space = steps.contains(Steps::LEADING_SPACE);
        let mut changes = header_changes(&before.1.header, &after.1.header, leading_space);
        changes.extend(envelope_changes(before.0, after.0));
        changes.extend(body);
        let asked = changes.len();
        changes.retain(|change| self.can(change));
        if changes.len() < asked {
            let lost = asked - changes.len();
            tracing::warn!(
                lost,
                "changes that this mail server does not offer were not made"
            );
        }
        changes
    }

    fn can(&self, change: &Change) -> bool {
        self.terms
            .is_some_and(|(actions, _)| actions.contains(change.needs()))
    }
}

/// Marks a message as unwanted, for whoever delivers it.
fn mark(draft: &mut Draft, why: &str) {
    for (name, value) in [("X-Spam-Flag", "YES"), ("X-Waxseal-Quarantine", why)] {
        let edit = HeaderEdit::Add {
            name: name.to_owned(),
            value: value.as_bytes().to_vec(),
        };
        if let Err(error) = draft.header.apply(&edit) {
            tracing::warn!(%error, "a message could not be marked");
        }
    }
}

/// The whole body in parts.
async fn new_body(draft: &Draft) -> io::Result<Vec<Change>> {
    let body = draft.body.clone();
    let read = tokio::task::spawn_blocking(move || read_range(&*body, 0, body.octets())).await;
    let mut octets = read.map_err(io::Error::other)??;
    let mut parts = Vec::new();
    loop {
        let part = octets.split_to(octets.len().min(CHUNK_OCTETS_MAX));
        parts.push(Change::ReplaceBody(part));
        if octets.is_empty() {
            return Ok(parts);
        }
    }
}
