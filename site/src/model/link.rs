//! `links.lock.toml`: what became of links that lead elsewhere, written by `links --record`.

use serde::Deserialize;

use crate::date::Date;

/// Days between two failed visits after which a link counts as dead.
const DEAD_DAYS: i64 = 7;

/// What the last visit to one address found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkCheck {
    /// The address.
    pub url: String,
    /// Day of the last visit.
    pub checked: Date,
    /// What came: an HTTP status, or a word for what went wrong.
    pub status: String,
    /// Day of the first of the failed visits in a row; absent while the link works.
    pub dead_since: Option<Date>,
    /// A copy in an archive, for links that will not come back.
    pub archive: Option<String>,
}

impl LinkCheck {
    /// Whether it failed twice, a week or more apart.
    pub fn is_dead(&self) -> bool {
        let since = self.dead_since.as_ref();
        since.is_some_and(|since| since.days_until(&self.checked) >= DEAD_DAYS)
    }

    /// The entry after a visit on `day` that ended with `status`.
    #[must_use]
    pub fn visited(self, day: &Date, status: &str) -> Self {
        let dead_since = if is_good(status) {
            None
        } else {
            self.dead_since.or_else(|| Some(day.clone()))
        };
        Self {
            checked: day.clone(),
            status: status.to_owned(),
            dead_since,
            ..self
        }
    }
}

/// Whether a status says that the page is there: 2xx, and 3xx for those that only move.
fn is_good(status: &str) -> bool {
    let number: Option<u16> = status.parse().ok();
    number.is_some_and(|number| (200..400).contains(&number))
}

/// A `links.lock.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinksFile {
    /// The entries, in order of address.
    #[serde(default)]
    pub link: Vec<LinkCheck>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_is_not_death() {
        let day = |text| Date::parse(text).unwrap();
        let fresh = LinkCheck {
            url: "https://example.org/".to_owned(),
            checked: day("2026-11-01"),
            status: "200".to_owned(),
            dead_since: None,
            archive: None,
        };
        let once = fresh.visited(&day("2026-11-08"), "404");
        assert!(!once.is_dead());
        let soon = once.visited(&day("2026-11-14"), "timeout");
        assert!(!soon.is_dead());
        let later = soon.visited(&day("2026-11-15"), "404");
        assert!(later.is_dead());
        assert!(!later.visited(&day("2026-11-16"), "301").is_dead());
    }
}
