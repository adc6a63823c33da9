//! T101 and T102: what the prober recorded tells nothing about anyone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Code, Diagnostic};
use crate::content::source::SourceFile;

/// Names and passwords of the account that the prober makes for itself.
const FIXTURE: [&str; 8] = [
    "alice",
    "alice@example.test",
    "probe",
    "probe@example.test",
    "secret1",
    "probe-secret",
    "bob",
    "bob@example.test",
];
/// What stands where something was taken out; `<password>` and the like do too.
const REDACTED: [&str; 2] = ["[redacted]", "***"];
/// Addresses that programs print for everyone.
const PUBLIC: [&str; 1] = ["bugs@openbsd.org"];
/// What an IMAP client says to the continuation of IDLE.
const IDLE_END: &str = "DONE";
/// Domains that belong to nobody (RFC 2606, RFC 6761).
const RESERVED: [&str; 7] = [
    "example",
    "test",
    "invalid",
    "localhost",
    "example.com",
    "example.net",
    "example.org",
];

pub(super) fn check(transcripts: &[SourceFile], out: &mut Vec<Diagnostic>) {
    for file in transcripts {
        let mut start = 0;
        let mut challenged = false;
        for line in file.text.split_inclusive('\n') {
            let text = line.trim_end();
            for (at, address) in addresses(text) {
                let message = format!("the address \"{address}\" may be someone's");
                out.push(Diagnostic::at(file, start + at, Code::T101, message));
            }
            let said = text.strip_prefix("C: ").unwrap_or_default();
            let indent = text.len() - said.len();
            for (at, secret) in secrets(said, challenged) {
                if !is_ours(secret) {
                    let message = "a password or credential that is not the prober's own";
                    let message = message.to_owned();
                    out.push(Diagnostic::at(
                        file,
                        start + indent + at,
                        Code::T102,
                        message,
                    ));
                }
            }
            let asks = |start: &str| text.starts_with(start);
            challenged = asks("S: 334") || asks("S: + ") || text == "S: +";
            start += line.len();
        }
    }
}

/// Mail addresses below domains that may be someone's, and addresses of hosts outside the machine.
fn addresses(line: &str) -> Vec<(usize, &str)> {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || ".-_+%@=[]:".contains(letter);
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(begin) = rest.find(inside) {
        let word = rest.get(begin..).unwrap_or_default();
        let end = word.find(|letter| !inside(letter)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        let at = line.len() - rest.len() + begin;
        if let Some((name, domain)) = word.split_once('@') {
            let domain = domain
                .trim_end_matches(['.', ':', ']'])
                .to_ascii_lowercase();
            let below = |known: &&str| domain == **known || domain.ends_with(&format!(".{known}"));
            let bare = word.trim_end_matches(['.', ':']);
            let whole = !name.is_empty() && !domain.is_empty() && !PUBLIC.contains(&bare);
            if whole && !RESERVED.iter().any(below) {
                found.push((at, bare));
            }
        } else if let Some(host) = bracketed(word)
            && !host.is_loopback()
            && !host.is_documentation()
            && !host.is_unspecified()
        {
            found.push((at, word));
        }
        rest = after;
    }
    found
}

/// `[192.0.2.1]`, as hosts without a name call themselves in SMTP.
fn bracketed(word: &str) -> Option<std::net::Ipv4Addr> {
    let inside = word.strip_prefix('[')?.split(']').next()?;
    inside.parse().ok()
}

/// The words of a client's line that let someone in.
fn secrets(said: &str, challenged: bool) -> Vec<(usize, &str)> {
    let place = |word: &str| word.as_ptr() as usize - said.as_ptr() as usize;
    let words: Vec<&str> = said.split_ascii_whitespace().collect();
    if challenged {
        // What has several words, or is not base64, is text and no answer to a challenge.
        return match words.as_slice() {
            [word] if *word != IDLE_END && base64(word).is_some() => vec![(0, *word)],
            _ => Vec::new(),
        };
    }
    let command = |at: usize| words.get(at).map(|word| word.to_ascii_uppercase());
    let taken: &[&str] = match (command(0).as_deref(), command(1).as_deref()) {
        (Some("PASS"), _) => words.get(1..).unwrap_or_default(),
        (Some("AUTH"), _) | (Some("AUTHORIZATION:"), Some("BASIC")) => {
            words.get(2..).unwrap_or_default()
        }
        (Some("AUTHENTICATE"), _) => words.get(2..).unwrap_or_default(),
        (_, Some("AUTHENTICATE")) => words.get(3..).unwrap_or_default(),
        (_, Some("LOGIN")) => words.get(2..).unwrap_or_default(),
        _ => &[],
    };
    taken.iter().map(|word| (place(word), *word)).collect()
}

/// Whether a word is the prober's own, plain or in base64, or was taken out.
fn is_ours(word: &str) -> bool {
    let plain = word.trim_matches('"');
    let empty = ["", "=", "*"].contains(&plain) || plain.starts_with('<');
    if empty || FIXTURE.contains(&plain) || REDACTED.iter().any(|mark| plain.contains(mark)) {
        return true;
    }
    let Some(told) = base64(plain).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return false;
    };
    if told.starts_with("c=") {
        // The proof of SCRAM gives nothing away beyond the name that went before it.
        return true;
    }
    let bare = told
        .strip_prefix("n,,n=")
        .and_then(|rest| rest.split(',').next());
    let parts = bare.map_or_else(|| told.split(['\0', ':']).collect(), |name| vec![name]);
    parts
        .iter()
        .all(|part| part.is_empty() || FIXTURE.contains(part))
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    STANDARD_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_line(line: &str, challenged: bool, expected: &[&str]) {
        let found: Vec<&str> = secrets(line, challenged)
            .into_iter()
            .map(|(_, word)| word)
            .filter(|word| !is_ours(word))
            .collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn only_foreign_secrets_are_found() {
        check_line("AUTH PLAIN AGFsaWNlAHNlY3JldDE=", false, &[]);
        check_line("AUTH PLAIN AGpvZQBodW50ZXIy", false, &["AGpvZQBodW50ZXIy"]);
        check_line("a1 LOGIN \"joe\" \"secret1\"", false, &["\"joe\""]);
        check_line("PASS hunter2", false, &["hunter2"]);
        check_line("PASS [redacted]", false, &[]);
        check_line(
            "a AUTHENTICATE SCRAM-SHA-256 biwsbj1hbGljZSxyPXg=",
            false,
            &[],
        );
        check_line("aHVudGVyMg==", true, &["aHVudGVyMg=="]);
        check_line("*", true, &[]);
        check_line("DONE", true, &[]);
        check_line("Subject: words of a message", true, &[]);
        check_line("<credentials>", true, &[]);
        check_line("a1 LOGIN <user> <password>", false, &[]);
        check_line("NOOP hunter2", false, &[]);
    }

    #[test]
    fn addresses_of_nobody_are_let_be() {
        assert!(addresses("MAIL FROM:<a@mx.example.test>").is_empty());
        assert!(addresses("EHLO [127.0.0.1] and 2.3.19.1").is_empty());
        assert!(addresses("214 Tell bugs@openbsd.org.").is_empty());
        let found: Vec<&str> = addresses("<joe@corp.net> from [8.8.8.8]")
            .into_iter()
            .map(|(_, word)| word)
            .collect();
        assert_eq!(found, ["joe@corp.net", "[8.8.8.8]"]);
    }
}
