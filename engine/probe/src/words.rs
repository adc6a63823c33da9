//! The outcome for people at a terminal.

use crate::session::{Outcome, Session};

/// What was found at one endpoint, in lines of text.
pub fn words(session: &Session) -> String {
    let endpoint = &session.endpoint;
    let mut text = format!(
        "{} at {} (TLS: {})\n",
        endpoint.protocol.id(),
        endpoint.address,
        endpoint.tls.id()
    );
    let mut phase = None;
    for one in &session.announced {
        if phase != Some(one.phase) {
            phase = Some(one.phase);
            text.push_str(&format!("\n  announced, phase {}:\n", one.phase.id()));
        }
        let unknown = match one.extension {
            Some(_) => "",
            None => "   (no page in the catalog)",
        };
        let greeting = one.phase == crate::Phase::Greeting;
        text.push_str(&format!(
            "    {}{}\n",
            printable(&one.line),
            if greeting { "" } else { unknown }
        ));
    }
    let checks = session.checks();
    let of = |outcome: Outcome| checks.iter().filter(move |check| check.outcome == outcome);
    for (title, outcome) in [
        ("announced and used, works", Outcome::Exercised),
        ("announced, but did not work", Outcome::AdvertisedButFailed),
        ("announced, not tried", Outcome::Advertised),
    ] {
        if of(outcome).count() == 0 {
            continue;
        }
        text.push_str(&format!("\n  {title}:\n"));
        for check in of(outcome) {
            let detail = check.detail.as_deref().unwrap_or(&check.line);
            text.push_str(&format!(
                "    {:<28} {}\n",
                check.extension,
                printable(detail)
            ));
        }
    }
    if let Some(reason) = &session.ended {
        text.push_str(&format!("\n  ended early: {}\n", printable(reason)));
    }
    text
}

/// The text without what could move a terminal's cursor.
fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { '·' } else { letter })
        .collect()
}
