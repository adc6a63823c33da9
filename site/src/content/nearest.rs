//! The nearest known name to a mistyped one.

/// The known name most like `wanted`, if one is near enough to be meant: at most a third of its
/// letters differ, swapped neighbours counting once.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wanted.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(wanted, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// ` (did you mean "x"?)`, or nothing when no known name is near.
pub fn hint<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wanted, known).map_or_else(String::new, |name| format!(" (did you mean \"{name}\"?)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_offered_and_far_ones_are_not() {
        assert_eq!(nearest("dovcot", ["postfix", "dovecot"]), Some("dovecot"));
        assert_eq!(nearest("zzz", ["postfix", "dovecot"]), None);
        assert_eq!(hint("yess", ["yes", "no"]), " (did you mean \"yes\"?)");
    }
}
