//! SMTP, submission and LMTP: EHLO in each phase, then the trials of `smtp/trials.txt`.

mod dialogue;

use crate::plan::Protocol;
use crate::sasl;
use crate::session::{Phase, Session};
use crate::trial::{self, Trial};
use crate::wire::Gone;
use dialogue::Dialogue;

const TRIALS: &str = include_str!("smtp/trials.txt");
/// The reply to who should log in first (RFC 4954 §6): the trial says nothing then.
const LOGIN_FIRST: &str = "530";
/// Connections made again after a server hung up during a trial.
const RECONNECTS_MAX: usize = 4;

/// Probes an endpoint of the SMTP family.
pub(crate) async fn run(session: &mut Session) -> Result<(), Gone> {
    let mut first = Dialogue::open(session).await?;
    session.remark(Phase::Greeting, &first.greeting.clone());
    extensions(session, &mut first, None).await?;
    if session.wants_tls(first.wire()) && first.offers("STARTTLS") {
        match first.start_tls().await {
            Ok(()) => session.works("smtp/starttls", "STARTTLS", "handshake done"),
            Err(gone) => {
                session.fails("smtp/starttls", "STARTTLS", &gone.to_string());
                return Err(gone);
            }
        }
        extensions(session, &mut first, None).await?;
    }
    first.quit().await;
    mechanisms(session).await;
    exercise(session).await;
    Ok(())
}

/// Says EHLO or LHLO, and notes what is offered.
async fn extensions(
    session: &mut Session,
    dialogue: &mut Dialogue,
    phase: Option<Phase>,
) -> Result<(), Gone> {
    let phase = phase.unwrap_or(Session::phase(dialogue.wire()));
    let lmtp = session.endpoint.protocol == Protocol::Lmtp;
    let offered = dialogue.hello().await?;
    session.names.push(dialogue.name.clone());
    for line in offered {
        let token = line.split([' ', '=']).next().unwrap_or_default();
        session.announce(phase, if lmtp { "lmtp" } else { "smtp" }, token, &line);
        if token.eq_ignore_ascii_case("AUTH") {
            let mechanisms = line.split([' ', '=']).skip(1);
            for mechanism in mechanisms.map(str::to_owned).collect::<Vec<_>>() {
                session.announce(phase, "sasl", &mechanism, &line);
            }
        }
    }
    let detail = "answered with its extensions";
    if lmtp {
        session.works("lmtp/core", "LHLO", detail);
    } else {
        session.works("smtp/ehlo", "EHLO", detail);
    }
    Ok(())
}

/// Tries every mechanism that the prober speaks, each on a connection of its own.
async fn mechanisms(session: &mut Session) {
    let Some((user, password)) = session.login() else {
        return;
    };
    for mechanism in session.words_of("smtp/auth") {
        let Some(exchange) = sasl::exchange(&mechanism, &user, &password) else {
            continue;
        };
        let command = format!("AUTH {mechanism}");
        let outcome = async {
            let mut dialogue = Dialogue::open_secure(session).await?;
            if !dialogue.wire().is_secure() && !session.endpoint.clear_text_login {
                return Ok(None);
            }
            let answer = dialogue.authenticate(&mechanism, &exchange).await?;
            if answer.status == "235" {
                extensions(session, &mut dialogue, Some(Phase::Login)).await?;
            }
            dialogue.quit().await;
            Ok::<_, Gone>(Some(answer))
        };
        match outcome.await.map_err(|gone| gone.to_string()) {
            Ok(None) => {}
            Ok(Some(answer)) if answer.status == "235" => {
                session.works(exchange.extension, &command, "logged in");
                session.works("smtp/auth", &command, "logged in");
            }
            Ok(Some(answer)) => session.fails(exchange.extension, &command, answer.last()),
            Err(reason) => session.fails(exchange.extension, &command, &reason),
        }
    }
}

/// Opens a connection as far as trials need it: TLS and login where they are to be had.
async fn ready(session: &Session) -> Result<Dialogue, Gone> {
    let mut dialogue = Dialogue::open_secure(session).await?;
    let may = dialogue.wire().is_secure() || session.endpoint.clear_text_login;
    if may
        && session.announces("sasl/plain")
        && dialogue.offers("AUTH")
        && let Some((user, password)) = session.login()
        && let Some(plain) = sasl::exchange("PLAIN", &user, &password)
    {
        dialogue.authenticate("PLAIN", &plain).await?;
    }
    Ok(dialogue)
}

async fn exercise(session: &mut Session) {
    let mut current = None;
    let mut connections = 0;
    let lmtp = session.endpoint.protocol == Protocol::Lmtp;
    for trial in trial::read(TRIALS) {
        // What LMTP announces of SMTP says nothing about the product's SMTP.
        let ours = trial.extension.starts_with("lmtp/") == lmtp;
        let to = |step: &trial::Step| ["%T", "%U"].iter().any(|blank| step.send.contains(blank));
        let needed = trial.steps.iter().any(to);
        let possible = !needed || session.endpoint.recipient.is_some();
        if !ours || !possible || !(trial.always || session.announces(trial.extension)) {
            continue;
        }
        if current.is_none() {
            connections += 1;
            if connections > RECONNECTS_MAX {
                return;
            }
            current = ready(session).await.ok();
        }
        let Some(dialogue) = &mut current else {
            return;
        };
        if attempt(session, dialogue, &trial).await.is_err() {
            current = None;
        }
    }
    if let Some(dialogue) = &mut current {
        dialogue.quit().await;
    }
}

/// Runs one trial. An error means that the connection is gone.
async fn attempt(
    session: &mut Session,
    dialogue: &mut Dialogue,
    trial: &Trial,
) -> Result<(), Gone> {
    let size = session.words_of("smtp/size").first().cloned();
    let mut last = "";
    for step in &trial.steps {
        last = step.send;
        if last.contains("%S") && size.as_deref().is_none_or(|size| size == "0") {
            continue;
        }
        let answers = match dialogue
            .step(step.send, size.as_deref().unwrap_or("0"))
            .await
        {
            Ok(answers) => answers,
            Err(gone) => {
                session.fails(trial.extension, last, &format!("{last}: {gone}"));
                return Err(gone);
            }
        };
        if answers.iter().any(|answer| answer.status == LOGIN_FIRST) {
            return dialogue.reset().await;
        }
        for (answer, want) in answers.iter().zip(step.want.split(" | ")) {
            if let Err(reason) = trial::judge(answer, want) {
                session.fails(trial.extension, last, &format!("{last}: {reason}"));
                dialogue.reset().await?;
                return Ok(());
            }
        }
    }
    session.works(trial.extension, last, &format!("{last}: as asked"));
    dialogue.reset().await
}

#[cfg(test)]
mod tests;
