//! What happened to a message before it was accepted, for `waxseal message trace`.

use waxseal_mail::Timestamp;
use waxseal_ports::trace::TraceEvent;

/// Events of one message that intake keeps; a transaction of a thousand recipients is summed up.
const EVENTS_MAX: usize = 64;

/// Events in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Story {
    events: Vec<TraceEvent>,
    left_out: usize,
}

impl Story {
    /// Something this room did.
    pub(crate) fn tell(
        &mut self,
        at: Timestamp,
        stage: &str,
        outcome: String,
        micros: Option<u64>,
    ) {
        if self.has_room() {
            self.events.push(TraceEvent {
                at,
                stage: stage.to_owned(),
                actor: "intake".to_owned(),
                outcome,
                micros,
            });
        }
    }

    /// What others did.
    pub(crate) fn extend(&mut self, events: Vec<TraceEvent>) {
        for event in events {
            if self.has_room() {
                self.events.push(event);
            }
        }
    }

    fn has_room(&mut self) -> bool {
        let room = self.events.len() < EVENTS_MAX;
        self.left_out += usize::from(!room);
        room
    }

    /// All events, ending with the commit that is about to happen.
    pub(crate) fn end(mut self, at: Timestamp, outcome: String) -> Vec<TraceEvent> {
        if self.left_out > 0 {
            let left_out = format!("{} more events left out", self.left_out);
            self.events.truncate(EVENTS_MAX - 1);
            self.events.push(TraceEvent {
                at,
                stage: "message".to_owned(),
                actor: "intake".to_owned(),
                outcome: left_out,
                micros: None,
            });
        }
        self.events.push(TraceEvent {
            at,
            stage: "commit".to_owned(),
            actor: "intake".to_owned(),
            outcome,
            micros: None,
        });
        self.events
    }
}
