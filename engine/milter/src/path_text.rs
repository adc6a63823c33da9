//! What mail servers and milters write in MAIL and RCPT, the same in both directions.

use waxseal_mail::DsnNotify;

/// The address of a path, without the angle brackets that it may have.
pub(crate) fn unbracketed(path: &[u8]) -> String {
    let path = String::from_utf8_lossy(path);
    let bare = path.trim();
    let bare = bare.strip_prefix('<').unwrap_or(bare);
    bare.strip_suffix('>').unwrap_or(bare).to_owned()
}

/// The value of the parameter NOTIFY (RFC 3461 §4.1).
pub(crate) fn notify(words: &str) -> DsnNotify {
    let has = |wanted: &str| {
        let mut words = words.split(',');
        words.any(|word| word.eq_ignore_ascii_case(wanted))
    };
    DsnNotify {
        success: has("SUCCESS"),
        failure: has("FAILURE"),
        delay: has("DELAY"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_taken_off_once() {
        for (path, expected) in [
            ("<a@b.test>", "a@b.test"),
            (" a@b.test ", "a@b.test"),
            ("<>", ""),
            ("<<a>>", "<a>"),
        ] {
            assert_eq!(unbracketed(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn words_of_any_case() {
        let of = |words| {
            let notify = notify(words);
            (notify.success, notify.failure, notify.delay)
        };
        assert_eq!(of("success,DELAY"), (true, false, true));
        assert_eq!(of("FAILURE"), (false, true, false));
        assert_eq!(of("NEVER"), (false, false, false));
    }
}
