//! Dates of SEARCH and APPEND (RFC 9051 §9).

use super::cursor::{Cursor, Parsed, SyntaxError};
use waxseal_mail::Timestamp;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A day as days since 1970-01-01.
pub type Day = i64;

/// `date = date-text / DQUOTE date-text DQUOTE`
///
/// # Errors
/// Where there is none.
pub fn date(cursor: &mut Cursor<'_>) -> Parsed<Day> {
    let quoted = cursor.eat(b'"');
    let day = date_text(cursor)?;
    if quoted {
        cursor.expect(b'"', "expected \" after the date")?;
    }
    Ok(day)
}

/// `date-text = date-day "-" date-month "-" date-year`
fn date_text(cursor: &mut Cursor<'_>) -> Parsed<Day> {
    let day = small_number(cursor)?;
    cursor.expect(b'-', "expected - in the date")?;
    let name = cursor.run(|octet| octet.is_ascii_alphabetic());
    let month = month(name).ok_or(SyntaxError("expected a month"))?;
    cursor.expect(b'-', "expected - in the date")?;
    let year = small_number(cursor)?;
    days(year, month, day).ok_or(SyntaxError("there is no such day"))
}

/// `date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE`
///
/// # Errors
/// Where there is none.
pub fn date_time(cursor: &mut Cursor<'_>) -> Parsed<Timestamp> {
    cursor.expect(b'"', "expected a date in quotes")?;
    cursor.eat(b' ');
    let day = date_text(cursor)?;
    cursor.space()?;
    let hour = small_number(cursor)?;
    cursor.expect(b':', "expected : in the time")?;
    let minute = small_number(cursor)?;
    cursor.expect(b':', "expected : in the time")?;
    let second = small_number(cursor)?;
    cursor.space()?;
    let offset_minutes = zone(cursor)?;
    cursor.expect(b'"', "expected \" after the date")?;
    if hour > 23 || minute > 59 || second > 60 {
        return Err(SyntaxError("there is no such time"));
    }
    let local = day * 86_400 + hour * 3_600 + minute * 60 + second;
    Ok(Timestamp {
        unix_secs: local - i64::from(offset_minutes) * 60,
        offset_minutes,
    })
}

/// `zone = ("+" / "-") 4DIGIT`, in minutes east of UTC.
fn zone(cursor: &mut Cursor<'_>) -> Parsed<i16> {
    let west = cursor.eat(b'-');
    if !west {
        cursor.expect(b'+', "expected a zone")?;
    }
    let number = small_number(cursor)?;
    let minutes = i16::try_from(number / 100 * 60 + number % 100).unwrap_or(i16::MAX);
    if minutes > 1_023 || number % 100 > 59 {
        return Err(SyntaxError("there is no such zone"));
    }
    Ok(if west { -minutes } else { minutes })
}

fn small_number(cursor: &mut Cursor<'_>) -> Parsed<i64> {
    let digits = cursor.run(|octet| octet.is_ascii_digit());
    let number = std::str::from_utf8(digits)
        .ok()
        .and_then(|d| d.parse().ok());
    number
        .filter(|_| digits.len() <= 4)
        .ok_or(SyntaxError("expected a number in the date"))
}

/// The number of a month by its name, from 1.
#[must_use]
pub fn month(name: &[u8]) -> Option<i64> {
    let found = MONTHS
        .iter()
        .position(|month| name.eq_ignore_ascii_case(month.as_bytes()))?;
    i64::try_from(found + 1).ok()
}

/// Days since 1970-01-01 of a day in the Gregorian calendar; `None` where there is no such day.
#[must_use]
pub fn days(year: i64, month: i64, day: i64) -> Option<Day> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=month_days).contains(&day) || !(0..=9_999).contains(&year) {
        return None;
    }
    // Years run from March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// The local day of a moment, its zone applied (RFC 9051 §6.4.4: time and zone are disregarded).
#[must_use]
pub fn local_day(moment: Timestamp) -> Day {
    let local = moment.unix_secs + i64::from(moment.offset_minutes) * 60;
    local.div_euclid(86_400)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    #[test]
    fn dates_are_read() {
        let limits = Limits::default();
        let read = |text: &str| date(&mut Cursor::new(text.as_bytes(), &limits));
        assert_eq!(read("1-Jan-1970"), Ok(0));
        assert_eq!(read("\"29-feb-2024\""), Ok(19_782));
        assert_eq!(read("31-Dec-1969"), Ok(-1));
        for bad in [
            "29-Feb-2023",
            "0-Jan-2020",
            "1-Foo-2020",
            "1-Jan",
            "1-Jan-20200",
            "\"1-Jan-2020",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let read = |text: &str| date_time(&mut Cursor::new(text.as_bytes(), &limits));
        for text in [
            "\"24-Nov-2026 01:59:34 -0330\"",
            "\" 1-Jan-1970 00:00:00 +0000\"",
        ] {
            let moment = read(text).unwrap();
            assert_eq!(format!("\"{}\"", moment.imap()), text);
        }
        assert!(read("\"24-Nov-2026 24:59:34 -0330\"").is_err());
        assert!(read("\"24-Nov-2026 01:59:34 -9930\"").is_err());
    }
}
