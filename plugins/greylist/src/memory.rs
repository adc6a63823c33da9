//! What is remembered, and what follows from it.

use std::time::Duration;

/// How old a memory of one that waited gets before it is written again.
const REFRESH: Duration = Duration::from_secs(86_400);

/// What the store holds about a client, sender and recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// First seen at that time.
    Waiting(Duration),
    /// Waited, and was last written at that time.
    Waited(Duration),
}

impl Memory {
    /// As it is stored: `w` or `p` and seconds since 1970.
    #[must_use]
    pub fn to_text(self) -> String {
        match self {
            Self::Waiting(at) => format!("w{}", at.as_secs()),
            Self::Waited(at) => format!("p{}", at.as_secs()),
        }
    }

    /// Reads it; what cannot be read was never written.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let seconds = |digits: &str| digits.parse().ok().map(Duration::from_secs);
        match text.split_at_checked(1)? {
            ("w", digits) => seconds(digits).map(Self::Waiting),
            ("p", digits) => seconds(digits).map(Self::Waited),
            _ => None,
        }
    }
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Never seen: remember it, and refuse for so long.
    Begin(Duration),
    /// Came back too early: refuse for so much longer.
    Wait(Duration),
    /// Waited: let it pass and remember that.
    Pass,
    /// Is known: let it pass; `refresh` where the memory is to be written again.
    Known {
        /// Whether the memory is a day old.
        refresh: bool,
    },
}

/// What follows `now` from what is remembered.
#[must_use]
pub fn step(memory: Option<Memory>, now: Duration, wait: Duration) -> Step {
    match memory {
        None => Step::Begin(wait),
        Some(Memory::Waiting(since)) => {
            let left = (since + wait).saturating_sub(now);
            if left.is_zero() {
                Step::Pass
            } else {
                Step::Wait(left)
            }
        }
        Some(Memory::Waited(at)) => Step::Known {
            refresh: now.saturating_sub(at) >= REFRESH,
        },
    }
}

/// A sender as it is remembered: without detail, and with `#` for each number in its local part, so
/// that a list that numbers its messages is one sender.
#[must_use]
pub fn plain_sender(sender: &str) -> String {
    let folded = waxseal_plugin_sdk::address::folded(sender);
    let plain = waxseal_plugin_sdk::address::without_detail(&folded);
    let (local, domain) = match plain.rsplit_once('@') {
        Some((local, domain)) => (local, Some(domain)),
        None => (plain.as_str(), None),
    };
    let mut out = String::with_capacity(plain.len());
    for c in local.chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if c != '#' || !out.ends_with('#') {
            out.push(c);
        }
    }
    if let Some(domain) = domain {
        out.push('@');
        out.push_str(domain);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_are_texts() {
        for memory in [
            Memory::Waiting(Duration::from_secs(7)),
            Memory::Waited(Duration::ZERO),
        ] {
            assert_eq!(Memory::parse(memory.to_text().as_bytes()), Some(memory));
        }
        for bad in ["", "w", "x1", "w-1", "ü1"] {
            assert_eq!(Memory::parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn waiting_ends() {
        let secs = Duration::from_secs;
        let at = |memory, now| step(memory, secs(now), secs(300));
        assert_eq!(at(None, 1000), Step::Begin(secs(300)));
        assert_eq!(
            at(Some(Memory::Waiting(secs(1000))), 1100),
            Step::Wait(secs(200))
        );
        assert_eq!(at(Some(Memory::Waiting(secs(1000))), 1300), Step::Pass);
        let waited = Some(Memory::Waited(secs(1000)));
        assert_eq!(at(waited, 1001), Step::Known { refresh: false });
        assert_eq!(at(waited, 90_000), Step::Known { refresh: true });
        // The clock went back.
        assert_eq!(at(waited, 1), Step::Known { refresh: false });
    }

    #[test]
    fn numbered_senders_are_one() {
        let plain = plain_sender("News-20260101-77+x=y@Lists.Example");
        assert_eq!(plain, "news-#-#@lists.example");
        assert_eq!(plain_sender("bob99@h4.example"), "bob#@h4.example");
        assert_eq!(plain_sender(""), "");
    }
}
