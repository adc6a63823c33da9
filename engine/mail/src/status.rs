//! Enhanced status codes (RFC 3463).

use std::fmt;

/// `class.subject.detail` (RFC 3463 §2), for example `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnhancedStatus(pub u8, pub u16, pub u16);

impl EnhancedStatus {
    /// Reads `5.1.1`; class 2, 4 or 5, subject and detail up to 999. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.');
        let class = number(numbers.next()?, 1)?;
        let subject = number(numbers.next()?, 3)?;
        let detail = number(numbers.next()?, 3)?;
        let class = u8::try_from(class)
            .ok()
            .filter(|class| matches!(class, 2 | 4 | 5))?;
        numbers
            .next()
            .is_none()
            .then_some(Self(class, subject, detail))
    }

    /// Whether trying again later may help: class 4.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        self.0 == 4
    }
}

/// A number of at most `digits` digits without a leading zero.
fn number(text: &str, digits: usize) -> Option<u16> {
    let plain =
        !text.is_empty() && text.len() <= digits && text.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if plain && !leading_zero {
        text.parse().ok()
    } else {
        None
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        assert_eq!(
            EnhancedStatus::parse("5.7.26"),
            Some(EnhancedStatus(5, 7, 26))
        );
        assert_eq!(EnhancedStatus(4, 4, 2).to_string(), "4.4.2");
        for bad in [
            "", "5", "5.1", "5.1.1.1", "3.1.1", "5.01.1", "5.1.1000", "5.-1.1", "5. 1.1",
        ] {
            assert_eq!(EnhancedStatus::parse(bad), None, "{bad}");
        }
    }
}
