//! Calendar dates of the catalog, which may lack a day or a month.

use std::fmt;

use serde::Deserialize;

/// `2002`, `2002-07` or `2002-07-14`; ordered as text, so a year comes before its months.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Date(String);

impl Date {
    /// Parses a date of one to three parts; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let digits = |part: &str, length: usize| {
            (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<u32>().ok())
                .flatten()
        };
        let mut numbers = Vec::with_capacity(3);
        for (at, part) in parts.iter().enumerate() {
            numbers.push(digits(part, if at == 0 { 4 } else { 2 })?);
        }
        let month_ok = numbers.get(1).is_none_or(|month| (1..=12).contains(month));
        let day_ok = numbers.get(2).is_none_or(|day| (1..=31).contains(day));
        (numbers.len() <= 3 && month_ok && day_ok).then(|| Self(text.to_owned()))
    }

    /// 1 January 1970, the date of a catalog without dates.
    pub fn epoch() -> Self {
        Self("1970-01-01".to_owned())
    }

    /// The date that lies `days` after 1 January 1970; `None` outside the years 0 to 9999.
    pub fn from_day(days: i64) -> Option<Self> {
        let days = days + Self::epoch().day_number();
        let year = (0..10_000)
            .rev()
            .find(|year| Self::parts(*year, 1, 1).day_number() <= days)?;
        let month = (1..=12)
            .rev()
            .find(|m| Self::parts(year, *m, 1).day_number() <= days)?;
        let day = days - Self::parts(year, month, 1).day_number() + 1;
        Some(Self::parts(year, month, day))
    }

    fn parts(year: i64, month: i64, day: i64) -> Self {
        Self(format!("{year:04}-{month:02}-{day:02}"))
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The year.
    pub fn year(&self) -> i64 {
        self.part(0, 0)
    }

    /// Whole days from `self` to `later`; missing parts count as the first month or day.
    pub fn days_until(&self, later: &Self) -> i64 {
        later.day_number() - self.day_number()
    }

    fn part(&self, at: usize, missing: i64) -> i64 {
        self.0
            .split('-')
            .nth(at)
            .and_then(|part| part.parse().ok())
            .unwrap_or(missing)
    }

    /// Days since 0000-03-01 in the proleptic Gregorian calendar.
    fn day_number(&self) -> i64 {
        let (year, month, day) = (self.part(0, 0), self.part(1, 1), self.part(2, 1));
        let year = if month <= 2 { year - 1 } else { year };
        let shifted = (month + 9) % 12;
        365 * year + year / 4 - year / 100 + year / 400 + (153 * shifted + 2) / 5 + day - 1
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("\"{text}\" is not a date"))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_may_be_missing_but_not_wrong() {
        for good in ["2002", "2002-07", "2002-07-14"] {
            assert!(Date::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "02",
            "2002-7",
            "2002-13",
            "2002-01-32",
            "2002-01-01-01",
            "2002-0a",
        ] {
            assert!(Date::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn days_become_dates() {
        let date = |days| Date::from_day(days).unwrap().to_string();
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(20_780), "2026-11-23");
    }

    #[test]
    fn ages_are_counted_in_days() {
        let days = |from: &str, to: &str| {
            Date::parse(from)
                .unwrap()
                .days_until(&Date::parse(to).unwrap())
        };
        assert_eq!(days("2024-02-28", "2024-03-01"), 2);
        assert_eq!(days("2023-03-01", "2024-03-01"), 366);
        assert_eq!(days("2026-11-23", "2026-11-22"), -1);
    }
}
