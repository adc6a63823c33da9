//! Patterns of LIST: `*` matches anything, `%` anything but the delimiter.

use crate::grammar::mailbox::{NameForm, RawName};
use waxseal_mail::{HIERARCHY_DELIMITER, MAILBOX_NAME_OCTETS_MAX};

/// A pattern. Matching costs the octets of the name times those of the pattern at most, whatever the
/// wildcards.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Vec<u8>);

impl Pattern {
    /// The pattern as seen from `reference`; `None` where it can match no name.
    pub(super) fn new(reference: &RawName, pattern: &RawName, form: NameForm) -> Option<Self> {
        let mut text = reference.decode(form)?;
        text.push_str(&pattern.decode(form)?);
        let mut octets: Vec<u8> = Vec::with_capacity(text.len());
        for octet in text.bytes() {
            match (octets.last(), octet) {
                (Some(b'*'), b'*' | b'%') | (Some(b'%'), b'%') => {}
                (Some(b'%'), b'*') => {
                    octets.pop();
                    octets.push(b'*');
                }
                _ => octets.push(octet),
            }
        }
        if octets.len() > 2 * MAILBOX_NAME_OCTETS_MAX {
            return None;
        }
        let first = octets.iter().position(|octet| b"/*%".contains(octet));
        let first = octets.get_mut(..first.unwrap_or(usize::MAX).min(text.len()));
        if let Some(first) = first.filter(|first| first.eq_ignore_ascii_case(b"INBOX")) {
            first.make_ascii_uppercase();
        }
        Some(Self(octets))
    }

    /// Whether a name matches: all ways through the pattern are followed at once.
    pub(super) fn matches(&self, name: &str) -> bool {
        let pattern = &self.0;
        let mut here = vec![false; pattern.len() + 1];
        let mut next = here.clone();
        set(&mut here, pattern, 0);
        for octet in name.bytes() {
            next.fill(false);
            for (at, wanted) in pattern.iter().enumerate() {
                if !here.get(at).copied().unwrap_or(false) {
                    continue;
                }
                match wanted {
                    b'*' => set(&mut next, pattern, at),
                    b'%' if octet != delimiter() => set(&mut next, pattern, at),
                    wanted if *wanted == octet && *wanted != b'%' => {
                        set(&mut next, pattern, at + 1);
                    }
                    _ => {}
                }
            }
            std::mem::swap(&mut here, &mut next);
        }
        here.last().copied().unwrap_or(false)
    }
}

const fn delimiter() -> u8 {
    HIERARCHY_DELIMITER as u8
}

/// Marks a place and, as a wildcard may match nothing, the one after it.
fn set(places: &mut [bool], pattern: &[u8], at: usize) {
    let mut at = at;
    loop {
        if let Some(place) = places.get_mut(at) {
            *place = true;
        }
        match pattern.get(at) {
            Some(b'*' | b'%') => at += 1,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let raw = |text: &str| RawName(text.as_bytes().to_vec());
        let pattern = Pattern::new(&raw(""), &raw(pattern), NameForm::Utf8).unwrap();
        for name in yes {
            assert!(pattern.matches(name), "{pattern:?} {name}");
        }
        for name in no {
            assert!(!pattern.matches(name), "{pattern:?} {name}");
        }
    }

    #[test]
    fn wildcards_match() {
        check("*", &["a", "a/b/c", "INBOX"], &[]);
        check("%", &["a", "INBOX"], &["a/b"]);
        check("a/%", &["a/b"], &["a", "a/b/c", "b/a"]);
        check("%/%b*", &["a/b", "a/xb/c", "a/ab"], &["a", "a/c/b"]);
        check("inbox", &["INBOX"], &["inbox", "Inbox/a"]);
        check("InBox/%", &["INBOX/a"], &["INBOX"]);
        check("inb%", &[], &["INBOX"]);
        check("", &[""], &["a"]);
    }

    #[test]
    fn many_wildcards_cost_little() {
        let name = "a".repeat(500);
        check(&"*%a".repeat(100), &[&name], &[]);
        check(&format!("{}b", "*a".repeat(400)), &[], &[&name]);
    }
}
