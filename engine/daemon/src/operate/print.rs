//! Answers as tables for people.

use crate::terminal::printable;
use waxseal_admin::{Answer, LogLineView, QueuedView, TraceView};

/// Characters of one cell; longer ones are shown whole but do not widen their column.
const COLUMN_CHARS_MAX: usize = 60;

/// The answer as text; empty lists say so.
pub(super) fn table(answer: &Answer) -> String {
    match answer {
        Answer::Done { message } => format!("{message}\n"),
        Answer::Domains { domains } => {
            let rows = domains.iter().map(|domain| {
                let count = |n: Option<usize>| n.map_or_else(String::new, |n| n.to_string());
                vec![
                    domain.name.clone(),
                    domain.catch_all.clone().unwrap_or_else(|| "-".to_owned()),
                    count(domain.accounts),
                    count(domain.aliases),
                ]
            });
            columns(
                &["DOMAIN", "CATCH-ALL", "ACCOUNTS", "ALIASES"],
                rows.collect(),
            )
        }
        Answer::Accounts { accounts } => {
            let rows = accounts.iter().map(|account| vec![account.address.clone()]);
            columns(&["ACCOUNT"], rows.collect())
        }
        Answer::Aliases { aliases } => {
            let rows = aliases
                .iter()
                .map(|alias| vec![alias.address.clone(), alias.targets.join(", ")]);
            columns(&["ALIAS", "TARGETS"], rows.collect())
        }
        Answer::Queue { messages } => queue(messages),
        Answer::Queued { message } => queued(message),
        Answer::QueuedOctets { octets } => format!("{octets}\n"),
        Answer::PluginLog { lines, .. } => {
            let line = |line: &LogLineView| {
                let text = printable(&line.text);
                format!("{} {:5} {text}\n", line.at, line.level)
            };
            lines.iter().map(line).collect()
        }
        Answer::Recording { recording } => match recording {
            None => "no recording runs\n".to_owned(),
            Some(recording) => format!(
                "{}: {} messages, {} octets\n",
                recording.folder, recording.messages, recording.bytes
            ),
        },
        Answer::Trace { id, events } => trace(id, events),
        Answer::Plugins { plugins } => {
            let rows = plugins.iter().map(|plugin| {
                vec![
                    plugin.name.clone(),
                    plugin.version.clone(),
                    plugin.role.clone(),
                ]
            });
            columns(&["PLUGIN", "VERSION", "ROLE"], rows.collect())
        }
    }
}

fn queue(messages: &[QueuedView]) -> String {
    let rows = messages.iter().map(|message| {
        let open = message.recipients.iter().filter(|recipient| recipient.open);
        let to: Vec<_> = open.map(|recipient| recipient.address.as_str()).collect();
        vec![
            message.id.clone(),
            message.received.clone(),
            message.octets.to_string(),
            message.attempts.to_string(),
            state(message),
            format!("<{}>", message.sender),
            to.join(", "),
        ]
    });
    let titles = ["ID", "RECEIVED", "OCTETS", "ATTEMPTS", "NEXT", "FROM", "TO"];
    columns(&titles, rows.collect())
}

fn queued(message: &QueuedView) -> String {
    let mut text = format!(
        "{}  from <{}>, {} octets, received {}, {} attempts, {}\n",
        message.id,
        message.sender,
        message.octets,
        message.received,
        message.attempts,
        state(message)
    );
    let rows = message.recipients.iter().map(|recipient| {
        let state = if recipient.open { "open" } else { "done" };
        vec![
            recipient.address.clone(),
            state.to_owned(),
            recipient.last_reply.clone().unwrap_or_default(),
        ]
    });
    text.push_str(&columns(
        &["RECIPIENT", "STATE", "LAST REPLY"],
        rows.collect(),
    ));
    text
}

fn state(message: &QueuedView) -> String {
    match &message.hold {
        Some(reason) => format!("held: {reason}"),
        None => message.due.clone(),
    }
}

fn trace(id: &str, events: &[TraceView]) -> String {
    let rows = events.iter().map(|event| {
        let micros = event.micros.map_or_else(String::new, |n| n.to_string());
        vec![
            event.at.clone(),
            event.stage.clone(),
            event.actor.clone(),
            micros,
            event.outcome.clone(),
        ]
    });
    let titles = ["TIME", "STAGE", "ACTOR", "µs", "OUTCOME"];
    format!("message {id}\n{}", columns(&titles, rows.collect()))
}

/// Rows under titles, each column as wide as it must be, no blanks at line ends.
fn columns(titles: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return "none\n".to_owned();
    }
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    let widths: Vec<usize> = titles
        .iter()
        .enumerate()
        .map(|(column, title)| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
            widest.min(COLUMN_CHARS_MAX).max(title.chars().count())
        })
        .collect();
    let mut text = String::new();
    for row in std::iter::once(&titles).chain(&rows) {
        let cells = row.iter().zip(&widths);
        let line: String = cells
            .map(|(cell, width)| format!("{:width$}  ", printable(cell)))
            .collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use waxseal_admin::{AccountView, RecipientView};

    #[track_caller]
    fn check(answer: &Answer, expected: Expect) {
        expected.assert_eq(&table(answer));
    }

    fn event(stage: &str, actor: &str, outcome: &str, micros: Option<u64>) -> TraceView {
        TraceView {
            at: "2026-11-24T05:29:34Z".to_owned(),
            stage: stage.to_owned(),
            actor: actor.to_owned(),
            outcome: outcome.to_owned(),
            micros,
        }
    }

    #[test]
    fn a_story_is_a_table() {
        let events = vec![
            event("connect", "intake", "192.0.2.1:4000", None),
            event(
                "message",
                "rules 0.1.0",
                "quarantine: a\u{1b}[31m trap",
                Some(412),
            ),
        ];
        let id = "m0000000000001".to_owned();
        check(
            &Answer::Trace { id, events },
            expect![[r"
                message m0000000000001
                TIME                  STAGE    ACTOR        µs   OUTCOME
                2026-11-24T05:29:34Z  connect  intake            192.0.2.1:4000
                2026-11-24T05:29:34Z  message  rules 0.1.0  412  quarantine: a [31m trap
            "]],
        );
    }

    #[test]
    fn one_queued_message_is_shown_whole() {
        let message = QueuedView {
            id: "m0000000000001".to_owned(),
            sender: String::new(),
            recipients: vec![RecipientView {
                address: "a@elsewhere.test".to_owned(),
                open: true,
                last_reply: Some("450 4.3.2 held".to_owned()),
            }],
            octets: 5_000,
            received: "2026-11-24T05:29:34Z".to_owned(),
            due: "2026-11-24T05:34:34Z".to_owned(),
            attempts: 1,
            hold: None,
        };
        check(
            &Answer::Queued { message },
            expect![[r"
                m0000000000001  from <>, 5000 octets, received 2026-11-24T05:29:34Z, 1 attempts, 2026-11-24T05:34:34Z
                RECIPIENT         STATE  LAST REPLY
                a@elsewhere.test  open   450 4.3.2 held
            "]],
        );
    }

    #[test]
    fn empty_lists_say_so() {
        check(&Answer::Queue { messages: vec![] }, expect![["none\n"]]);
        let accounts = vec![AccountView {
            address: "a@b.test".to_owned(),
        }];
        check(
            &Answer::Accounts { accounts },
            expect![["ACCOUNT\na@b.test\n"]],
        );
    }
}
