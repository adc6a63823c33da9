//! A transcript file, read.

use std::fs;
use std::path::PathBuf;
use waxseal_mail::Reply;
use waxseal_smtp::server::{Limits, Role};

/// One transcript.
pub(crate) struct Script {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) tls: bool,
    pub(crate) starttls: bool,
    pub(crate) connect: Option<Reply>,
    pub(crate) limits: Limits,
    /// What the client sends, in pieces that end at lines; a new list after each TLS handshake.
    pub(crate) client: Vec<Vec<Vec<u8>>>,
    /// Patterns of what has to happen, in order.
    expected: Vec<String>,
}

impl Script {
    pub(crate) fn parse(name: String, text: &str) -> Self {
        let mut script = Self {
            name,
            role: Role::Smtp,
            tls: false,
            starttls: false,
            connect: None,
            limits: Limits::default(),
            client: vec![Vec::new()],
            expected: Vec::new(),
        };
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            script.line(line);
        }
        script
    }

    fn line(&mut self, line: &str) {
        let (kind, rest) = line.split_at(line.len().min(2));
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        match kind {
            "C:" => self.send(format!("{rest}\r\n").into_bytes()),
            "R:" => self.send(unescape(rest)),
            "S:" | "M:" | "X:" => self.expected.push(line.trim_end().to_owned()),
            "T:" => {
                self.client.push(Vec::new());
                self.expected.push("T:".to_owned());
            }
            "@ " => self.scene(rest),
            _ => panic!("{}: what is {line:?}?", self.name),
        }
    }

    fn send(&mut self, octets: Vec<u8>) {
        self.client.last_mut().unwrap().push(octets);
    }

    fn scene(&mut self, text: &str) {
        let words: Vec<_> = text.split(' ').collect();
        match words[..] {
            ["role", "smtp"] => self.role = Role::Smtp,
            ["role", "submission"] => self.role = Role::Submission,
            ["role", "lmtp"] => self.role = Role::Lmtp,
            ["tls"] => self.tls = true,
            ["starttls"] => self.starttls = true,
            ["connect", code, ..] => {
                let code = code.parse().unwrap();
                self.connect = Some(Reply::new(code, None, &words[2..].join(" ")).unwrap());
            }
            ["limit", name, number] => self.limit(name, number.parse().unwrap()),
            _ => panic!("{}: what is {text:?}?", self.name),
        }
    }

    fn limit(&mut self, name: &str, number: u32) {
        let large = usize::try_from(number).unwrap();
        match name {
            "command_line_octets_max" => self.limits.command_line_octets_max = large,
            "auth_line_octets_max" => self.limits.auth_line_octets_max = large,
            "text_line_octets_max" => self.limits.text_line_octets_max = large,
            "recipients_max" => self.limits.recipients_max = large,
            "message_octets_max" => self.limits.message_octets_max = number.into(),
            "transactions_max" => self.limits.transactions_max = number,
            "errors_max" => self.limits.errors_max = number,
            "refused_recipients_max" => self.limits.refused_recipients_max = number,
            "auth_failures_max" => self.limits.auth_failures_max = number,
            _ => panic!("{}: no limit {name}", self.name),
        }
    }

    /// Compares what happened with what was expected.
    pub(crate) fn compare(&self, events: &[String]) -> Result<(), String> {
        let mut rest = events.iter().peekable();
        for pattern in &self.expected {
            let event = rest
                .next()
                .ok_or_else(|| format!("nothing, not {pattern:?}"))?;
            if let Some(reply) = pattern.strip_suffix("...") {
                let mut line = event;
                while matches(reply, line) {
                    line = rest.next().ok_or("the reply does not end")?;
                }
                let last = reply.replacen('-', " ", 1);
                if !matches(&last, line) {
                    return Err(format!("{line:?}, not {last:?}"));
                }
            } else if !matches(pattern, event) {
                return Err(format!("{event:?}, not {pattern:?}"));
            }
        }
        rest.next()
            .map_or(Ok(()), |event| Err(format!("{event:?}, not the end")))
    }
}

/// All transcripts, by name.
pub(crate) fn scripts() -> Vec<Script> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/transcripts/smtp");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            Script::parse(name, &fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn matches(pattern: &str, event: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => event.starts_with(start),
        None => event == pattern,
    }
}

fn unescape(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let plain = if byte == b'\\' { rest.next() } else { None };
        octets.push(match plain {
            None => byte,
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            Some(b'0') => 0,
            Some(b'x') => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            Some(other) => other,
        });
    }
    octets
}
