//! IMAP: CAPABILITY in each phase, then the trials of `imap/trials.txt`.

mod dialogue;

use crate::sasl;
use crate::session::{Phase, Session};
use crate::trial::{self, Trial};
use crate::wire::Gone;
use dialogue::Dialogue;

const TRIALS: &str = include_str!("imap/trials.txt");
/// Connections made again after a server hung up during a trial.
const RECONNECTS_MAX: usize = 8;

/// Probes an IMAP endpoint.
pub(crate) async fn run(session: &mut Session) -> Result<(), Gone> {
    let mut first = Dialogue::open(session).await?;
    session.remark(Phase::Greeting, &first.greeting.clone());
    capabilities(session, &mut first, None).await?;
    if session.wants_tls(first.wire()) && session.announces("imap/starttls") {
        match first.start_tls().await {
            Ok(()) => session.works("imap/starttls", "STARTTLS", "handshake done"),
            Err(gone) => {
                session.fails("imap/starttls", "STARTTLS", &gone.to_string());
                return Err(gone);
            }
        }
        capabilities(session, &mut first, None).await?;
    }
    let may = first.wire().is_secure() || session.endpoint.clear_text_login;
    let Some((user, password)) = session.login().filter(|_| may) else {
        first.logout().await;
        return Ok(());
    };
    first.logout().await;
    mechanisms(session, &user, &password).await;
    let mut first = Dialogue::open_secure(session).await?;
    if !first.login(session, &user, &password).await? {
        first.logout().await;
        return Ok(());
    }
    capabilities(session, &mut first, Some(Phase::Login)).await?;
    session.works(
        "imap/imap4rev1",
        "LOGIN, SELECT, FETCH, …",
        "the base commands worked",
    );
    first.find_prefix().await?;
    exercise(session, first).await;
    Ok(())
}

/// Asks what the server can do now, and notes it.
async fn capabilities(
    session: &mut Session,
    dialogue: &mut Dialogue,
    phase: Option<Phase>,
) -> Result<(), Gone> {
    let phase = phase.unwrap_or(Session::phase(dialogue.wire()));
    for token in dialogue.capabilities().await? {
        if let Some(mechanism) = token.to_ascii_uppercase().strip_prefix("AUTH=") {
            session.announce(phase, "sasl", mechanism, &token);
        }
        session.announce(phase, "imap", &token, &token);
    }
    Ok(())
}

/// Tries every mechanism that the prober speaks, each on a connection of its own.
async fn mechanisms(session: &mut Session, user: &str, password: &str) {
    let announced: Vec<String> = session
        .announced
        .iter()
        .filter_map(|one| one.line.strip_prefix("AUTH=").map(str::to_owned))
        .collect();
    let mut tried = Vec::new();
    for mechanism in announced {
        let Some(exchange) = sasl::exchange(&mechanism, user, password) else {
            continue;
        };
        if tried.contains(&exchange.extension) {
            continue;
        }
        tried.push(exchange.extension);
        let outcome = async {
            let mut dialogue = Dialogue::open_secure(session).await?;
            let initial = session.announces("imap/sasl-ir");
            let answer = dialogue
                .authenticate(&mechanism, &exchange, initial)
                .await?;
            dialogue.logout().await;
            Ok::<_, Gone>(answer)
        };
        let command = format!("AUTHENTICATE {mechanism}");
        match outcome.await.map_err(|gone| gone.to_string()) {
            Ok(answer) if answer.status == "OK" => {
                session.works(exchange.extension, &command, "logged in");
                if session.announces("imap/auth") {
                    session.works("imap/auth", &command, "logged in");
                }
                if session.announces("imap/sasl-ir") && exchange.answers.len() == 1 {
                    session.works(
                        "imap/sasl-ir",
                        &command,
                        "logged in with an initial response",
                    );
                }
            }
            Ok(answer) => session.fails(exchange.extension, &command, answer.last()),
            Err(reason) => session.fails(exchange.extension, &command, &reason),
        }
    }
}

/// Runs all trials, first those that share a connection (a new one whenever it broke), then those
/// that need one of their own.
async fn exercise(session: &mut Session, first: Dialogue) {
    let mut current = Some(first);
    let mut reconnects = 0;
    let trials = trial::read(TRIALS);
    let (alone, shared): (Vec<_>, Vec<_>) = trials.iter().partition(|trial| trial.alone);
    for trial in shared {
        if !trial.always && !session.announces(trial.extension) {
            continue;
        }
        if current.is_none() {
            reconnects += 1;
            if reconnects > RECONNECTS_MAX {
                return;
            }
            current = Dialogue::reopen(session).await.ok();
        }
        let Some(dialogue) = &mut current else {
            return;
        };
        if attempt(session, dialogue, trial).await.is_err() {
            current = None;
        }
    }
    if let Some(dialogue) = &mut current {
        dialogue.logout().await;
    }
    for trial in alone {
        if !trial.always && !session.announces(trial.extension) {
            continue;
        }
        if let Ok(mut own) = Dialogue::reopen(session).await {
            // Its outcome is noted; the connection ends here either way.
            drop(attempt(session, &mut own, trial).await);
            own.close().await;
        }
    }
}

/// Runs one trial. An error means that the connection is gone.
async fn attempt(
    session: &mut Session,
    dialogue: &mut Dialogue,
    trial: &Trial,
) -> Result<(), Gone> {
    let mut last = "";
    for step in &trial.steps {
        last = step.send;
        let answer = match dialogue.step(step.send).await {
            Ok(answer) => answer,
            Err(gone) => {
                session.fails(
                    trial.extension,
                    step.send,
                    &format!("{}: {gone}", step.send),
                );
                return Err(gone);
            }
        };
        if let Err(reason) = trial::judge(&answer, step.want) {
            session.fails(
                trial.extension,
                step.send,
                &format!("{}: {reason}", step.send),
            );
            return Ok(());
        }
    }
    session.works(trial.extension, last, &format!("{last}: as asked"));
    Ok(())
}

#[cfg(test)]
mod tests;
