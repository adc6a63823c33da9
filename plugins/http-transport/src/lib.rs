//! A delivery plugin that hands messages to an HTTP service. See README.md.

pub mod result;
pub mod settings;

use result::result;
use serde_json::json;
use settings::{Form, Settings};
use std::fmt::Write;
use waxseal_plugin_sdk::delivery::{Action, Delivery, TransportResult};
use waxseal_plugin_sdk::digest::short;
use waxseal_plugin_sdk::http::Request;
use waxseal_plugin_sdk::{
    Error, Stage, address, base64, config, delivery, glob, message, metrics, secrets,
};

/// The plugin.
pub struct HttpTransport {
    settings: Settings,
    token: Option<String>,
}

delivery!(HttpTransport);

impl Delivery for HttpTransport {
    const STAGES: &'static [Stage] = &[Stage::Route, Stage::Transport];

    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        let token = settings
            .bearer
            .as_deref()
            .map(secrets::require)
            .transpose()?;
        Ok(Self { settings, token })
    }

    fn route(&mut self, recipient: &str) -> Result<Vec<Action>, Error> {
        let mine = glob::any(&self.settings.recipients, recipient);
        let action = mine.then(|| Action::Transport(self.settings.name.clone()));
        Ok(action.into_iter().collect())
    }

    fn deliver(&mut self, recipient: &str, attempt: u32) -> Result<TransportResult, Error> {
        if message::size() > self.settings.max_octets {
            let text = "the message is too large for the service";
            return Ok(TransportResult::failed(552, "5.3.4", text));
        }
        let sent = self.request(recipient, attempt).send();
        let delivered = match sent {
            Ok(response) => result(&response),
            // Without a grant nothing will ever get through; the administrator has to see that.
            Err(error @ waxseal_plugin_sdk::http::Error::Denied) => return Err(error.into()),
            Err(error) => {
                let text = format!(
                    "the service was not reached: {}",
                    Error::from(error).message
                );
                TransportResult::not_now(451, "4.4.1", &line(&text))
            }
        };
        let how = match &delivered {
            TransportResult::Delivered(_) => "delivered",
            TransportResult::Permanent(_) => "permanent",
            TransportResult::Temporary(_) => "temporary",
        };
        metrics::count("deliveries_total", 1, &[("how", how)]);
        Ok(delivered)
    }
}

impl HttpTransport {
    fn request(&self, recipient: &str, attempt: u32) -> Request {
        let settings = &self.settings;
        let domain = address::domain(recipient).unwrap_or_default();
        let url = settings
            .url
            .replace("{local}", &encoded(address::local_part(recipient)))
            .replace("{domain}", &encoded(domain));
        let sender = message::sender();
        let mut request = Request::post(url)
            .timeout(settings.timeout)
            .header("idempotency-key", idempotency_key(recipient));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        match settings.form {
            Form::Raw => request
                .header("content-type", "message/rfc822")
                .header("x-envelope-from", header_safe(&sender))
                .header("x-envelope-to", header_safe(recipient))
                .header("x-attempt", attempt.to_string())
                .body(message::whole()),
            Form::Json => {
                let body = json!({
                    "sender": sender,
                    "recipient": recipient,
                    "attempt": attempt,
                    "message": base64::encode(&message::whole()),
                });
                request
                    .header("content-type", "application/json")
                    .body(body.to_string())
            }
        }
    }
}

/// The same for each attempt to deliver this message to this recipient.
fn idempotency_key(recipient: &str) -> String {
    let recipient = short(&address::folded(recipient));
    format!("{}{recipient}", message::identity())
}

/// For a path segment or query: all but unreserved characters as `%XX` (RFC 3986, section 2).
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            write!(out, "%{byte:02X}").unwrap_or_default();
        }
    }
    out
}

/// An address in a header field: what is not ASCII as `%XX`.
fn header_safe(address: &str) -> String {
    if address.bytes().all(|byte| byte.is_ascii_graphic()) {
        return address.to_owned();
    }
    let mut out = String::new();
    for byte in address.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap_or_default();
        }
    }
    out
}

/// One line for a reply.
fn line(text: &str) -> String {
    text.chars()
        .filter(|c| (' '..='~').contains(c))
        .take(400)
        .collect()
}

#[cfg(test)]
mod tests;
