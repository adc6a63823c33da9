//! Messages accepted durably and delivered, beside Postfix delivering to Maildir.

use super::engine::Engine;
use super::figure::{Figure, median};
use super::imap_client::ImapClient;
use super::postfix::Postfix;
use super::scratch::{Scratch, now, wait_until};
use crate::build::Built;
use crate::shell;
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Duration;

/// No case may take longer.
const CASE_LIMIT: Duration = Duration::from_secs(180);

/// One load.
pub(super) struct Load {
    /// Connections at once.
    pub(super) sessions: usize,
    /// Octets of each message.
    pub(super) octets: usize,
    /// Messages of all connections together.
    pub(super) messages: usize,
}

/// Measures every load three times on both, alternating, and answers the medians.
pub(crate) fn measure(built: &Built, quick: bool) -> Result<Vec<Figure>> {
    let scratch = Scratch::new("smtp")?;
    let postfix = Postfix::start(scratch.path())?;
    let engine = Engine::start(built, scratch.path())?;
    let scale = if quick { 4 } else { 1 };
    let loads = [
        Load {
            sessions: 1,
            octets: 5_000,
            messages: 2_000 / scale,
        },
        Load {
            sessions: 20,
            octets: 5_000,
            messages: 6_000 / scale,
        },
        Load {
            sessions: 1,
            octets: 50_000,
            messages: 1_000 / scale,
        },
        Load {
            sessions: 20,
            octets: 50_000,
            messages: 2_000 / scale,
        },
    ];
    let mut figures = Vec::new();
    for load in loads {
        let (mut ours, mut peers) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            postfix.clear();
            peers.push(run(&load, postfix.port, || Ok(postfix.delivered()))?);
            ours.push(run_on(&load, &engine)?);
        }
        let case = format!("{} KB, {} connections", load.octets / 1000, load.sessions);
        let (ours, peer) = (median(ours), Some(median(peers)));
        figures.push(Figure {
            bench: "smtp",
            case,
            unit: "messages/s",
            ours,
            peer,
        });
    }
    Ok(figures)
}

/// One load on Waxseal; messages per second.
pub(super) fn run_on(load: &Load, engine: &Engine) -> Result<f64> {
    let before = inbox_messages(engine)?;
    let delivered = || Ok(inbox_messages(engine)? - before);
    run(load, engine.smtp_port(), delivered)
}

/// Sends one load and waits until all of it is delivered; messages per second.
fn run(load: &Load, port: u16, delivered: impl Fn() -> Result<usize>) -> Result<f64> {
    let start = now();
    let mut source = Command::new("/usr/sbin/smtp-source");
    source.args([
        "-s",
        &load.sessions.to_string(),
        "-m",
        &load.messages.to_string(),
    ]);
    source.args([
        "-l",
        &load.octets.to_string(),
        "-f",
        "sender@client.example.test",
    ]);
    source.args(["-t", "alice@example.test", &format!("127.0.0.1:{port}")]);
    shell::output(&mut source)?;
    let mut failure = None;
    let all = wait_until(CASE_LIMIT, || match delivered() {
        Ok(messages) => messages >= load.messages,
        Err(error) => {
            failure = Some(error);
            true
        }
    });
    if let Some(error) = failure {
        return Err(error.context("counting delivered messages"));
    }
    all.context("not every message was delivered")?;
    Ok(load.messages as f64 / start.elapsed().as_secs_f64())
}

/// Messages in alice's INBOX.
fn inbox_messages(engine: &Engine) -> Result<usize> {
    let mut client = ImapClient::login(engine.imap_port(), "alice@example.test", "secret1")?;
    let (_, answer) = client.command("STATUS INBOX (MESSAGES)")?;
    let number = answer
        .split("MESSAGES ")
        .nth(1)
        .and_then(|rest| rest.split(')').next());
    number
        .and_then(|number| number.parse().ok())
        .context("no MESSAGES in the STATUS answer")
}
