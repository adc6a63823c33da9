//! Sessions as a measured file of the catalog, with redacted transcripts beside it.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::plan::{Endpoint, Plan, Subject};
use crate::redact::Names;
use crate::session::Session;

/// Days for which an unchanged file keeps the date of its first run, so that running again changes
/// nothing.
pub const DATE_KEPT_DAYS: i64 = 30;

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Where to.
    pub path: PathBuf,
    /// What.
    pub text: String,
}

/// The measured file at `path`, and a transcript per session in `../transcripts`.
///
/// `today` is `YYYY-MM-DD`; `former` is the text that stands at `path` now.
pub fn measured(
    plan: &Plan,
    sessions: &[Session],
    path: &Path,
    today: &str,
    former: Option<&str>,
) -> Vec<Output> {
    let stem = path
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let beside = path
        .parent()
        .and_then(Path::parent)
        .unwrap_or_else(|| Path::new("."))
        .join("transcripts");
    let mut outputs = Vec::new();
    let mut body = String::new();
    for (at, session) in sessions.iter().enumerate() {
        let names = names(plan, session, at);
        let endpoint = &session.endpoint;
        let tls = endpoint.tls.id();
        let file = format!("{stem}-{}-{tls}.txt", endpoint.protocol.id());
        let lines = session.transcript.lines();
        let lines: Vec<_> = lines.iter().map(|line| names.redact(line)).collect();
        let text = format!("{}\n", lines.join("\n"));
        describe(&mut body, session, &names, &file, &text);
        outputs.push(Output {
            path: beside.join(file),
            text,
        });
    }
    checks(&mut body, plan, sessions);
    let head = |date: &str| head(&plan.subject, date);
    let kept = former
        .and_then(|former| former_date(former, today))
        .filter(|date| former == Some(&sealed(&head(date), &body)));
    let text = sealed(&head(kept.as_deref().unwrap_or(today)), &body);
    outputs.push(Output {
        path: path.to_owned(),
        text,
    });
    outputs
}

/// The date of the former file, if it is young enough to stay.
fn former_date(former: &str, today: &str) -> Option<String> {
    let line = former
        .lines()
        .find(|line| line.starts_with("run_date = "))?;
    let date = line.split('"').nth(1)?;
    let age = days(today)? - days(date)?;
    (0..=DATE_KEPT_DAYS).contains(&age).then(|| date.to_owned())
}

/// Days of `YYYY-MM-DD` since some day long ago.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    // Years begin in March here, so that the leap day comes last.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    Some(365 * year + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day)
}

fn head(subject: &Subject, date: &str) -> String {
    let mut head = String::from("# Written by `waxseal probe`; not edited by hand.\n");
    let version = env!("CARGO_PKG_VERSION");
    line(&mut head, "prober", &format!("waxseal probe {version}"));
    line(&mut head, "run_date", date);
    line(&mut head, "distro", &subject.distro);
    line(&mut head, "package", &subject.package);
    line(&mut head, "package_version", &subject.package_version);
    line(&mut head, "profile", &subject.profile);
    line(&mut head, "config_profile", &subject.config_profile);
    line(&mut head, "config_sha256", &subject.config_sha256);
    head
}

/// Head and body with a digest over both: a file changed by hand is found out.
fn sealed(head: &str, body: &str) -> String {
    let digest = hex(&Sha256::digest(format!("{head}{body}")));
    let mut text = head.to_owned();
    line(&mut text, "digest", &digest);
    text.push_str(body);
    text
}

fn describe(body: &mut String, session: &Session, names: &Names, file: &str, text: &str) {
    let endpoint = &session.endpoint;
    body.push_str("\n[[session]]\n");
    line(body, "protocol", endpoint.protocol.id());
    line(body, "tls", endpoint.tls.id());
    line(body, "reached", session.reached.id());
    line(body, "transcript", file);
    line(body, "transcript_sha256", &hex(&Sha256::digest(text)));
    if let Some(reason) = &session.ended {
        line(body, "ended", &names.redact(reason));
    }
    body.push_str("announced = [\n");
    let mut announced: Vec<_> = session.announced.iter().collect();
    if endpoint.protocol == crate::Protocol::Xmpp {
        // Some servers keep their features without an order.
        announced.sort_by(|one, other| (one.phase, &one.line).cmp(&(other.phase, &other.line)));
    }
    let mut last = None;
    for one in announced {
        // One line may announce several extensions.
        if last == Some((one.phase, &one.line)) {
            continue;
        }
        last = Some((one.phase, &one.line));
        let shown = cut(&names.redact(&one.line), 300);
        body.push_str(&format!(
            "  {},\n",
            quoted(&format!("{}: {shown}", one.phase.id()))
        ));
    }
    body.push_str("]\n");
}

/// The checks of all sessions, each extension once: what worked in one session is known to work.
fn checks(body: &mut String, plan: &Plan, sessions: &[Session]) {
    let mut all = Vec::new();
    for (at, session) in sessions.iter().enumerate() {
        let names = names(plan, session, at);
        for mut check in session.checks() {
            check.line = cut(&names.redact(&check.line), 200);
            check.detail = check.detail.map(|text| cut(&names.redact(&text), 200));
            all.push((session.endpoint.protocol.id(), check));
        }
    }
    // The outcome that says most first; the sort is stable, so the earlier session wins.
    all.sort_by_key(|(_, check)| {
        let rank = match check.outcome {
            crate::Outcome::AdvertisedButFailed => 0,
            crate::Outcome::Exercised => 1,
            crate::Outcome::Advertised => 2,
        };
        (check.extension, rank)
    });
    all.dedup_by_key(|(_, check)| check.extension);
    let found: Vec<_> = all.iter().map(|(_, check)| check.extension).collect();
    let mut absent: Vec<_> = sessions
        .iter()
        .flat_map(Session::absent)
        .filter(|extension| !found.contains(extension))
        .collect();
    absent.sort_unstable();
    absent.dedup();
    // Top-level keys must come before the first table, so the list lives in one of its own.
    body.push_str("\n[not_announced]\nextensions = [\n");
    for extension in absent {
        body.push_str(&format!("  {},\n", quoted(extension)));
    }
    body.push_str("]\n");
    for (protocol, check) in all {
        body.push_str("\n[[check]]\n");
        line(body, "extension", check.extension);
        line(body, "result", check.outcome.id());
        line(body, "protocol", protocol);
        line(body, "phase", check.phase.id());
        line(body, "line", &check.line);
        if let Some(detail) = &check.detail {
            line(body, "detail", detail);
        }
    }
}

/// What must not be seen: of the endpoint, and what the server calls itself.
fn names(plan: &Plan, session: &Session, at: usize) -> Names {
    let endpoint: &Endpoint = &session.endpoint;
    let host = endpoint
        .address
        .rsplit_once(':')
        .map_or("", |(host, _)| host);
    let mut hosts = vec![host.trim_matches(['[', ']']).to_owned()];
    // A path or a search base names no host.
    let named = endpoint.name.iter();
    hosts.extend(named.filter(|name| !name.contains(['/', '='])).cloned());
    hosts.extend(session.server_name());
    hosts.extend(session.names.clone());
    let users = [&endpoint.user, &endpoint.recipient];
    let password = plan.endpoint.get(at).and_then(|one| one.password.clone());
    Names {
        users: users.into_iter().flatten().cloned().collect(),
        hosts,
        secrets: password.into_iter().collect(),
    }
}

fn line(text: &mut String, key: &str, value: &str) {
    text.push_str(&format!("{key} = {}\n", quoted(value)));
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.replace(['\n', '\t'], " ")).to_string()
}

fn cut(text: &str, chars: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= chars {
        return if text.is_empty() {
            "-".to_owned()
        } else {
            text.to_owned()
        };
    }
    let mut short: String = text.chars().take(chars - 1).collect();
    short.push('…');
    short
}

/// Octets in hex.
pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests;
