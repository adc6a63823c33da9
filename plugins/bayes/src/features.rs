//! What tokens are made of, read from the server.

use crate::html;
use crate::tokens::Features;
use waxseal_plugin_sdk::header_text::header_text;
use waxseal_plugin_sdk::{message, mime};

/// Octets of one text part that are read.
const TEXT_MAX: u32 = 64 * 1024;
/// Text parts that are read.
const TEXTS_MAX: usize = 4;
/// URLs that are read.
const URLS_MAX: u32 = 50;

/// Those of the message at hand.
#[must_use]
pub fn read() -> Features {
    let field = |name: &str| message::header(name).map_or_else(String::new, |v| header_text(&v));
    let mut mailer = field("X-Mailer");
    if mailer.is_empty() {
        mailer = field("User-Agent");
    }
    let mut features = Features {
        subject: field("Subject"),
        from: field("From"),
        reply_to: field("Reply-To"),
        mailer,
        is_list: message::header("List-Unsubscribe").is_some(),
        urls: mime::urls(URLS_MAX),
        ..Features::default()
    };
    for part in mime::parts() {
        let charset = if part.charset.is_empty() {
            "none"
        } else {
            &part.charset
        };
        features
            .types
            .push(format!("{};{charset}", part.content_type));
        if !part.filename.is_empty() {
            features.file_names.push(part.filename.clone());
        }
        if features.texts.len() < TEXTS_MAX
            && part.disposition != "attachment"
            && let Some(text) = mime::text(&part, TEXT_MAX)
        {
            let is_html = part.content_type == "text/html";
            features
                .texts
                .push(if is_html { html::text(&text) } else { text });
        }
    }
    features
}

/// What tells the message at hand from others: its Message-ID, or else its subject, sender and date.
#[must_use]
pub fn identity() -> String {
    let id = message::header("Message-ID").filter(|id| !id.trim_ascii().is_empty());
    let octets = id.unwrap_or_else(|| {
        let fields =
            ["Date", "From", "Subject"].map(|name| message::header(name).unwrap_or_default());
        fields.join(&b'\n')
    });
    String::from_utf8_lossy(&octets).trim().to_owned()
}
