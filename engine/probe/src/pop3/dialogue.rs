//! Commands with answers of one line or of many.

use crate::sasl::Exchange;
use crate::session::Session;
use crate::trial::Answer;
use crate::wire::{Gone, Wire};

/// A POP3 connection.
pub(super) struct Dialogue {
    wire: Wire,
    lines_max: usize,
    /// The server's first line.
    pub(super) greeting: String,
}

impl Dialogue {
    /// Connects and takes the greeting.
    pub(super) async fn open(session: &Session) -> Result<Self, Gone> {
        let mut wire = session.connect().await?;
        let greeting = wire.line().await?;
        if !greeting.starts_with("+OK") {
            return Err(Gone::Garbage(greeting.chars().take(60).collect()));
        }
        Ok(Self {
            wire,
            lines_max: session.limits().reply_lines_max,
            greeting,
        })
    }

    /// Connects, and performs STLS where it is wanted and announced.
    pub(super) async fn open_secure(session: &Session) -> Result<Self, Gone> {
        let mut dialogue = Self::open(session).await?;
        if session.wants_tls(&dialogue.wire) && session.announces("pop3/stls") {
            dialogue.start_tls().await?;
        }
        Ok(dialogue)
    }

    /// The connection.
    pub(super) const fn wire(&self) -> &Wire {
        &self.wire
    }

    /// STLS and the handshake.
    pub(super) async fn start_tls(&mut self) -> Result<(), Gone> {
        let answer = self.step("STLS").await?;
        if answer.status != "+OK" {
            return Err(Gone::Tls(answer.last().to_owned()));
        }
        self.wire.start_tls().await
    }

    /// USER and PASS.
    pub(super) async fn login(&mut self, session: &Session) -> Result<bool, Gone> {
        let (user, password) = session.login().ok_or(Gone::Closed)?;
        let answer = self.user_pass(&user, &password).await?;
        Ok(answer.status == "+OK")
    }

    /// USER with the right name and PASS with a wrong password.
    pub(super) async fn refused_login(&mut self, session: &Session) -> Result<Answer, Gone> {
        let (user, _) = session.login().ok_or(Gone::Closed)?;
        self.user_pass(&user, "this is wrong").await
    }

    async fn user_pass(&mut self, user: &str, password: &str) -> Result<Answer, Gone> {
        self.wire
            .send_as(format!("USER {user}\r\n").as_bytes(), "USER <user>")
            .await?;
        let answer = self.answer(Lines::One).await?;
        if answer.status != "+OK" {
            return Ok(answer);
        }
        self.wire
            .send_as(format!("PASS {password}\r\n").as_bytes(), "PASS <password>")
            .await?;
        self.answer(Lines::One).await
    }

    /// AUTH, answer by answer (RFC 5034).
    pub(super) async fn authenticate(
        &mut self,
        mechanism: &str,
        exchange: &Exchange,
    ) -> Result<Answer, Gone> {
        let mut answer = self.step(&format!("AUTH {mechanism}")).await?;
        for response in &exchange.answers {
            if answer.status != "+" {
                break;
            }
            self.wire
                .send_as(format!("{response}\r\n").as_bytes(), "<credentials>")
                .await?;
            answer = self.answer(Lines::One).await?;
        }
        Ok(answer)
    }

    /// Whether STAT counts any message.
    pub(super) async fn has_messages(&mut self) -> Result<bool, Gone> {
        let answer = self.step("STAT").await?;
        let count = answer.last().split(' ').nth(1);
        Ok(count.is_some_and(|count| count != "0"))
    }

    /// One command; ` ...` behind it: the answer has many lines.
    pub(super) async fn step(&mut self, command: &str) -> Result<Answer, Gone> {
        let (command, many) = many(command);
        self.wire.send(command).await?;
        self.answer(many).await
    }

    /// Commands with ` | ` between them, sent at once.
    pub(super) async fn steps(&mut self, commands: &str) -> Result<Vec<Answer>, Gone> {
        let commands: Vec<_> = commands.split(" | ").map(many).collect();
        let lines: Vec<_> = commands.iter().map(|(command, _)| *command).collect();
        self.wire
            .send_as(
                format!("{}\r\n", lines.join("\r\n")).as_bytes(),
                &lines.join("\n"),
            )
            .await?;
        let mut answers = Vec::with_capacity(commands.len());
        for (_, many) in commands {
            answers.push(self.answer(many).await?);
        }
        Ok(answers)
    }

    /// QUIT, whatever it answers.
    pub(super) async fn quit(&mut self) {
        // The connection is closed next.
        drop(self.step("QUIT").await);
        self.wire.close().await;
    }

    async fn answer(&mut self, answer: Lines) -> Result<Answer, Gone> {
        let first = self.wire.line().await?;
        let status = first.split(' ').next().unwrap_or_default().to_owned();
        if !matches!(status.as_str(), "+OK" | "-ERR" | "+") {
            return Err(Gone::Garbage(first.chars().take(60).collect()));
        }
        let more = answer != Lines::One && status == "+OK";
        let mut lines = vec![first];
        while more && lines.last().is_none_or(|line| line != ".") {
            if lines.len() >= self.lines_max {
                return Err(Gone::TooMuch);
            }
            lines.push(match answer {
                Lines::OfMessage => self.wire.quiet_line().await?,
                Lines::One | Lines::Many => self.wire.line().await?,
            });
        }
        if more && answer == Lines::OfMessage {
            self.wire.note("the header of a message");
        }
        Ok(Answer { status, lines })
    }
}

/// What an answer has behind its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// Nothing.
    One,
    /// Lines up to a dot.
    Many,
    /// Lines up to a dot that are somebody's mail, and are not recorded.
    OfMessage,
}

fn many(command: &str) -> (&str, Lines) {
    match command.strip_suffix(" ...") {
        Some(command) if command.starts_with("TOP ") => (command, Lines::OfMessage),
        Some(command) => (command, Lines::Many),
        None => (command, Lines::One),
    }
}
