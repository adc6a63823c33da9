//! Commands and replies, pipelined or not, with DATA and BDAT.

use crate::plan::Protocol;
use crate::sasl::Exchange;
use crate::session::Session;
use crate::trial::Answer;
use crate::wire::{Gone, Wire};

/// The message that is sent to the recipient of the plan. Every line ends in CRLF.
const MESSAGE: &str = "From: Waxseal probe <probe@example.test>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n\
Message-ID: <probe-2@example.test>\r\n\r\nNothing to see here.\r\n";

/// The name the probe gives itself.
const HELLO: &str = "probe.example.test";

/// An SMTP connection.
pub(super) struct Dialogue {
    wire: Wire,
    lmtp: bool,
    lines_max: usize,
    offered: Vec<String>,
    sender: String,
    recipient: String,
    /// The server's first line.
    pub(super) greeting: String,
    /// What it calls itself after EHLO.
    pub(super) name: String,
}

impl Dialogue {
    /// Connects and takes the greeting.
    pub(super) async fn open(session: &Session) -> Result<Self, Gone> {
        let wire = session.connect().await?;
        let recipient = session.endpoint.recipient.clone().unwrap_or_default();
        let user = session.endpoint.user.clone().unwrap_or_default();
        let sender = if user.contains('@') {
            user
        } else {
            recipient.clone()
        };
        let mut dialogue = Self {
            wire,
            lmtp: session.endpoint.protocol == Protocol::Lmtp,
            lines_max: session.limits().reply_lines_max,
            offered: Vec::new(),
            sender,
            recipient,
            greeting: String::new(),
            name: String::new(),
        };
        let greeting = dialogue.reply().await?;
        if greeting.status != "220" {
            return Err(Gone::Garbage(greeting.last().chars().take(60).collect()));
        }
        greeting.last().clone_into(&mut dialogue.greeting);
        Ok(dialogue)
    }

    /// Connects, says EHLO, and performs STARTTLS where it is wanted and offered.
    pub(super) async fn open_secure(session: &Session) -> Result<Self, Gone> {
        let mut dialogue = Self::open(session).await?;
        dialogue.hello().await?;
        if session.wants_tls(&dialogue.wire) && dialogue.offers("STARTTLS") {
            dialogue.start_tls().await?;
            dialogue.hello().await?;
        }
        Ok(dialogue)
    }

    /// The connection.
    pub(super) const fn wire(&self) -> &Wire {
        &self.wire
    }

    /// EHLO or LHLO; the lines after the first. HELO where EHLO is not known.
    pub(super) async fn hello(&mut self) -> Result<Vec<String>, Gone> {
        let verb = if self.lmtp { "LHLO" } else { "EHLO" };
        let answer = self.command(&format!("{verb} {HELLO}")).await?;
        if answer.status != "250" {
            return Err(Gone::Garbage(answer.last().chars().take(60).collect()));
        }
        let name = answer
            .lines
            .first()
            .and_then(|line| line.get(4..)?.split(' ').next());
        self.name = name.unwrap_or_default().to_owned();
        let lines = answer.lines.iter().skip(1);
        self.offered = lines
            .filter_map(|line| Some(line.get(4..)?.trim().to_owned()))
            .filter(|line| !line.is_empty())
            .collect();
        Ok(self.offered.clone())
    }

    /// Whether the last EHLO offered it.
    pub(super) fn offers(&self, keyword: &str) -> bool {
        let mut offered = self.offered.iter();
        offered.any(|line| {
            let word = line.split([' ', '=']).next();
            word.is_some_and(|word| word.eq_ignore_ascii_case(keyword))
        })
    }

    /// STARTTLS and the handshake.
    pub(super) async fn start_tls(&mut self) -> Result<(), Gone> {
        let answer = self.command("STARTTLS").await?;
        if answer.status != "220" {
            return Err(Gone::Tls(answer.last().to_owned()));
        }
        self.wire.start_tls().await
    }

    /// AUTH, answer by answer.
    pub(super) async fn authenticate(
        &mut self,
        mechanism: &str,
        exchange: &Exchange,
    ) -> Result<Answer, Gone> {
        let mut answer = self.command(&format!("AUTH {mechanism}")).await?;
        for response in &exchange.answers {
            if answer.status != "334" {
                break;
            }
            self.wire
                .send_as(format!("{response}\r\n").as_bytes(), "<credentials>")
                .await?;
            answer = self.reply().await?;
        }
        Ok(answer)
    }

    /// One step of a trial: commands with ` | ` between them go out at once. `%F` is the sender, `%T`
    /// the recipient, `%D` its domain, `%U` its local part, `%S` more than the greatest size;
    /// `{message}` a message with its final dot, `{utf8}` one with
    /// UTF-8 in its header, `{chunk}` a message as the last chunk.
    pub(super) async fn step(&mut self, step: &str, size: &str) -> Result<Vec<Answer>, Gone> {
        let (user, domain) = self
            .recipient
            .split_once('@')
            .unwrap_or((&self.recipient, ""));
        let too_large = size
            .parse::<u64>()
            .unwrap_or(0)
            .saturating_add(1)
            .to_string();
        let (user, domain) = (user.to_owned(), domain.to_owned());
        let fill = |command: &str| {
            command
                .replace("%F", &self.sender)
                .replace("%T", &self.recipient)
                .replace("%U", &user)
                .replace("%D", &domain)
                .replace("%S", &too_large)
        };
        let (mut octets, mut shown) = (String::new(), String::new());
        let commands: Vec<_> = step.split(" | ").map(fill).collect();
        for command in &commands {
            if command == "{message}" || command == "{utf8}" {
                let subject = match command.as_str() {
                    "{utf8}" => "Subject: Grüße\r\n",
                    _ => "",
                };
                octets.push_str(&format!("{subject}{MESSAGE}.\r\n"));
                let count = subject.len() + MESSAGE.len();
                shown.push_str(&format!("<{count} octets>\n.\n"));
            } else if command == "{chunk}" {
                let count = MESSAGE.len();
                octets.push_str(&format!("BDAT {count} LAST\r\n{MESSAGE}"));
                shown.push_str(&format!("BDAT {count} LAST\n<{count} octets>\n"));
            } else {
                octets.push_str(&format!("{command}\r\n"));
                shown.push_str(&format!("{command}\n"));
            }
        }
        self.wire.send_as(octets.as_bytes(), &shown).await?;
        let mut answers = Vec::with_capacity(commands.len());
        for _ in &commands {
            answers.push(self.reply().await?);
        }
        Ok(answers)
    }

    /// Ends a transaction that a trial may have left open.
    pub(super) async fn reset(&mut self) -> Result<(), Gone> {
        self.command("RSET").await.map(drop)
    }

    /// QUIT, whatever it answers.
    pub(super) async fn quit(&mut self) {
        // The connection is closed next.
        drop(self.command("QUIT").await);
        self.wire.close().await;
    }

    async fn command(&mut self, command: &str) -> Result<Answer, Gone> {
        self.wire.send(command).await?;
        self.reply().await
    }

    async fn reply(&mut self) -> Result<Answer, Gone> {
        let mut answer = Answer::default();
        for _ in 0..self.lines_max {
            let line = self.wire.line().await?;
            let code = line.get(..3).unwrap_or_default().to_owned();
            if code.len() < 3 || !code.bytes().all(|octet| octet.is_ascii_digit()) {
                return Err(Gone::Garbage(line.chars().take(60).collect()));
            }
            let goes_on = line.as_bytes().get(3) == Some(&b'-');
            answer.lines.push(line);
            if !goes_on {
                answer.status = code;
                return Ok(answer);
            }
        }
        Err(Gone::TooMuch)
    }
}
