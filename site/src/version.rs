//! Version numbers as projects write them, and their order.

use std::cmp::Ordering;

/// A version: an optional name of the series, then numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    series: String,
    numbers: Vec<u64>,
}

impl Version {
    /// Reads `2.3.19.1`, `Pigeonhole 0.4.3`, `v1.2-rc1` or `8.12`; `None` without a number. What
    /// follows the numbers is not compared.
    pub fn parse(text: &str) -> Option<Self> {
        let at = text.find(|letter: char| letter.is_ascii_digit())?;
        let (series, rest) = text.split_at(at);
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let numbers = rest[..end.unwrap_or(rest.len())].split('.');
        let numbers = numbers.map_while(|part| part.parse().ok()).collect();
        let series = series.trim().trim_end_matches('-').to_lowercase();
        let series = if series == "v" { String::new() } else { series };
        Some(Self { series, numbers })
    }

    /// The order of two versions of one series; `None` between series.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        (self.series == other.series).then(|| self.numbers.cmp(&other.numbers))
    }

    /// Whether a thing that came with `first` is in this version. `2.4` stands for the last
    /// release of its line, so what came with 2.4.2 is in it.
    pub fn has_reached(&self, first: &Self) -> Option<bool> {
        let order = self.order(first)?;
        Some(order != Ordering::Less || first.numbers.starts_with(&self.numbers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(version: &str, first: &str, reached: Option<bool>) {
        let (version, first) = (Version::parse(version), Version::parse(first));
        assert_eq!(version.unwrap().has_reached(&first.unwrap()), reached);
    }

    #[test]
    fn a_line_stands_for_its_last_release() {
        check("2.4", "2.4.2", Some(true));
        check("2.3", "2.4.2", Some(false));
        check("2.4.1", "2.4.2", Some(false));
        check("2.10", "2.9", Some(true));
        check("2.3.19.1", "2.3", Some(true));
        check("3.7", "3.10", Some(false));
    }

    #[test]
    fn series_are_kept_apart() {
        check("2.4", "Pigeonhole 0.4.3", None);
        check("Pigeonhole 0.5", "Pigeonhole 0.4.3", Some(true));
        check("v1.2", "1.1", Some(true));
        assert_eq!(Version::parse("none"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,40}") {
            if let Some(version) = Version::parse(&text) {
                proptest::prop_assert_eq!(version.order(&version), Some(Ordering::Equal));
                proptest::prop_assert_eq!(version.has_reached(&version), Some(true));
            }
        }
    }
}
