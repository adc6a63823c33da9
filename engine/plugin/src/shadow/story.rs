//! What shadows said of the session and of the message under way, until it is known that the message
//! has a story of its own.

use crate::stage::Stage;
use waxseal_ports::trace::TraceEvent;

/// Lines that are kept of a session, and of a message.
const LINES_MAX: usize = 200;

/// The lines so far.
#[derive(Default)]
pub(super) struct Story {
    session: Vec<TraceEvent>,
    message: Vec<TraceEvent>,
    transaction: u64,
}

impl Story {
    /// Adds a line. Those of a former transaction go.
    pub(super) fn tell(&mut self, stage: Stage, transaction: u64, line: TraceEvent) {
        let lines = if matches!(stage, Stage::Connect | Stage::Helo | Stage::Auth) {
            &mut self.session
        } else {
            if self.transaction != transaction {
                self.message.clear();
                self.transaction = transaction;
            }
            &mut self.message
        };
        if lines.len() < LINES_MAX {
            lines.push(line);
        }
    }

    /// The lines of the session and of the message of that transaction.
    pub(super) fn of(&mut self, transaction: u64) -> Vec<TraceEvent> {
        let mut lines = self.session.clone();
        if self.transaction == transaction {
            lines.append(&mut self.message);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_mail::Timestamp;

    #[test]
    fn lines_belong_to_one_message() {
        let line = |outcome: &str| TraceEvent {
            at: Timestamp::utc(0),
            stage: String::new(),
            actor: String::new(),
            outcome: outcome.to_owned(),
            micros: None,
        };
        let mut story = Story::default();
        let told = |story: &mut Story, transaction| {
            let lines = story.of(transaction).into_iter();
            lines.map(|line| line.outcome).collect::<Vec<_>>()
        };
        story.tell(Stage::Helo, 0, line("helo"));
        story.tell(Stage::Mail, 1, line("given up"));
        story.tell(Stage::Rcpt, 2, line("second"));
        assert_eq!(told(&mut story, 2), ["helo", "second"]);
        assert_eq!(told(&mut story, 2), ["helo"], "once");
        story.tell(Stage::Mail, 3, line("third"));
        assert_eq!(told(&mut story, 4), ["helo"], "of another message");
        for _ in 0..2 * LINES_MAX {
            story.tell(Stage::Rcpt, 5, line("many"));
        }
        assert_eq!(told(&mut story, 5).len(), LINES_MAX + 1);
    }
}
