//! Commands with tags, literals and continuations.

use crate::sasl::Exchange;
use crate::session::Session;
use crate::trial::Answer;
use crate::wire::{Gone, Wire};

/// Made by the probe and removed by it. `%M` and `%N` in commands stand for them.
const MAILBOX: &str = "waxseal-probe";
/// The second one.
const OTHER: &str = "waxseal-probe-2";

/// The message that is stored: one text part and one octet part, with a word beyond ASCII.
pub(super) const MESSAGE: &str = "From: Ann <ann@example.test>\r\nTo: Ben <ben@example.test>\r\n\
Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <probe-1@example.test>\r\n\
Date: Mon, 23 Nov 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n\
--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhello probe\r\n\
--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n";

/// An IMAP connection.
pub(super) struct Dialogue {
    wire: Wire,
    count: usize,
    lines_max: usize,
    /// The server's first line.
    pub(super) greeting: String,
    /// What stands before the names of one's own mailboxes, such as `INBOX.`.
    prefix: String,
}

impl Dialogue {
    /// Connects and takes the greeting.
    pub(super) async fn open(session: &Session) -> Result<Self, Gone> {
        let mut wire = session.connect().await?;
        let greeting = wire.line().await?;
        if !greeting.starts_with("* ") {
            return Err(Gone::Garbage(greeting.chars().take(60).collect()));
        }
        Ok(Self {
            wire,
            count: 0,
            lines_max: session.limits().reply_lines_max,
            greeting,
            prefix: String::new(),
        })
    }

    /// Connects, and performs STARTTLS where it is wanted and announced.
    pub(super) async fn open_secure(session: &Session) -> Result<Self, Gone> {
        let mut dialogue = Self::open(session).await?;
        if session.wants_tls(&dialogue.wire) && session.announces("imap/starttls") {
            dialogue.start_tls().await?;
        }
        Ok(dialogue)
    }

    /// Connects and logs in, into the mailbox of the probe.
    pub(super) async fn reopen(session: &mut Session) -> Result<Self, Gone> {
        let mut dialogue = Self::open_secure(session).await?;
        let (user, password) = session.login().ok_or(Gone::Closed)?;
        if !dialogue.login(session, &user, &password).await? {
            return Err(Gone::Closed);
        }
        dialogue.find_prefix().await?;
        dialogue.step("SELECT %M").await?;
        Ok(dialogue)
    }

    /// The connection.
    pub(super) const fn wire(&self) -> &Wire {
        &self.wire
    }

    /// STARTTLS and the handshake.
    pub(super) async fn start_tls(&mut self) -> Result<(), Gone> {
        let answer = self.command("STARTTLS").await?;
        if answer.status != "OK" {
            return Err(Gone::Tls(answer.last().to_owned()));
        }
        self.wire.start_tls().await
    }

    /// The words of CAPABILITY.
    pub(super) async fn capabilities(&mut self) -> Result<Vec<String>, Gone> {
        let answer = self.command("CAPABILITY").await?;
        let mut lines = answer.lines.iter();
        let line = lines.find(|line| line.to_ascii_uppercase().starts_with("* CAPABILITY "));
        let words = line.map_or("", String::as_str).split_whitespace().skip(2);
        Ok(words.map(str::to_owned).collect())
    }

    /// Logs in by LOGIN, or by AUTHENTICATE PLAIN where LOGIN is off.
    pub(super) async fn login(
        &mut self,
        session: &mut Session,
        user: &str,
        password: &str,
    ) -> Result<bool, Gone> {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let tag = self.tag();
        let line = format!(
            "{tag} LOGIN \"{}\" \"{}\"\r\n",
            quoted(user),
            quoted(password)
        );
        self.wire
            .send_as(line.as_bytes(), &format!("{tag} LOGIN <user> <password>"))
            .await?;
        let mut answer = self.until(&tag).await?;
        if answer.status != "OK"
            && session.announces("sasl/plain")
            && let Some(plain) = crate::sasl::exchange("PLAIN", user, password)
        {
            answer = self.authenticate("PLAIN", &plain, false).await?;
        }
        Ok(answer.status == "OK")
    }

    /// AUTHENTICATE; with the first answer on its line if `initial`.
    pub(super) async fn authenticate(
        &mut self,
        mechanism: &str,
        exchange: &Exchange,
        initial: bool,
    ) -> Result<Answer, Gone> {
        let tag = self.tag();
        let mut answers = exchange.answers.iter();
        let mut line = format!("{tag} AUTHENTICATE {mechanism}");
        let mut shown = line.clone();
        if initial
            && exchange.answers.len() == 1
            && let Some(first) = answers.next()
        {
            line = format!("{line} {first}");
            shown.push_str(" <credentials>");
        }
        self.wire
            .send_as(format!("{line}\r\n").as_bytes(), &shown)
            .await?;
        for answer in answers {
            let asked = self.until(&tag).await?;
            if asked.status != "+" {
                return Ok(asked);
            }
            self.wire
                .send_as(format!("{answer}\r\n").as_bytes(), "<credentials>")
                .await?;
        }
        self.until(&tag).await
    }

    /// Finds out under which name mailboxes of one's own live (RFC 2342).
    pub(super) async fn find_prefix(&mut self) -> Result<(), Gone> {
        let answer = self.command("NAMESPACE").await?;
        let personal = answer.lines.iter().find_map(|line| {
            let rest = line.split_once("NAMESPACE ((\"")?.1;
            Some(rest.split('"').next()?.to_owned())
        });
        self.prefix = personal.unwrap_or_default();
        Ok(())
    }

    /// One step of a trial. In it `%M` and `%N` are mailboxes, `{message}` and `{text}` literals
    /// (with `+` before the brace closed: without waiting), `IDLE; DONE` a command with what ends it,
    /// and `COMPRESS` switches compression on.
    pub(super) async fn step(&mut self, command: &str) -> Result<Answer, Gone> {
        let command = command
            .replace("%M", &format!("{}{MAILBOX}", self.prefix))
            .replace("%N", &format!("{}{OTHER}", self.prefix));
        if let Some((begin, end)) = command.split_once("; ") {
            let tag = self.tag();
            self.wire.send(&format!("{tag} {begin}")).await?;
            let asked = self.until(&tag).await?;
            if asked.status != "+" {
                return Ok(asked);
            }
            self.wire.send(end).await?;
            return self.until(&tag).await;
        }
        let answer = self.command(&command).await?;
        if command.starts_with("COMPRESS ") && answer.status == "OK" {
            self.wire.compress();
        }
        Ok(answer)
    }

    /// Sends a command, literals and all, and takes its answer.
    pub(super) async fn command(&mut self, command: &str) -> Result<Answer, Gone> {
        let tag = self.tag();
        let mut rest = format!("{tag} {command}");
        loop {
            let Some((before, literal, after)) = literal(&rest) else {
                self.wire.send(&rest).await?;
                return self.until(&tag).await;
            };
            let (octets, waits) = literal;
            let plus = if waits { "" } else { "+" };
            self.wire
                .send(&format!("{before}{{{}{plus}}}", octets.len()))
                .await?;
            if waits {
                let asked = self.until(&tag).await?;
                if asked.status != "+" {
                    return Ok(asked);
                }
            }
            let shown = format!("<{} octets>", octets.len());
            self.wire.send_as(octets.as_bytes(), &shown).await?;
            rest = after;
        }
    }

    /// Lines up to the tagged one, or to a continuation.
    async fn until(&mut self, tag: &str) -> Result<Answer, Gone> {
        let mut answer = Answer::default();
        for _ in 0..self.lines_max {
            let line = self.wire.line().await?;
            answer.lines.push(line.clone());
            if let Some(rest) = line
                .strip_prefix(tag)
                .and_then(|rest| rest.strip_prefix(' '))
            {
                let status = rest.split(' ').next().unwrap_or_default();
                answer.status = status.to_ascii_uppercase();
                return Ok(answer);
            }
            if line.starts_with('+') {
                answer.status = "+".to_owned();
                return Ok(answer);
            }
            if let Some(count) = literal_length(&line) {
                let octets = self.wire.octets(count).await?;
                self.wire
                    .note(&format!("a literal of {} octets", octets.len()));
            }
        }
        Err(Gone::TooMuch)
    }

    /// LOGOUT, without waiting for more than its answer.
    pub(super) async fn logout(&mut self) {
        // Whatever it answers, the connection is closed next.
        drop(self.command("LOGOUT").await);
        self.wire.close().await;
    }

    /// Hangs up.
    pub(super) async fn close(&mut self) {
        self.wire.close().await;
    }

    fn tag(&mut self) -> String {
        self.count += 1;
        format!("p{}", self.count)
    }
}

/// The octets of the first literal in a command and whether to wait, with what stands around it.
fn literal(command: &str) -> Option<(String, (&'static str, bool), String)> {
    let named = [
        ("{message}", MESSAGE, true),
        ("{message+}", MESSAGE, false),
        ("{text}", "hello", true),
        ("{text+}", "hello", false),
    ];
    let found = named.iter().filter_map(|(name, octets, waits)| {
        let at = command.find(name)?;
        Some((at, name.len(), (*octets, *waits)))
    });
    let (at, length, literal) = found.min_by_key(|(at, ..)| *at)?;
    let before = command.get(..at)?.to_owned();
    let after = command.get(at + length..)?.to_owned();
    Some((before, literal, after))
}

/// The length of the literal that a line announces at its end.
fn literal_length(line: &str) -> Option<usize> {
    let (_, length) = line.strip_suffix('}')?.rsplit_once('{')?;
    length.trim_end_matches('+').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_found() {
        let (before, (octets, waits), after) = literal("APPEND a {text+} {message}").unwrap();
        assert_eq!(
            (before.as_str(), octets, waits),
            ("APPEND a ", "hello", false)
        );
        assert_eq!(after, " {message}");
        assert_eq!(literal_length("* 1 FETCH (BODY {12}"), Some(12));
        assert_eq!(literal_length("* 1 FETCH (BODY ~{12}"), Some(12));
        assert_eq!(literal_length("a OK {done}"), None);
    }
}
