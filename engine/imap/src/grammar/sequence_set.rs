//! `sequence-set` (RFC 9051 §9): ranges of sequence numbers or UIDs, `*`, and `$` (RFC 5182).

use super::cursor::{Cursor, Parsed, SyntaxError};
use std::fmt;
use std::ops::RangeInclusive;

/// A set as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SequenceSet {
    /// `$`: the saved result of the last SEARCH.
    Saved,
    /// Ranges in any order; at least one.
    Ranges(Vec<(Bound, Bound)>),
}

/// One end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A number, not zero.
    Number(u32),
    /// `*`: the largest number in use.
    Last,
}

impl Bound {
    const fn resolve(self, last: u32) -> u32 {
        match self {
            Self::Number(number) => number,
            Self::Last => last,
        }
    }
}

impl SequenceSet {
    /// The ranges with `*` as `last`, ascending and without overlap; none for `$`.
    #[must_use]
    pub fn resolve(&self, last: u32) -> Vec<RangeInclusive<u32>> {
        let Self::Ranges(ranges) = self else {
            return Vec::new();
        };
        let mut ends: Vec<(u32, u32)> = ranges
            .iter()
            .map(|(a, b)| (a.resolve(last), b.resolve(last)))
            .map(|(a, b)| (a.min(b), a.max(b)))
            .collect();
        ends.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ends.len());
        for (low, high) in ends {
            match merged.last_mut() {
                Some(before) if low <= before.1.saturating_add(1) => before.1 = before.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        merged.into_iter().map(|(low, high)| low..=high).collect()
    }

    /// The largest plain number, for the check against EXISTS; `None` for `$`.
    #[must_use]
    pub fn largest(&self, last: u32) -> Option<u32> {
        let Self::Ranges(ranges) = self else {
            return None;
        };
        let ends = ranges
            .iter()
            .map(|(a, b)| a.resolve(last).max(b.resolve(last)));
        ends.max()
    }
}

impl fmt::Display for SequenceSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Ranges(ranges) = self else {
            return f.write_str("$");
        };
        for (index, (low, high)) in ranges.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            if low == high {
                write!(f, "{comma}{low}")?;
            } else {
                write!(f, "{comma}{low}:{high}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Last => f.write_str("*"),
        }
    }
}

/// `sequence-set = (seq-number / seq-range) ["," sequence-set] / "$"`
///
/// # Errors
/// Where there is none, or it has over [`crate::Limits::set_ranges_max`] ranges.
pub fn sequence_set(cursor: &mut Cursor<'_>) -> Parsed<SequenceSet> {
    if cursor.eat(b'$') {
        return Ok(SequenceSet::Saved);
    }
    let mut ranges = Vec::new();
    loop {
        if ranges.len() >= cursor.limits.set_ranges_max {
            return Err(SyntaxError("too many ranges in a set"));
        }
        let low = seq_number(cursor)?;
        let high = if cursor.eat(b':') {
            seq_number(cursor)?
        } else {
            low
        };
        ranges.push((low, high));
        if !cursor.eat(b',') {
            return Ok(SequenceSet::Ranges(ranges));
        }
    }
}

/// `seq-number = nz-number / "*"`
fn seq_number(cursor: &mut Cursor<'_>) -> Parsed<Bound> {
    if cursor.eat(b'*') {
        Ok(Bound::Last)
    } else {
        cursor.nz_number().map(Bound::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use proptest::prelude::*;

    fn parse(text: &str) -> Parsed<SequenceSet> {
        let limits = Limits::default();
        let mut cursor = Cursor::new(text.as_bytes(), &limits);
        let set = sequence_set(&mut cursor)?;
        cursor.end().map(|()| set)
    }

    #[track_caller]
    fn check(text: &str, last: u32, expected: &[(u32, u32)]) {
        let ranges = parse(text).unwrap().resolve(last);
        let ends: Vec<_> = ranges.iter().map(|r| (*r.start(), *r.end())).collect();
        assert_eq!(ends, expected, "{text}");
    }

    #[test]
    fn sets_are_resolved_and_merged() {
        check("2,4:7,9,12:*", 15, &[(2, 2), (4, 7), (9, 9), (12, 15)]);
        check("*:4,5:7", 10, &[(4, 10)]);
        check("3291:*", 100, &[(100, 3291)]);
        check("1,2,3,3", 9, &[(1, 3)]);
        check("4294967295,1", 1, &[(1, 1), (4_294_967_295, 4_294_967_295)]);
        for bad in [
            "",
            "0",
            "1:",
            ":1",
            "1,,2",
            "4294967296",
            "a",
            "1:0",
            "-1",
            "1,",
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        assert!(parse(&vec!["1"; 10_001].join(",")).is_err());
    }

    proptest! {
        #[test]
        fn printing_and_reading_give_the_same(ends in prop::collection::vec((0..9_u32, 1..=u32::MAX), 1..20)) {
            let bound = |n: u32| if n == 0 { Bound::Last } else { Bound::Number(n) };
            let set = SequenceSet::Ranges(ends.iter().map(|(a, b)| (bound(*a), bound(*b))).collect());
            prop_assert_eq!(parse(&set.to_string()), Ok(set));
        }
    }
}
