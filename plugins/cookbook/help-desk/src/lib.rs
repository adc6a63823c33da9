//! One address that several people answer: each writer gets a receipt with a number, the team's chat
//! gets the text, and outside office hours somebody on call gets a copy.

use std::time::Duration;
use waxseal_plugin_sdk::date::Date;
use waxseal_plugin_sdk::delivery::{Action, Delivery, Response, TransportResult};
use waxseal_plugin_sdk::header_text::{encode, header_text};
use waxseal_plugin_sdk::http::Request;
use waxseal_plugin_sdk::{
    Error, Stage, address, base64, clock, config, delivery, digest, kv, log, message, mime, random,
    secrets,
};

const DAY: Duration = Duration::from_secs(86_400);
/// So often the chat is tried; the message lies in the mailbox whatever comes of it.
const ATTEMPTS_MAX: u32 = 4;

struct HelpDesk {
    desk: String,
    on_call: String,
    /// Hours of the day (UTC), from and before.
    office: (u32, u32),
    chat_url: String,
    chat_token: String,
}

delivery!(HelpDesk);

impl Delivery for HelpDesk {
    const STAGES: &'static [Stage] = &[Stage::Route, Stage::Transport];

    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let table = document.table(&["address", "on_call", "opens", "closes", "chat_url"])?;
        Ok(Self {
            desk: address::folded(table.required("address")?),
            on_call: table.required("on_call")?.to_owned(),
            office: (
                table.integer("opens", 0..=23)?.unwrap_or(8),
                table.integer("closes", 1..=24)?.unwrap_or(18),
            ),
            chat_url: table.url("chat_url")?.to_owned(),
            chat_token: secrets::require("chat-token")?,
        })
    }

    fn route(&mut self, recipient: &str) -> Result<Vec<Action>, Error> {
        if address::folded(recipient) != self.desk {
            return Ok(Vec::new());
        }
        // "As planned" keeps it in the mailbox; the rest comes on top. The transport is this plugin.
        let chat = Action::Transport(env!("CARGO_PKG_NAME").to_owned());
        let mut actions = vec![Action::AsPlanned, chat];
        let writer = message::sender();
        // One receipt a day is enough, and no machine gets one: the server sees to that (RFC 3834).
        let told = kv::incr(&format!("told {}", digest::short(&writer)), 1, Some(DAY))?;
        if told == 1 && !writer.is_empty() {
            let number = kv::incr("number", 1, None)?;
            actions.push(Action::Respond(self.receipt(&writer, number)));
        }
        let hour = u32::try_from(Date::at(clock::unix()).seconds / 3600).unwrap_or(0);
        if !(self.office.0..self.office.1).contains(&hour) {
            actions.push(Action::Forward(self.on_call.clone()));
        }
        Ok(actions)
    }

    fn deliver(&mut self, _recipient: &str, attempt: u32) -> Result<TransportResult, Error> {
        let parts = mime::parts();
        let text = parts
            .iter()
            .find_map(|part| mime::text(part, 1000))
            .unwrap_or_default();
        let subject = header_text(&message::header("Subject").unwrap_or_default());
        let sent = Request::post(&self.chat_url)
            .header("authorization", format!("Bearer {}", self.chat_token))
            .header("content-type", "text/plain; charset=utf-8")
            .body(format!("{subject} (from {})\n\n{text}", message::sender()))
            .send();
        let problem = match sent {
            Ok(response) if response.is_success() => return Ok(TransportResult::done("posted")),
            Ok(response) => format!("status {}", response.status),
            Err(error) => Error::from(error).message,
        };
        if attempt < ATTEMPTS_MAX {
            return Ok(TransportResult::not_now(
                451,
                "4.4.1",
                "the chat does not answer",
            ));
        }
        // A failure for good would be reported to the writer, who cannot help it.
        log::write(
            log::Level::Error,
            "not posted",
            &[("problem", problem.as_str())],
        );
        Ok(TransportResult::done("given up on the chat"))
    }
}

impl HelpDesk {
    fn receipt(&self, writer: &str, number: i32) -> Response {
        let theirs = header_text(&message::header("Subject").unwrap_or_default());
        let subject = encode(&format!(
            "[#{number}] {}",
            theirs.chars().take(100).collect::<String>()
        ));
        let date = Date::at(clock::unix()).to_rfc5322();
        let (desk, unique) = (&self.desk, digest::hex(&random::bytes(12)));
        let domain = address::domain(desk).unwrap_or("localhost");
        let text = format!("We have your message. Its number is {number}.\r\n");
        let message = format!(
            "From: <{desk}>\r\nTo: <{writer}>\r\nSubject: {subject}\r\nDate: {date}\r\n\
             Message-ID: <{unique}@{domain}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
            base64::encode_lines(text.as_bytes())
        );
        Response {
            sender: String::new(),
            recipient: writer.to_owned(),
            message: message.into_bytes(),
        }
    }
}

#[cfg(test)]
mod tests;
