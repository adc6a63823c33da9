//! FETCH from a large mailbox, beside Dovecot over Maildir.

use super::dovecot::Dovecot;
use super::engine::Engine;
use super::figure::{Figure, median};
use super::imap_client::ImapClient;
use super::messages::message;
use super::scratch::{Scratch, now};
use crate::build::Built;
use anyhow::Result;

/// What is fetched, and the name of the case.
const CASES: &[(&str, &str)] = &[
    ("all header sections", "BODY.PEEK[HEADER]"),
    ("all bodies", "BODY.PEEK[]"),
    ("all envelopes", "ENVELOPE"),
    ("all body structures", "BODYSTRUCTURE"),
    ("all flags", "FLAGS"),
];
/// Measured runs a case, after one that warms caches.
const RUNS: usize = 5;

/// Fills both servers with the same messages and measures each case on both, alternating.
pub(crate) fn measure(built: &Built, quick: bool) -> Result<Vec<Figure>> {
    let scratch = Scratch::new("imap")?;
    let dovecot = Dovecot::start(scratch.path())?;
    let engine = Engine::start(built, scratch.path())?;
    let messages = if quick { 2_000 } else { 10_000 };
    let content: Vec<_> = (0..messages).map(|number| message(number, 5_000)).collect();
    let mut ours = ImapClient::login(engine.imap_port(), "alice@example.test", "secret1")?;
    let mut peer = ImapClient::login(dovecot.port, "alice", "secret1")?;
    ours.append("INBOX", &content)?;
    peer.append("INBOX", &content)?;

    let mut figures = vec![select(&mut ours, &mut peer)?];
    for (case, item) in CASES {
        let command = format!("UID FETCH 1:* ({item})");
        let (our_rate, peer_rate) = both(&mut ours, &mut peer, &command, messages)?;
        let case = format!("{case} of {messages}");
        let (ours, peer) = (our_rate, Some(peer_rate));
        figures.push(Figure {
            bench: "imap",
            case,
            unit: "messages/s",
            ours,
            peer,
        });
    }
    Ok(figures)
}

/// SELECT, in commands per second.
fn select(ours: &mut ImapClient, peer: &mut ImapClient) -> Result<Figure> {
    let (ours, rate) = both(ours, peer, "SELECT INBOX", 1)?;
    let case = "SELECT of a warm mailbox".to_owned();
    Ok(Figure {
        bench: "imap",
        case,
        unit: "commands/s",
        ours,
        peer: Some(rate),
    })
}

/// Runs one command on both in turn; answers the medians of `work` per second.
fn both(
    ours: &mut ImapClient,
    peer: &mut ImapClient,
    command: &str,
    work: usize,
) -> Result<(f64, f64)> {
    let (mut our_rates, mut peer_rates) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let (ours, peer) = (rate(ours, command, work)?, rate(peer, command, work)?);
        if run > 0 {
            our_rates.push(ours);
            peer_rates.push(peer);
        }
    }
    Ok((median(our_rates), median(peer_rates)))
}

fn rate(client: &mut ImapClient, command: &str, work: usize) -> Result<f64> {
    let start = now();
    client.command(command)?;
    Ok(work as f64 / start.elapsed().as_secs_f64())
}
