//! Counts in the key-value store.
//!
//! A token has one number for each scope and period: 32,768 times the wanted messages it was seen in
//! plus the unwanted ones. Periods are half of the memory long, and the present and the former one
//! count: so what was learned is forgotten by and by, totals and tokens together.

use crate::classify::Counts;
use std::time::Duration;
use waxseal_plugin_sdk::digest::short;
use waxseal_plugin_sdk::{Error, kv};

/// Messages of one kind that are learned in one period of one scope: more would not fit a token's
/// number, and would change nothing.
pub const LEARNED_MAX: u32 = 30_000;
/// What one wanted message adds to a token's number.
const HAM_UNIT: i32 = 32_768;

/// A kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Unwanted.
    Spam,
    /// Wanted.
    Ham,
}

impl Kind {
    const fn letter(self) -> char {
        match self {
            Self::Spam => 's',
            Self::Ham => 'h',
        }
    }

    const fn unit(self) -> i32 {
        match self {
            Self::Spam => 1,
            Self::Ham => HAM_UNIT,
        }
    }
}

/// Whose words, and in which period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    scope: String,
    period: u64,
    keep: Duration,
}

impl Shelf {
    /// The words of an account, or everybody's.
    #[must_use]
    pub fn new(account: Option<&str>, now: Duration, memory: Duration) -> Self {
        let scope = account.map(|account| short(&account.to_lowercase()));
        Self {
            scope: scope.unwrap_or_else(|| "g".to_owned()),
            period: now.as_secs() / (memory.as_secs() / 2).max(1),
            keep: memory,
        }
    }

    /// The same in another period.
    #[must_use]
    pub fn in_period(&self, period: u64) -> Self {
        Self {
            period,
            ..self.clone()
        }
    }

    /// The period.
    #[must_use]
    pub const fn period(&self) -> u64 {
        self.period
    }

    fn token_key(&self, token: &str) -> String {
        format!("{}.{}.{}", self.scope, self.period, short(token))
    }

    fn total_key(&self, kind: Kind) -> String {
        format!("{}.{}.{}", self.scope, self.period, kind.letter())
    }

    fn former(&self) -> Self {
        self.in_period(self.period.wrapping_sub(1))
    }

    /// The messages that were learned.
    ///
    /// # Errors
    /// Those of the store.
    pub fn learned(&self) -> Result<Counts, Error> {
        let former = self.former();
        let keys = [
            self.total_key(Kind::Spam),
            self.total_key(Kind::Ham),
            former.total_key(Kind::Spam),
            former.total_key(Kind::Ham),
        ];
        let values = kv::get_many(&keys)?;
        let number = |index: usize| {
            let value = values.get(index).and_then(Option::as_deref);
            u32::try_from(value.map_or(0, number)).unwrap_or(0)
        };
        Ok(Counts {
            spam: number(0) + number(2),
            ham: number(1) + number(3),
        })
    }

    /// The counts of tokens, in their order.
    ///
    /// # Errors
    /// Those of the store.
    pub fn counts(&self, tokens: &[String]) -> Result<Vec<Counts>, Error> {
        let former = self.former();
        let keys = tokens
            .iter()
            .flat_map(|token| [self.token_key(token), former.token_key(token)]);
        let values = kv::get_many(&keys.collect::<Vec<_>>())?;
        let counts = values.chunks(2).map(|both| {
            let both = both.iter().flatten().map(|value| unpack(number(value)));
            both.fold(Counts::default(), |sum, next| Counts {
                spam: sum.spam + next.spam,
                ham: sum.ham + next.ham,
            })
        });
        Ok(counts.collect())
    }

    /// Learns a message. `false` where enough of its kind were learned in this period.
    ///
    /// # Errors
    /// Those of the store.
    pub fn learn(&self, tokens: &[String], kind: Kind) -> Result<bool, Error> {
        let keep = Some(self.keep);
        let total = kv::incr(&self.total_key(kind), 1, keep)?;
        if u32::try_from(total).unwrap_or(0) > LEARNED_MAX {
            kv::incr(&self.total_key(kind), -1, keep)?;
            return Ok(false);
        }
        let keys: Vec<String> = tokens.iter().map(|token| self.token_key(token)).collect();
        let there = kv::get_many(&keys)?;
        let mut known = Vec::new();
        for (key, value) in keys.into_iter().zip(there) {
            if value.is_some() {
                known.push((key, kind.unit()));
            } else {
                // A new one begins its time, which the batch cannot do.
                kv::incr(&key, kind.unit(), keep)?;
            }
        }
        kv::incr_many(&known)?;
        Ok(true)
    }

    /// Takes back what was learned.
    ///
    /// # Errors
    /// Those of the store.
    pub fn unlearn(&self, tokens: &[String], kind: Kind) -> Result<(), Error> {
        let keys: Vec<String> = tokens.iter().map(|token| self.token_key(token)).collect();
        let total = self.total_key(kind);
        let there = kv::get_many(&keys)?;
        let mut known = Vec::new();
        for (key, value) in keys.into_iter().zip(there) {
            let counts = unpack(value.map_or(0, |value| number(&value)));
            let seen = match kind {
                Kind::Spam => counts.spam,
                Kind::Ham => counts.ham,
            };
            if seen > 0 {
                known.push((key, -kind.unit()));
            }
        }
        kv::incr_many(&known)?;
        if kv::get(&total)?.is_some_and(|value| number(&value) > 0) {
            kv::incr(&total, -1, Some(self.keep))?;
        }
        Ok(())
    }
}

/// What was learned of a message before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// As what.
    pub kind: Kind,
    /// In which period.
    pub period: u64,
}

/// Remembers what an account's message was learned as.
pub struct Memory {
    key: String,
    keep: Duration,
}

impl Memory {
    /// Of the message with this identity (its Message-ID, say).
    #[must_use]
    pub fn of(account: &str, identity: &str, keep: Duration) -> Self {
        let account = short(&account.to_lowercase());
        let key = format!("m.{account}.{}", short(identity));
        Self { key, keep }
    }

    /// What it was learned as.
    ///
    /// # Errors
    /// Those of the store.
    pub fn before(&self) -> Result<Option<Before>, Error> {
        let text = kv::get_text(&self.key)?.unwrap_or_default();
        let kind = match text.get(..1) {
            Some("s") => Kind::Spam,
            Some("h") => Kind::Ham,
            _ => return Ok(None),
        };
        let period = text.get(1..).and_then(|digits| digits.parse().ok());
        Ok(period.map(|period| Before { kind, period }))
    }

    /// Remembers it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn remember(&self, before: Before) -> Result<(), Error> {
        let text = format!("{}{}", before.kind.letter(), before.period);
        Ok(kv::set(&self.key, text, Some(self.keep))?)
    }
}

fn unpack(number: i32) -> Counts {
    let number = u32::try_from(number).unwrap_or(0);
    Counts {
        spam: number % 32_768,
        ham: number / 32_768,
    }
}

fn number(value: &[u8]) -> i32 {
    let text = std::str::from_utf8(value).unwrap_or_default();
    text.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::testing::Server;

    const MEMORY: Duration = Duration::from_secs(1000);

    fn shelf(now: u64) -> Shelf {
        Shelf::new(Some("Alice@example.test"), Duration::from_secs(now), MEMORY)
    }

    fn tokens(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    const fn counts(spam: u32, ham: u32) -> Counts {
        Counts { spam, ham }
    }

    #[test]
    fn what_is_learned_is_counted_and_taken_back() {
        let _server = Server::start();
        let shelf = shelf(0);
        assert!(shelf.learn(&tokens(&["a", "b"]), Kind::Spam).unwrap());
        assert!(shelf.learn(&tokens(&["b", "c"]), Kind::Ham).unwrap());
        assert!(shelf.learn(&tokens(&["b"]), Kind::Ham).unwrap());
        assert_eq!(shelf.learned().unwrap(), counts(1, 2));
        let all = tokens(&["a", "b", "c", "d"]);
        let expected = [counts(1, 0), counts(1, 2), counts(0, 1), counts(0, 0)];
        assert_eq!(shelf.counts(&all).unwrap(), expected);
        shelf
            .unlearn(&tokens(&["a", "b", "d"]), Kind::Spam)
            .unwrap();
        assert_eq!(shelf.learned().unwrap(), counts(0, 2));
        shelf.unlearn(&tokens(&["a"]), Kind::Spam).unwrap();
        assert_eq!(
            shelf.counts(&all[..2]).unwrap(),
            [counts(0, 0), counts(0, 2)]
        );
        assert_eq!(shelf.learned().unwrap(), counts(0, 2));
    }

    #[test]
    fn accounts_do_not_share() {
        let _server = Server::start();
        shelf(0).learn(&tokens(&["a"]), Kind::Spam).unwrap();
        let bob = Shelf::new(Some("bob@example.test"), Duration::ZERO, MEMORY);
        let all = Shelf::new(None, Duration::ZERO, MEMORY);
        assert_eq!(bob.counts(&tokens(&["a"])).unwrap(), [counts(0, 0)]);
        assert_eq!(all.learned().unwrap(), counts(0, 0));
    }

    #[test]
    fn periods_are_forgotten() {
        let server = Server::start();
        let a = tokens(&["a"]);
        shelf(0).learn(&a, Kind::Spam).unwrap();
        shelf(500).learn(&a, Kind::Spam).unwrap();
        assert_eq!(shelf(999).counts(&a).unwrap(), [counts(2, 0)]);
        assert_eq!(shelf(1000).counts(&a).unwrap(), [counts(1, 0)]);
        assert_eq!(shelf(1500).learned().unwrap(), counts(0, 0));
        server.advance(MEMORY);
        assert_eq!(server.kv_keys(), [""; 0]);
    }

    #[test]
    fn there_is_an_end() {
        let _server = Server::start();
        let shelf = shelf(0);
        kv::set(&shelf.total_key(Kind::Ham), LEARNED_MAX.to_string(), None).unwrap();
        assert!(!shelf.learn(&tokens(&["a"]), Kind::Ham).unwrap());
        assert_eq!(shelf.learned().unwrap(), counts(0, LEARNED_MAX));
        assert!(shelf.learn(&tokens(&["a"]), Kind::Spam).unwrap());
        let full = i32::try_from(LEARNED_MAX).unwrap();
        let both = full * HAM_UNIT + full;
        assert_eq!(unpack(both), counts(LEARNED_MAX, LEARNED_MAX));
    }
}
