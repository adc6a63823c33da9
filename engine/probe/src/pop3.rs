//! POP3: CAPA in each phase, then the trials of `pop3/trials.txt`.

mod dialogue;

use crate::sasl;
use crate::session::{Phase, Session};
use crate::trial::{self, Trial};
use crate::wire::Gone;
use dialogue::Dialogue;

const TRIALS: &str = include_str!("pop3/trials.txt");
/// Connections made again after a server hung up during a trial.
const RECONNECTS_MAX: usize = 4;

/// Probes a POP3 endpoint.
pub(crate) async fn run(session: &mut Session) -> Result<(), Gone> {
    let mut first = Dialogue::open(session).await?;
    let greeting = first.greeting.clone();
    session.remark(Phase::Greeting, &greeting);
    if greeting.contains('<') && greeting.contains('@') {
        session.announce(Phase::Greeting, "pop3", "APOP", &greeting);
    }
    capabilities(session, &mut first, None).await?;
    if session.wants_tls(first.wire()) && session.announces("pop3/stls") {
        match first.start_tls().await {
            Ok(()) => session.works("pop3/stls", "STLS", "handshake done"),
            Err(gone) => {
                session.fails("pop3/stls", "STLS", &gone.to_string());
                return Err(gone);
            }
        }
        capabilities(session, &mut first, None).await?;
    }
    let may = first.wire().is_secure() || session.endpoint.clear_text_login;
    if session.login().is_none() || !may {
        first.quit().await;
        return Ok(());
    }
    first.quit().await;
    mechanisms(session).await;
    if session.announces("pop3/auth-resp-code") {
        wrong_password(session).await;
    }
    let mut first = Dialogue::open_secure(session).await?;
    if !first.login(session).await? {
        first.quit().await;
        return Ok(());
    }
    session.works("pop3/user", "USER, PASS", "logged in");
    session.reached = session.reached.max(Phase::Login);
    capabilities(session, &mut first, Some(Phase::Login)).await?;
    exercise(session, first).await;
    Ok(())
}

async fn capabilities(
    session: &mut Session,
    dialogue: &mut Dialogue,
    phase: Option<Phase>,
) -> Result<(), Gone> {
    let phase = phase.unwrap_or(Session::phase(dialogue.wire()));
    let answer = dialogue.step("CAPA ...").await?;
    if answer.status != "+OK" {
        return Ok(());
    }
    session.works("pop3/capa", "CAPA", "answered with a list");
    for line in answer.lines.iter().skip(1).filter(|line| *line != ".") {
        let token = line.split(' ').next().unwrap_or_default();
        session.announce(phase, "pop3", token, line);
        if token.eq_ignore_ascii_case("SASL") {
            for mechanism in line.split(' ').skip(1) {
                session.announce(phase, "sasl", mechanism, line);
            }
        }
    }
    Ok(())
}

/// Tries every mechanism that the prober speaks, each on a connection of its own.
async fn mechanisms(session: &mut Session) {
    let Some((user, password)) = session.login() else {
        return;
    };
    for mechanism in session.words_of("pop3/sasl") {
        let Some(exchange) = sasl::exchange(&mechanism, &user, &password) else {
            continue;
        };
        let command = format!("AUTH {mechanism}");
        let outcome = async {
            let mut dialogue = Dialogue::open_secure(session).await?;
            let answer = dialogue.authenticate(&mechanism, &exchange).await?;
            dialogue.quit().await;
            Ok::<_, Gone>(answer)
        };
        match outcome.await.map_err(|gone| gone.to_string()) {
            Ok(answer) if answer.status == "+OK" => {
                session.works(exchange.extension, &command, "logged in");
                session.works("pop3/sasl", &command, "logged in");
            }
            Ok(answer) => session.fails(exchange.extension, &command, answer.last()),
            Err(reason) => session.fails(exchange.extension, &command, &reason),
        }
    }
}

/// AUTH-RESP-CODE: a refused login must say `[AUTH]` (RFC 3206).
async fn wrong_password(session: &mut Session) {
    let outcome = async {
        let mut dialogue = Dialogue::open_secure(session).await?;
        let answer = dialogue.refused_login(session).await?;
        dialogue.quit().await;
        Ok::<_, Gone>(answer)
    };
    let command = "PASS with a wrong password";
    match outcome.await {
        Ok(answer) if answer.has("[AUTH]") => {
            session.works("pop3/auth-resp-code", command, "refused with [AUTH]");
        }
        Ok(answer) => session.fails("pop3/auth-resp-code", command, answer.last()),
        Err(gone) => session.fails("pop3/auth-resp-code", command, &gone.to_string()),
    }
}

async fn exercise(session: &mut Session, first: Dialogue) {
    let mut current = Some(first);
    let mut reconnects = 0;
    for trial in trial::read(TRIALS) {
        if !trial.always && !session.announces(trial.extension) {
            continue;
        }
        if trial.alone {
            if let Ok(mut own) = Dialogue::open_secure(session).await {
                // Its outcome is noted; the connection ends here either way.
                drop(attempt(session, &mut own, &trial).await);
                own.quit().await;
            }
            continue;
        }
        if current.is_none() {
            reconnects += 1;
            if reconnects > RECONNECTS_MAX {
                return;
            }
            current = reopen(session).await.ok();
        }
        let Some(dialogue) = &mut current else {
            return;
        };
        let needs_message = trial.steps.iter().any(|step| step.send.starts_with("TOP "));
        if needs_message && !dialogue.has_messages().await.unwrap_or(false) {
            continue;
        }
        if attempt(session, dialogue, &trial).await.is_err() {
            current = None;
        }
    }
    if let Some(dialogue) = &mut current {
        dialogue.quit().await;
    }
}

async fn reopen(session: &mut Session) -> Result<Dialogue, Gone> {
    let mut dialogue = Dialogue::open_secure(session).await?;
    match dialogue.login(session).await? {
        true => Ok(dialogue),
        false => Err(Gone::Closed),
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
        last = step.send.trim_end_matches(" ...");
        let outcome = dialogue.steps(step.send).await;
        let answers = match outcome {
            Ok(answers) => answers,
            Err(gone) => {
                session.fails(trial.extension, last, &format!("{last}: {gone}"));
                return Err(gone);
            }
        };
        for (answer, want) in answers.iter().zip(step.want.split(" | ")) {
            if let Err(reason) = trial::judge(answer, want) {
                session.fails(trial.extension, last, &format!("{last}: {reason}"));
                return Ok(());
            }
        }
    }
    session.works(trial.extension, last, &format!("{last}: as asked"));
    Ok(())
}

#[cfg(test)]
mod tests;
