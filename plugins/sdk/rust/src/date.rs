//! Dates, all in UTC; the clock's times count from 1970-01-01T00:00:00Z.

use std::time::Duration;

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A moment in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// The year.
    pub year: u64,
    /// The month, from 1.
    pub month: u64,
    /// The day, from 1.
    pub day: u64,
    /// Seconds of the day.
    pub seconds: u64,
    weekday: &'static str,
}

impl Date {
    /// The date at a time.
    #[must_use]
    pub fn at(time: Duration) -> Self {
        let (days, seconds) = (time.as_secs() / 86_400, time.as_secs() % 86_400);
        // Days from 0000-03-01, so that leap days stand at the end of a year; by eras of 400 years.
        let shifted = days + 719_468;
        let (era, of_era) = (shifted / 146_097, shifted % 146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let weekday = DAYS
            .iter()
            .cycle()
            .nth(usize::try_from(days % 7).unwrap_or(0));
        Self {
            year: year + era * 400 + u64::from(month <= 2),
            month,
            day,
            seconds,
            weekday: weekday.copied().unwrap_or_default(),
        }
    }

    /// As in the field Date (RFC 5322, section 3.3): `Thu, 1 Jan 2026 00:00:00 +0000`.
    #[must_use]
    pub fn to_rfc5322(self) -> String {
        let month = usize::try_from(self.month - 1)
            .ok()
            .and_then(|month| MONTHS.get(month));
        let month = month.copied().unwrap_or_default();
        let (hour, minute, second) = self.time();
        let (weekday, day, year) = (self.weekday, self.day, self.year);
        format!("{weekday}, {day} {month} {year} {hour:02}:{minute:02}:{second:02} +0000")
    }

    /// The day alone (RFC 3339): `2026-01-01`.
    #[must_use]
    pub fn to_day(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// Without separators (ISO 8601): `20260101T000000Z`.
    #[must_use]
    pub fn to_basic(self) -> String {
        let (hour, minute, second) = self.time();
        let (year, month, day) = (self.year, self.month, self.day);
        format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }

    const fn time(self) -> (u64, u64, u64) {
        (
            self.seconds / 3600,
            self.seconds / 60 % 60,
            self.seconds % 60,
        )
    }
}

/// When a day such as `2026-12-24` begins.
#[must_use]
pub fn parse_day(text: &str) -> Option<Duration> {
    let mut fields = text.splitn(3, '-').map(|field| {
        let digits = field.bytes().all(|byte| byte.is_ascii_digit());
        field.parse::<u64>().ok().filter(|_| digits)
    });
    let (year, month, day) = (fields.next()??, fields.next()??, fields.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let years = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (years / 400, years % 400);
    let month_from_march = (month + 9) % 12;
    let of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    let time = Duration::from_secs(days.checked_sub(719_468)? * 86_400);
    // A day past the end of its month is another day.
    (Date::at(time).day == day).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seconds: u64, expected: &str) {
        let date = Date::at(Duration::from_secs(seconds));
        assert_eq!(date.to_rfc5322(), expected);
        let day = parse_day(&date.to_day()).unwrap();
        assert_eq!(day.as_secs(), seconds - seconds % 86_400);
    }

    #[test]
    fn dates_are_written() {
        check(0, "Thu, 1 Jan 1970 00:00:00 +0000");
        check(951_782_399, "Mon, 28 Feb 2000 23:59:59 +0000");
        check(951_868_799, "Tue, 29 Feb 2000 23:59:59 +0000");
        check(1_767_225_600, "Thu, 1 Jan 2026 00:00:00 +0000");
        check(4_107_542_399, "Sun, 28 Feb 2100 23:59:59 +0000");
        check(4_107_542_400, "Mon, 1 Mar 2100 00:00:00 +0000");
        let basic = Date::at(Duration::from_secs(1_767_229_384)).to_basic();
        assert_eq!(basic, "20260101T010304Z");
    }

    #[test]
    fn days_are_read() {
        let day = parse_day("2026-12-24").unwrap();
        assert_eq!(Date::at(day).to_day(), "2026-12-24");
        for bad in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-1",
            "26-01-01",
            "2026-04-31",
            "a-b-c",
        ] {
            assert_eq!(parse_day(bad), None, "{bad}");
        }
    }
}
