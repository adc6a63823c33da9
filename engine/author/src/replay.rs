//! A plugin, or two versions of it, over mail that came in before.

use crate::bed::Bed;
use crate::component::Subject;
use crate::drive::{self, Script};
use crate::source::{Replayed, Source};
use crate::{AuthorError, world};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use toml::Table;
use waxseal_plugin::Metering;
use waxseal_ports::filter::{describe, label};
use waxseal_ports::memory::FakeClock;

/// Messages that cannot be read before a replay gives up.
const UNREADABLE_MAX: usize = 1_000;

/// One version of a plugin, loaded.
pub struct Judge(Bed);

/// What a plugin made of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The verdict's name.
    pub verdict: &'static str,
    /// The verdict with its reply or reason, and what was changed: one text to compare.
    pub detail: String,
    /// Whether a call failed.
    pub failed: bool,
}

impl Judge {
    /// Loads a component with settings as `[[plugin]]`. Names and URLs lead nowhere: a replay must not
    /// tell the world about old mail.
    ///
    /// # Errors
    /// [`AuthorError::Wrong`] where a server would refuse it, or where it judges no mail.
    pub async fn load(subject: &Subject, table: Table) -> Result<Self, AuthorError> {
        subject.must_judge()?;
        let reach = world::Reach::nowhere(Arc::new(FakeClock::default()));
        let config = subject.configured(table)?;
        Ok(Self(
            Bed::start(subject, config, &reach, Metering::Fuel).await?,
        ))
    }

    /// Runs the session of one message.
    pub async fn judge(&self, replayed: &Replayed) -> Judged {
        let Bed { host, witness, .. } = &self.0;
        witness.take();
        let info = replayed.session.clone();
        let mut script = Script::plain(info, &replayed.helo, &replayed.mail);
        let user = replayed.user.as_deref();
        script.login = user.map(|user| (user, "PLAIN", true));
        let verdict = drive::session(host, &script).await.verdict;
        let seen = witness.take();
        let mut detail = describe(&verdict);
        for edit in &seen.edits {
            detail.push_str(&format!("; {edit}"));
        }
        for (symbol, points) in &seen.scores {
            detail.push_str(&format!("; {symbol} {points:+}"));
        }
        for failure in &seen.failures {
            detail.push_str(&format!("; failed: {}", failure.text));
        }
        Judged {
            verdict: label(&verdict),
            detail,
            failed: !seen.failures.is_empty(),
        }
    }
}

/// What came of a replay.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Replay {
    /// Messages judged.
    pub messages: u64,
    /// Messages that could not be read, at most 1,000, with the reason.
    pub unreadable: Vec<String>,
    /// How many messages got which verdict from the first version and, after a space, the second.
    pub verdicts: BTreeMap<String, u64>,
    /// Messages at which a call failed.
    pub failed: u64,
    /// Messages that the two versions judge differently.
    pub different: u64,
    /// Whether two versions were compared.
    pub compared: bool,
}

/// Hears of each message: what the first version says, what the second says where there is one, and
/// how much of the source was read, of how much.
pub type Hear<'a> = dyn FnMut(&Replayed, &Judged, Option<&Judged>, (u64, u64)) + 'a;

/// Judges all messages of `source`; `tell` gets each message with what the first version says and,
/// where there is a second one, what that says.
///
/// # Errors
/// [`AuthorError`] where over 1,000 messages cannot be read.
pub async fn replay(
    source: &mut dyn Source,
    first: &Judge,
    second: Option<&Judge>,
    tell: &mut Hear<'_>,
) -> Result<Replay, AuthorError> {
    let mut came = Replay {
        compared: second.is_some(),
        ..Replay::default()
    };
    while let Some(next) = source.next().await {
        let replayed = match next {
            Ok(replayed) => replayed,
            Err(error) if came.unreadable.len() < UNREADABLE_MAX => {
                came.unreadable.push(error.to_string());
                continue;
            }
            Err(error) => return Err(error),
        };
        let one = first.judge(&replayed).await;
        let two = match second {
            Some(judge) => Some(judge.judge(&replayed).await),
            None => None,
        };
        came.messages += 1;
        came.failed += u64::from(one.failed || two.as_ref().is_some_and(|two| two.failed));
        came.different += u64::from(two.as_ref().is_some_and(|two| *two != one));
        let verdicts = match &two {
            Some(two) => format!("{} {}", one.verdict, two.verdict),
            None => one.verdict.to_owned(),
        };
        *came.verdicts.entry(verdicts).or_default() += 1;
        let progress = (source.done(), source.total());
        tell(&replayed, &one, two.as_ref(), progress);
    }
    Ok(came)
}

impl Replay {
    /// Whether nothing failed, and the two versions, if there were two, agree.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.failed == 0 && self.different == 0 && self.unreadable.is_empty()
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} messages", self.messages)?;
        for (verdicts, number) in &self.verdicts {
            let shown = match verdicts.split_once(' ') {
                Some((one, two)) if one == two => format!("both {one}"),
                Some((one, two)) => format!("{one} became {two}"),
                None => verdicts.clone(),
            };
            writeln!(f, "  {number:>8}  {shown}")?;
        }
        if self.compared {
            writeln!(f, "  {:>8}  judged differently", self.different)?;
        }
        if self.failed > 0 {
            writeln!(f, "  {:>8}  with a failed call", self.failed)?;
        }
        for reason in &self.unreadable {
            writeln!(f, "  not read: {reason}")?;
        }
        Ok(())
    }
}
