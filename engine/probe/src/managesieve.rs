//! ManageSieve: capabilities in each phase, with the Sieve extensions among them; then scripts.

use crate::sasl;
use crate::session::{Phase, Session};
use crate::trial::Answer;
use crate::wire::{Gone, Wire};

/// Name of the script that is stored and removed again.
const SCRIPT: &str = "waxseal-probe";

/// Probes a ManageSieve endpoint.
pub(crate) async fn run(session: &mut Session) -> Result<(), Gone> {
    let mut wire = session.connect().await?;
    let greeting = answer(session, &mut wire).await?;
    note(session, Session::phase(&wire), &greeting);
    if session.wants_tls(&wire) && session.announces("managesieve/starttls") {
        let reply = command(session, &mut wire, "STARTTLS").await?;
        let secured = match reply.status.as_str() {
            "OK" => wire.start_tls().await,
            _ => Err(Gone::Tls(reply.last().to_owned())),
        };
        match secured {
            Ok(()) => session.works("managesieve/starttls", "STARTTLS", "handshake done"),
            Err(gone) => {
                session.fails("managesieve/starttls", "STARTTLS", &gone.to_string());
                return Err(gone);
            }
        }
        // The server speaks first after the handshake (RFC 5804 §2.2).
        let again = answer(session, &mut wire).await?;
        note(session, Phase::Tls, &again);
    }
    let may = wire.is_secure() || session.endpoint.clear_text_login;
    if may && session.announces("sasl/plain") && log_in(session, &mut wire).await? {
        let after = command(session, &mut wire, "CAPABILITY").await?;
        note(session, Phase::Login, &after);
        scripts(session, &mut wire).await?;
    }
    command(session, &mut wire, "LOGOUT").await?;
    wire.close().await;
    Ok(())
}

/// Notes each capability line; the words of SIEVE and SASL are extensions themselves.
fn note(session: &mut Session, phase: Phase, answer: &Answer) {
    for line in &answer.lines {
        let strings = strings(line);
        let Some(name) = strings.first().filter(|_| line.starts_with('"')) else {
            continue;
        };
        session.announce(phase, "managesieve", name, line);
        let family = match name.to_ascii_uppercase().as_str() {
            "SIEVE" => "sieve",
            "SASL" => "sasl",
            _ => continue,
        };
        for word in strings.get(1).map_or("", String::as_str).split_whitespace() {
            let shown = format!("\"{name}\" … {word} …");
            session.announce(phase, family, word, &shown);
        }
    }
}

async fn log_in(session: &mut Session, wire: &mut Wire) -> Result<bool, Gone> {
    let Some((user, password)) = session.login() else {
        return Ok(false);
    };
    let Some(plain) = sasl::exchange("PLAIN", &user, &password) else {
        return Ok(false);
    };
    let initial = plain.answers.concat();
    let line = format!("AUTHENTICATE \"PLAIN\" \"{initial}\"\r\n");
    wire.send_as(line.as_bytes(), "AUTHENTICATE \"PLAIN\" <credentials>")
        .await?;
    let reply = answer(session, wire).await?;
    let logged_in = reply.status == "OK";
    if logged_in {
        session.works(plain.extension, "AUTHENTICATE PLAIN", "logged in");
        session.works("managesieve/sasl", "AUTHENTICATE PLAIN", "logged in");
    } else {
        session.fails(plain.extension, "AUTHENTICATE PLAIN", reply.last());
    }
    Ok(logged_in)
}

/// Has the server compile one script per extension, and keep and remove one.
async fn scripts(session: &mut Session, wire: &mut Wire) -> Result<(), Gone> {
    let version = session.announces("managesieve/version");
    let announced: Vec<(&'static str, String)> = session
        .announced
        .iter()
        .filter_map(|one| {
            let extension = one.extension.filter(|id| id.starts_with("sieve/"))?;
            Some((extension, one.line.split(' ').nth(2)?.to_owned()))
        })
        .collect();
    let mut tried = Vec::new();
    for (extension, name) in announced {
        if tried.contains(&name) {
            continue;
        }
        // These build on others (RFC 5703 §7, RFC 9042).
        let more = match name.as_str() {
            "extracttext" => "\"variables\", \"foreverypart\", ",
            _ => "",
        };
        let script = format!("require [{more}\"{name}\"];\r\nkeep;\r\n");
        let shown = format!("a script that requires {name}");
        let reply = if version {
            check(session, wire, &script).await?
        } else {
            put(session, wire, &script).await?
        };
        match reply.status.as_str() {
            "OK" => session.works(extension, &shown, "compiled"),
            _ => session.fails(extension, &shown, reply.last()),
        }
        tried.push(name);
    }
    let reply = put(session, wire, "keep;\r\n").await?;
    let listed = command(session, wire, "LISTSCRIPTS").await?;
    if reply.status == "OK" && listed.has(SCRIPT) {
        session.works(
            "managesieve/sieve",
            "PUTSCRIPT, LISTSCRIPTS",
            "stored and listed",
        );
    } else {
        session.fails("managesieve/sieve", "PUTSCRIPT, LISTSCRIPTS", reply.last());
    }
    command(session, wire, &format!("DELETESCRIPT \"{SCRIPT}\"")).await?;
    if version {
        let reply = check(session, wire, "keep;\r\n").await?;
        match reply.status.as_str() {
            "OK" => session.works("managesieve/version", "CHECKSCRIPT", "checked a script"),
            _ => session.fails("managesieve/version", "CHECKSCRIPT", reply.last()),
        }
    }
    Ok(())
}

async fn check(session: &Session, wire: &mut Wire, script: &str) -> Result<Answer, Gone> {
    literal(session, wire, "CHECKSCRIPT", script).await
}

async fn put(session: &Session, wire: &mut Wire, script: &str) -> Result<Answer, Gone> {
    literal(session, wire, &format!("PUTSCRIPT \"{SCRIPT}\""), script).await
}

async fn literal(
    session: &Session,
    wire: &mut Wire,
    command: &str,
    script: &str,
) -> Result<Answer, Gone> {
    let line = format!("{command} {{{}+}}\r\n{script}\r\n", script.len());
    wire.send_as(line.as_bytes(), line.trim_end()).await?;
    answer(session, wire).await
}

async fn command(session: &Session, wire: &mut Wire, line: &str) -> Result<Answer, Gone> {
    wire.send(line).await?;
    answer(session, wire).await
}

/// Lines up to OK, NO or BYE, literals among them taken.
async fn answer(session: &Session, wire: &mut Wire) -> Result<Answer, Gone> {
    let mut answer = Answer::default();
    for _ in 0..session.limits().reply_lines_max {
        let mut line = wire.line().await?;
        let length = line
            .strip_suffix('}')
            .and_then(|line| line.rsplit_once('{'))
            .and_then(|(_, length)| length.trim_end_matches('+').parse().ok());
        if let Some(length) = length {
            let octets = wire.octets(length).await?;
            let text = String::from_utf8_lossy(&octets).replace(['\r', '\n'], " ");
            wire.heard(&text);
            // The rest of the line behind the literal.
            wire.line().await?;
            line.push_str(&text);
        }
        let word = line.split([' ', '(']).next().unwrap_or_default();
        let word = word.to_ascii_uppercase();
        answer.lines.push(line);
        if matches!(word.as_str(), "OK" | "NO" | "BYE") {
            answer.status = word;
            return Ok(answer);
        }
    }
    Err(Gone::TooMuch)
}

/// The quoted strings of a line.
fn strings(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (&mut current, letter) {
            (Some(text), '\\') => text.extend(letters.next()),
            (Some(_), '"') => found.extend(current.take()),
            (Some(text), letter) => text.push(letter),
            (None, '"') => current = Some(String::new()),
            (None, _) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests;
