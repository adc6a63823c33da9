//! The plugin `bayes`, natively.

use super::Judge;
use super::facts::Known;
use crate::training::{self, MEMORY};
use bayes::classify::probability;
use bayes::html;
use bayes::tokens::{Features, tokens};
use std::io;
use waxseal_mail::HeaderEdit;
use waxseal_mime::{Limits, Parser};
use waxseal_plugin_sdk::header_text::header_text;
use waxseal_ports::filter::Ruling;
use waxseal_ports::{Draft, MessageParser};

/// Octets of one text part, and text parts, that the plugin reads.
const TEXT_OCTETS_MAX: usize = 64 * 1024;
const TEXTS_MAX: usize = 4;

/// Reads messages; what was learned lies in the stand-in server of the thread that judges, see
/// [`training::learn`].
pub(crate) struct NativeBayes {
    parser: Parser,
}

impl NativeBayes {
    pub(crate) fn new() -> Self {
        Self {
            parser: Parser::new(Limits::default()),
        }
    }

    fn features(&self, draft: &Draft) -> io::Result<Features> {
        let field = |name: &str| {
            let first = draft.header.named(name).next();
            first.map_or_else(String::new, |field| header_text(field.value()))
        };
        let mut features = Features {
            subject: field("Subject"),
            from: field("From"),
            reply_to: field("Reply-To"),
            mailer: field("X-Mailer"),
            is_list: draft.header.named("List-Unsubscribe").next().is_some(),
            ..Features::default()
        };
        let message = draft.message();
        let index = self.parser.index(&*message)?;
        for part in &index.parts {
            let charset = if part.charset.is_empty() {
                "none"
            } else {
                &part.charset
            };
            let content_type = format!("{}/{}", part.media_type, part.media_subtype);
            features.types.push(format!("{content_type};{charset}"));
            if !part.file_name.is_empty() {
                features.file_names.push(part.file_name.clone());
            }
            if part.media_type != "text" || features.texts.len() >= TEXTS_MAX {
                continue;
            }
            let octets = self.parser.decode(&*message, part, TEXT_OCTETS_MAX)?;
            let text = self.parser.to_utf8(part, &octets);
            let links = text.match_indices("http").map(|(at, _)| link(&text[at..]));
            features.urls.extend(links);
            features.texts.push(match content_type.as_str() {
                "text/html" => html::text(&text),
                _ => text,
            });
        }
        Ok(features)
    }
}

impl Judge for NativeBayes {
    fn judge(&self, _known: &Known, draft: &mut Draft) -> Ruling {
        let shelf = training::shelf(MEMORY);
        let judged = self.features(draft).ok().and_then(|features| {
            let learned = shelf.learned().ok()?;
            let counts = shelf.counts(&tokens(&features)).ok()?;
            Some(probability(&counts, learned))
        });
        let Some((probability, telling)) = judged else {
            return Ruling::next();
        };
        let value = format!("{probability:.3} from {telling} words").into_bytes();
        for edit in [
            HeaderEdit::Remove {
                name: "X-Bayes".to_owned(),
            },
            HeaderEdit::Add {
                name: "X-Bayes".to_owned(),
                value,
            },
        ] {
            let applied = draft.header.apply(&edit);
            debug_assert!(applied.is_ok(), "{applied:?}");
        }
        Ruling::next()
    }
}

/// The text from a scheme to the next blank or bracket.
fn link(text: &str) -> String {
    let end = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>');
    text.split(end).next().unwrap_or_default().to_owned()
}
