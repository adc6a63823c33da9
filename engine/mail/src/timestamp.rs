//! Points in wall-clock time, as the store keeps them.

use time::{OffsetDateTime, UtcOffset};

/// Seconds since 1970-01-01T00:00:00Z, and the zone offset that was in force.
///
/// The IMAP internal date keeps its zone (RFC 9051 §2.3.3); trace fields print it (RFC 5322 §3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp {
    /// Seconds since the Unix epoch; negative before it.
    pub unix_secs: i64,
    /// Offset east of UTC in minutes, -1439 to 1439.
    pub offset_minutes: i16,
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl Timestamp {
    /// A moment in UTC.
    #[must_use]
    pub const fn utc(unix_secs: i64) -> Self {
        Self {
            unix_secs,
            offset_minutes: 0,
        }
    }

    /// As broken-down local time. Moments outside years -9999 to 9999 become the epoch.
    #[must_use]
    pub fn local(self) -> OffsetDateTime {
        let moment = OffsetDateTime::from_unix_timestamp(self.unix_secs)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let seconds = i32::from(self.offset_minutes) * 60;
        UtcOffset::from_whole_seconds(seconds)
            .ok()
            .and_then(|offset| moment.checked_to_offset(offset))
            .unwrap_or(moment)
    }

    /// As a `date-time` of RFC 5322 §3.3: `Tue, 24 Nov 2026 05:29:34 +0000`.
    #[must_use]
    pub fn rfc5322(self) -> String {
        let local = self.local();
        let day = DAYS[usize::from(local.weekday().number_days_from_monday())];
        format!(
            "{day}, {} {} {:04} {:02}:{:02}:{:02} {}",
            local.day(),
            month_name(local),
            local.year(),
            local.hour(),
            local.minute(),
            local.second(),
            self.zone(),
        )
    }

    /// As an IMAP `date-time` without its quotes (RFC 9051 §9): `24-Nov-2026 05:29:34 +0000`.
    #[must_use]
    pub fn imap(self) -> String {
        let local = self.local();
        format!(
            "{:>2}-{}-{:04} {:02}:{:02}:{:02} {}",
            local.day(),
            month_name(local),
            local.year(),
            local.hour(),
            local.minute(),
            local.second(),
            self.zone(),
        )
    }

    /// As `date-time` of RFC 3339 in UTC: `2026-11-24T05:29:34Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let utc = Self::utc(self.unix_secs).local();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            utc.year(),
            u8::from(utc.month()),
            utc.day(),
            utc.hour(),
            utc.minute(),
            utc.second()
        )
    }

    fn zone(self) -> String {
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let minutes = self.offset_minutes.unsigned_abs();
        format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
    }
}

fn month_name(moment: OffsetDateTime) -> &'static str {
    MONTHS[usize::from(u8::from(moment.month()) - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_in_all_three_forms() {
        let moment = Timestamp {
            unix_secs: 1_795_498_174,
            offset_minutes: -210,
        };
        assert_eq!(moment.rfc5322(), "Tue, 24 Nov 2026 01:59:34 -0330");
        assert_eq!(moment.imap(), "24-Nov-2026 01:59:34 -0330");
        assert_eq!(moment.rfc3339(), "2026-11-24T05:29:34Z");
        assert_eq!(Timestamp::utc(0).imap(), " 1-Jan-1970 00:00:00 +0000");
    }
}
