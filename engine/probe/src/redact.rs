//! Transcripts for others to read: no names, no identifiers, nothing that a second run would change.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Name of the account in transcripts.
const USER: &str = "alice";
/// Name of the server in transcripts.
const HOST: &str = "server.example.test";

/// What must not be seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Login name and addresses.
    pub(crate) users: Vec<String>,
    /// Names of the server and its addresses.
    pub(crate) hosts: Vec<String>,
    /// Passwords. They are never recorded by us, but a server may repeat them.
    pub(crate) secrets: Vec<String>,
}

/// A pattern and what stands in its place.
struct Rule(Option<Regex>, &'static str);

/// In this order.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    const WEEKDAY: &str = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
    const MONTH: &str = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
    let date = format!(
        r"(?:{WEEKDAY},? )?\d{{1,2}}[ -]{MONTH}[ -]\d{{4}}(?:[ ;]*\d\d:\d\d(?::\d\d)?)?(?: (?:[+-]\d{{4}}|[A-Z]{{3,4}}))?(?: \([A-Z]+\))?"
    );
    let unix = format!(r"{WEEKDAY} {MONTH} +\d{{1,2}} \d\d:\d\d:\d\d(?: [A-Z]+)? \d{{4}}");
    let rules = [
        (date.as_str(), "<date>"),
        (unix.as_str(), "<date>"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?", "<date>"),
        (r"\d\d:\d\d:\d\d", "<time>"),
        (
            r"\(\d+\.\d+ \+ \d+\.\d+(?: \+ \d+\.\d+)? secs\)",
            "(<time>)",
        ),
        (r"\b(in|after) \d+\.\d+ (s|ms|sec|secs)\b", "$1 <time> $2"),
        // Identifiers behind a word that says so.
        (
            r"(?i)\b(queued as|id=|queued as id|message id|SESSIONID=|sessionid:|as) ?<?[0-9A-Za-z._+/@-]*\d[0-9A-Za-z._+/@=-]*>?",
            "$1 <id>",
        ),
        (r"(?i)(\bid[=:'\x22]+)[0-9A-Za-z_-]{6,}", "$1<id>"),
        (
            r"<[0-9A-Za-z._-]*\d[0-9A-Za-z._-]*@[0-9A-Za-z.-]+>",
            "<stamp>",
        ),
        (r"[0-9A-Za-z+/._-]{8,} (Message accepted|Saved)", "<id> $1"),
        (
            r"(?i)(UIDVALIDITY|HIGHESTMODSEQ|MODSEQ|MAILBOXID|EMAILID|THREADID|APPENDUID|COPYUID|X-GM-MSGID|MODIFIED) (\(?)[0-9A-Za-z_-]+",
            "$1 $2<n>",
        ),
        (
            r"(?i)(etag|sync-token|x-request-id|content-length|date|last-modified|stream-id):.*",
            "$1: <id>",
        ),
        // Identifiers in Received, and Courier's, in any place.
        (r"(\bid )[0-9A-Za-z]*\d[0-9A-Za-z.-]{5,}", "$1<id>"),
        (r"\b[0-9A-F]{8,}(\.[0-9A-F]{8,})+\b", "<id>"),
        // Sizes of messages depend on the length of dates and identifiers in their headers.
        (r"^S: (\+OK )?(\d+) \d+$", "S: $1$2 <n>"),
        (r"^S: \+OK .*\d+.*octets.*$", "S: +OK <n> octets"),
        // A line of UIDL.
        (r"^S: (\d+) [!-~]{12,}$", "S: $1 <id>"),
        // A long number, unless a keyword in capitals stands before it.
        (
            r"(^|[^A-Z0-9=. ]|[^A-Z] |[^A-Z=] ?<)([0-9]{6,})\b",
            "${1}<n>",
        ),
        (
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            "<id>",
        ),
        (r"\b[0-9a-f]*[0-9][0-9a-f]*[a-f][0-9a-f]{14,}\b", "<id>"),
    ];
    let compile = |(pattern, with): &(&str, &'static str)| Rule(Regex::new(pattern).ok(), with);
    rules.iter().map(compile).collect()
});

impl Names {
    /// One line as others may see it.
    pub(crate) fn redact(&self, line: &str) -> String {
        let mut text = line.to_owned();
        for secret in self.secrets.iter().filter(|secret| secret.len() > 3) {
            text = text.replace(secret.as_str(), "<password>");
        }
        for user in &self.users {
            let (local, domain) = user.split_once('@').unwrap_or((user, ""));
            let with = match (domain, local == USER && domain == "example.test") {
                (_, true) => continue,
                ("", _) => USER.to_owned(),
                _ => format!("{USER}@example.test"),
            };
            text = replace_word(&text, user, &with);
        }
        let example = |host: &&String| host.ends_with(".test") || host.ends_with(".example");
        let hosts = self
            .hosts
            .iter()
            .filter(|host| host.len() > 3 && !example(host));
        for host in hosts {
            text = replace_word(&text, host, HOST);
        }
        for Rule(pattern, with) in RULES.iter() {
            if let Some(pattern) = pattern {
                text = pattern.replace_all(&text, *with).into_owned();
            }
        }
        foreign_addresses(&text)
    }
}

/// Hides addresses that are nobody's example.
fn foreign_addresses(text: &str) -> String {
    static ADDRESS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[0-9A-Za-z._+-]+@[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+").ok());
    let Some(address) = &*ADDRESS else {
        return text.to_owned();
    };
    let hide = |captures: &Captures<'_>| {
        let found = &captures[0];
        let example = [".test", ".example"].iter().any(|end| found.ends_with(end));
        if example { found } else { "<address>" }.to_owned()
    };
    address.replace_all(text, hide).into_owned()
}

/// Replaces `what` where it is a word of its own.
fn replace_word(text: &str, what: &str, with: &str) -> String {
    let pattern = format!(r"(^|[^0-9A-Za-z-]){}([^0-9A-Za-z-]|$)", regex::escape(what));
    let Ok(pattern) = Regex::new(&pattern) else {
        return text.to_owned();
    };
    let put = |captures: &Captures<'_>| format!("{}{with}{}", &captures[1], &captures[2]);
    let once = pattern.replace_all(text, put);
    // Neighbours share the character between them, so once is not enough.
    pattern.replace_all(&once, put).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let names = Names {
            users: vec!["bob@corp.org".to_owned()],
            hosts: vec!["mx1.corp.org".to_owned()],
            secrets: vec!["hunter2!".to_owned()],
        };
        assert_eq!(names.redact(line), expected);
    }

    #[test]
    fn every_pattern_compiles() {
        assert!(RULES.iter().all(|Rule(pattern, _)| pattern.is_some()));
    }

    #[test]
    fn names_and_secrets_go() {
        check(
            "S: 250 2.1.5 bob@corp.org at mx1.corp.org",
            "S: 250 2.1.5 alice@example.test at server.example.test",
        );
        check(
            "S: 214 report to bugs@foreign.example.org",
            "S: 214 report to <address>",
        );
        check("S: no such user hunter2!", "S: no such user <password>");
    }

    #[test]
    fn what_changes_between_runs_goes() {
        check(
            "S: 220 mx1.corp.org ESMTP Exim 4.96 Tue, 24 Nov 2026 12:54:39 +0000",
            "S: 220 server.example.test ESMTP Exim 4.96 <date>",
        );
        check(
            "S: 250 2.0.0 Ok: queued as 5C0A2203F1",
            "S: 250 2.0.0 Ok: queued as <id>",
        );
        check("S: 250 OK id=1tFabc-0001xY-2z", "S: 250 OK id= <id>");
        check(
            "S: 250 2.0.0 4AOD0abc012345 Message accepted for delivery",
            "S: 250 2.0.0 <id> Message accepted for delivery",
        );
        check(
            "S: * OK [UIDVALIDITY 1764000000] UIDs valid",
            "S: * OK [UIDVALIDITY <n>] UIDs valid",
        );
        check("S: \tid m1epgamg71peft", "S: \tid <id>");
        check("S: 250 Ok. 000000006B05991C.000000C4", "S: 250 Ok. <id>");
        check(
            "S: * CAPABILITY IMAP4rev1 ID ENABLE IDLE",
            "S: * CAPABILITY IMAP4rev1 ID ENABLE IDLE",
        );
        check("S: * 1 FETCH (MODSEQ (123))", "S: * 1 FETCH (MODSEQ (<n>))");
        check(
            "S: +OK ready <4711.1764000000@mx1.corp.org>",
            "S: +OK ready <stamp>",
        );
        check(
            "S: p3 OK Search completed (0.001 + 0.000 secs).",
            "S: p3 OK Search completed (<time>).",
        );
    }

    #[test]
    fn announcements_stay() {
        check("S: +OK 1 443", "S: +OK 1 <n>");
        for line in [
            "S: 250-SIZE 52428800",
            "S: * CAPABILITY IMAP4rev1 APPENDLIMIT=52428800 SORT=DISPLAY",
            "S: 250 AUTH SCRAM-SHA-256 PLAIN",
            "S: +OK LOGIN-DELAY 900",
        ] {
            check(line, line);
        }
    }
}
