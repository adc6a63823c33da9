//! Whether a message may be answered by a machine (RFC 3834, section 2; RFC 5230, section 4.6).

use waxseal_plugin_sdk::{Header, address};

/// Local parts that are machines, alone or before a `-`, `+` or `.`.
const MACHINES: [&str; 12] = [
    "mailer-daemon",
    "postmaster",
    "listserv",
    "majordomo",
    "mailman",
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "bounce",
    "bounces",
    "owner",
];

/// Why there is no answer, in a few words; `None` where there may be one. `own` are the addresses of
/// the recipient, in lower case.
#[must_use]
pub fn why_not(sender: &str, headers: &[Header], own: &[&str]) -> Option<&'static str> {
    if sender.is_empty() || address::domain(sender).is_none() {
        return Some("null-sender");
    }
    let folded = address::folded(sender);
    if own.contains(&folded.as_str()) {
        return Some("own-address");
    }
    if is_machine(address::local_part(&folded)) {
        return Some("machine-sender");
    }
    let named = |name: &str| {
        let fields = headers
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case(name));
        fields.map(|field| text(&field.value)).collect::<Vec<_>>()
    };
    // A parameter may follow: `auto-replied; owner-email="x"`.
    let keyword = |value: &String| {
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    if named("Auto-Submitted")
        .iter()
        .any(|value| keyword(value) != "no")
    {
        return Some("auto-submitted");
    }
    if headers.iter().any(|field| {
        let name = field.name.to_ascii_lowercase();
        name.starts_with("list-") || name == "mailing-list"
    }) {
        return Some("list");
    }
    if named("Precedence")
        .iter()
        .any(|value| ["bulk", "list", "junk"].contains(&value.as_str()))
    {
        return Some("bulk");
    }
    let suppress = named("X-Auto-Response-Suppress");
    let words = suppress.iter().flat_map(|value| value.split(','));
    if words
        .into_iter()
        .any(|word| ["all", "oof", "autoreply"].contains(&word.trim()))
    {
        return Some("suppressed");
    }
    if named("X-Spam-Flag").iter().any(|value| value == "yes") {
        return Some("spam");
    }
    let fields = ["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"];
    let mut addressed = fields.iter().flat_map(|name| named(name));
    if !addressed.any(|value| own.iter().any(|own| names(&value, own))) {
        return Some("not-addressed");
    }
    None
}

fn is_machine(local: &str) -> bool {
    local.ends_with("-request")
        || local.ends_with("-owner")
        || MACHINES.iter().any(|machine| {
            let rest = local.strip_prefix(machine);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '+', '.']))
        })
}

/// Whether a list of addresses, in lower case, holds one: not as a part of a longer one.
fn names(value: &str, address: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~@".contains(c);
    value.split(|c| !is_part(c)).any(|word| word == address)
}

fn text(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value).to_lowercase();
    text.replace("\r\n", "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::testing::header;

    const OWN: [&str; 2] = ["alice@example.test", "a.lice@example.test"];

    #[track_caller]
    fn check(sender: &str, fields: &[(&str, &str)], expected: Option<&str>) {
        let mut headers = vec![header("to", " Alice <ALICE@example.test>, bob@example.org")];
        headers.extend(fields.iter().map(|(name, value)| header(name, value)));
        assert_eq!(
            why_not(sender, &headers, &OWN),
            expected,
            "{sender} {fields:?}"
        );
    }

    #[test]
    fn people_are_answered() {
        check("bob@example.org", &[], None);
        check("bob@example.org", &[("Auto-Submitted", " no")], None);
        check("bob@example.org", &[("Precedence", "first-class")], None);
        check("bouncer@example.org", &[], None);
        check("ownership@example.org", &[], None);
    }

    #[test]
    fn machines_are_not() {
        check("", &[], Some("null-sender"));
        check("Alice@Example.Test", &[], Some("own-address"));
        for machine in [
            "MAILER-DAEMON",
            "owner-list",
            "list-request",
            "no-reply",
            "noreply+77",
            "bounces-1-2",
        ] {
            check(
                &format!("{machine}@example.org"),
                &[],
                Some("machine-sender"),
            );
        }
        let generated = [("Auto-Submitted", "Auto-Replied; owner-email=\"x@y\"")];
        check("bob@example.org", &generated, Some("auto-submitted"));
        check(
            "bob@example.org",
            &[("List-Unsubscribe", "<x>")],
            Some("list"),
        );
        check("bob@example.org", &[("Precedence", " Bulk ")], Some("bulk"));
        let suppress = [("X-Auto-Response-Suppress", "DR, OOF")];
        check("bob@example.org", &suppress, Some("suppressed"));
        check("bob@example.org", &[("X-Spam-Flag", "YES")], Some("spam"));
    }

    #[test]
    fn only_who_is_addressed_answers() {
        let not = Some("not-addressed");
        assert_eq!(why_not("bob@example.org", &[], &OWN), not);
        let longer = [header(
            "To",
            "malice@example.test, x <alice@example.test.example>",
        )];
        assert_eq!(why_not("bob@example.org", &longer, &OWN), not);
        let alias = [header("Resent-Cc", "\"A\"\r\n <a.lice@example.test>")];
        assert_eq!(why_not("bob@example.org", &alias, &OWN), None);
    }
}
