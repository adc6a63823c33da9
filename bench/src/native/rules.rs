//! The plugin `rules`, natively.

use super::Judge;
use super::facts::{Known, MessageFacts};
use anyhow::{Result, anyhow};
use rules::judge::judge;
use rules::rule::{At, HeaderAction, Reply, Rule, Verdict as Says};
use waxseal_mail::{HeaderEdit, Reply as MailReply};
use waxseal_mime::{Limits, Parser};
use waxseal_ports::Draft;
use waxseal_ports::filter::{Ruling, Verdict};

/// Rules and what they read messages with.
pub(crate) struct NativeRules {
    rules: Vec<Rule>,
    parser: Parser,
}

impl NativeRules {
    /// Reads rules as the plugin does; all must be judged at the message.
    pub(crate) fn new(settings: &toml::Table) -> Result<Self> {
        let rules = rules::parse::rules(&serde_json::to_string(settings)?);
        let rules = rules.map_err(|problem| anyhow!("{problem}"))?;
        let late = rules.iter().all(|rule| rule.at == At::Message);
        anyhow::ensure!(late, "a benched rule is judged before the message");
        Ok(Self {
            rules,
            parser: Parser::new(Limits::default()),
        })
    }
}

impl Judge for NativeRules {
    fn judge(&self, known: &Known, draft: &mut Draft) -> Ruling {
        let facts = MessageFacts::new(known, draft, &self.parser);
        let judgement = judge(&self.rules, At::Message, &facts);
        let verdict = judgement.verdict.map_or(Verdict::Next, verdict);
        for action in judgement.headers {
            // The names and values are those of the rules, which were checked.
            let applied = draft.header.apply(&edit(action));
            debug_assert!(applied.is_ok(), "{applied:?}");
        }
        Ruling {
            verdict,
            tags: judgement.tags,
            ..Ruling::next()
        }
    }
}

fn verdict(said: Says) -> Verdict {
    let reply = |reply: Reply| {
        let class = if reply.code < 500 { 4 } else { 5 };
        MailReply::own(reply.code, (class, 7, 1), reply.text)
    };
    match said {
        Says::Accept => Verdict::Accept,
        Says::Reject(with) => Verdict::Reject(reply(with)),
        Says::Tempfail(with) => Verdict::Defer(reply(with)),
        Says::Discard => Verdict::Discard,
        Says::Quarantine(why) => Verdict::Quarantine(why),
        Says::Hold(why) => Verdict::Hold(why),
    }
}

fn edit(action: HeaderAction) -> HeaderEdit {
    match action {
        HeaderAction::Add(name, value) => HeaderEdit::Add {
            name,
            value: value.into(),
        },
        HeaderAction::Insert(name, value) => HeaderEdit::Insert {
            index: 0,
            name,
            value: value.into(),
        },
        HeaderAction::Replace(name, value) => HeaderEdit::Replace {
            name,
            occurrence: 0,
            value: value.into(),
        },
        HeaderAction::Remove(name) => HeaderEdit::Remove { name },
    }
}
