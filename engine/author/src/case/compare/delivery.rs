//! What is expected of delivery plugins.

use super::{Comparison, header_value, missing, reply_line};
use crate::case::act::Routed;
use crate::case::{Expect, ExpectedResponse, ExpectedRoute};
use crate::witness::Seen;
use bytes::Bytes;
use waxseal_mail::{HeaderSection, TransferEncoding};
use waxseal_mime::Parser;
use waxseal_ports::MessageParser;
use waxseal_ports::queue::Outcome;
use waxseal_ports::router::Response;

/// Octets of one text part that are looked at.
const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// A message as text with LF, its encoded text parts once more, decoded, below it.
fn readable(message: &Bytes) -> String {
    let mut text = String::from_utf8_lossy(message).into_owned();
    let parser = Parser::new(waxseal_mime::Limits::default());
    // Octets in memory can be read.
    let index = parser.index(message);
    let parts = index.map(|index| index.parts).unwrap_or_default();
    let encoded = parts
        .iter()
        .filter(|part| part.media_type == "text" && part.encoding != TransferEncoding::Identity);
    for part in encoded {
        let decoded = parser.decode(message, part, TEXT_BYTES_MAX);
        let decoded = parser.to_utf8(part, &decoded.unwrap_or_default());
        text.push('\n');
        text.push_str(&decoded);
    }
    text.replace("\r\n", "\n")
}

impl Comparison<'_> {
    pub(super) fn routes(&mut self, expect: &Expect, routes: &[Routed]) {
        match (&expect.route, routes) {
            (None, _) => {}
            (Some(ExpectedRoute::One(wanted)), [route]) => {
                self.same_list("expect.route", Some(wanted), &route.actions);
            }
            (Some(ExpectedRoute::One(_)), _) => {
                let got = format!("{} recipients", routes.len());
                self.differs("expect.route", "one recipient, or a table", &got);
            }
            (Some(ExpectedRoute::Each(wanted)), _) => {
                for (recipient, wanted) in wanted {
                    let path = format!("expect.route.{recipient}");
                    match routes.iter().find(|route| route.recipient == *recipient) {
                        Some(route) => self.same_list(&path, Some(wanted), &route.actions),
                        None => self.differs(&path, "a recipient", "none of this name"),
                    }
                }
            }
        }
        if let Some(wanted) = &expect.response {
            match routes.iter().find_map(|route| route.response.as_ref()) {
                Some(response) => self.response(wanted, response),
                None => self.differs("expect.response", "a message that is sent", "none"),
            }
        }
    }

    fn response(&mut self, wanted: &ExpectedResponse, response: &Response) {
        let path = |key: &str| format!("expect.response.{key}");
        let sender = response.sender.to_string();
        self.same(&path("sender"), wanted.sender.as_ref(), &sender);
        let recipient = response.recipient.to_string();
        self.same(&path("recipient"), wanted.recipient.as_ref(), &recipient);
        let (header, _) = HeaderSection::split(&response.message);
        let field = |name: &str| header_value(Some(&header), name);
        self.same_map(&path("header"), &wanted.header, field);
        let text = readable(&response.message);
        for (key, problems) in [
            ("holds", missing(&text, &wanted.holds, &[])),
            ("lacks", missing(&text, &[], &wanted.lacks)),
        ] {
            if !problems.is_empty() {
                self.differs(&path(key), &problems.join("\n"), &text);
            }
        }
    }

    pub(super) fn handover(&mut self, expect: &Expect, outcome: &Outcome, seen: &Seen) {
        let (result, reply) = match outcome {
            Outcome::Delivered => ("delivered", String::new()),
            Outcome::Failed(reply) => ("permanent", reply_line(reply)),
            Outcome::Deferred(reply) => ("temporary", reply_line(reply)),
        };
        self.same("expect.result", expect.result.as_ref(), result);
        self.same("expect.reply", expect.reply.as_ref(), &reply);
        let note = seen.answers.last().map(String::as_str).unwrap_or_default();
        let note = note.strip_prefix("delivered: ").unwrap_or_default();
        self.same("expect.note", expect.note.as_ref(), note);
    }
}
