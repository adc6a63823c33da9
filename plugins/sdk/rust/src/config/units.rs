//! Times and sizes as people write them.

use std::time::Duration;

/// A time such as `90s`, `5m`, `12h`, `36d` or `2w`; a number alone is seconds.
///
/// ```
/// use waxseal_plugin_sdk::config::duration;
/// assert_eq!(duration("5m").map(|time| time.as_secs()), Some(300));
/// assert_eq!(duration("five minutes"), None);
/// ```
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let units = [
        ("ms", 1),
        ("s", 1000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
        ("w", 604_800_000),
        ("", 1000),
    ];
    scaled(text, &units).map(Duration::from_millis)
}

/// A size such as `512`, `64K`, `25M` or `1G` (powers of 1024).
///
/// ```
/// use waxseal_plugin_sdk::config::octets;
/// assert_eq!(octets("64K"), Some(65_536));
/// ```
#[must_use]
pub fn octets(text: &str) -> Option<u64> {
    let upper = text.to_ascii_uppercase();
    scaled(
        &upper,
        &[("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("", 1)],
    )
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let unit_of = |(unit, factor): &(&str, u64)| {
        let digits = text.strip_suffix(unit)?.trim_end();
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse::<u64>().ok().filter(|_| plain)?;
        number.checked_mul(*factor)
    };
    units.iter().find_map(unit_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_units() {
        let ms = |text| duration(text).map(|time| time.as_millis());
        assert_eq!(ms("250ms"), Some(250));
        assert_eq!(ms("10"), Some(10_000));
        assert_eq!(ms("36 d"), Some(36 * 86_400_000));
        for bad in ["", "m", "-1s", "+1s", "1.5h", "1y", "99999999999999999999d"] {
            assert_eq!(ms(bad), None, "{bad}");
        }
        assert_eq!(octets("10m"), Some(10 << 20));
        assert_eq!(octets("1T"), None);
    }
}
