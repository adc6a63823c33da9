//! The configuration.

use std::time::Duration;
use waxseal_plugin_sdk::config::{Document, Mistake};
use waxseal_plugin_sdk::glob::Glob;

/// Octets of a JSON body's message: in base 64 and in memory it is several times as much.
const JSON_MAX: u64 = 8 << 20;
/// Octets of a request's body (a limit of the server), less some.
const RAW_MAX: u64 = 31 << 20;

/// How a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is, the envelope in header fields.
    Raw,
    /// As JSON, the message in base 64.
    Json,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where messages are sent; `{local}` and `{domain}` stand for the recipient's.
    pub url: String,
    /// How.
    pub form: Form,
    /// How long the service may take.
    pub timeout: Duration,
    /// The secret with the token that is sent.
    pub bearer: Option<String>,
    /// Larger messages are refused.
    pub max_octets: u32,
    /// Recipients that this plugin routes to itself.
    pub recipients: Vec<Glob>,
    /// Its name as a transport.
    pub name: String,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let known = [
            "url",
            "form",
            "timeout",
            "bearer",
            "max_size",
            "recipients",
            "name",
        ];
        let table = document.table(&known)?;
        let url = table.url("url")?;
        let host = url
            .split_once("://")
            .and_then(|(_, rest)| rest.split('/').next());
        if host.is_some_and(|host| host.contains('{')) {
            return Err(table.wrong("url", "has a placeholder in its host"));
        }
        let form = table.choice("form", &[("message", Form::Raw), ("json", Form::Json)])?;
        let form = form.unwrap_or(Form::Raw);
        let timeout = table.timeout("timeout", Duration::from_secs(8))?;
        let most = if form == Form::Json {
            JSON_MAX
        } else {
            RAW_MAX
        };
        let max_octets = table.octets("max_size")?.unwrap_or(most);
        if max_octets > most {
            let what = format!("is over {} MiB, which a request cannot hold", most >> 20);
            return Err(table.wrong("max_size", &what));
        }
        Ok(Self {
            url: url.to_owned(),
            form,
            timeout,
            bearer: table.line("bearer", 64)?.map(str::to_owned),
            max_octets: u32::try_from(max_octets).unwrap_or(u32::MAX),
            recipients: table.globs("recipients")?,
            name: table
                .line("name", 64)?
                .unwrap_or("http-transport")
                .to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::testing;

    #[track_caller]
    fn refused(json: &str, expected: &str) {
        testing::refused(Settings::read, json, expected);
    }

    #[test]
    fn mistakes_are_named() {
        refused("{}", "[plugin.config]: url is missing");
        refused(
            r#"{"url":"ftp://x/"}"#,
            "[plugin.config]: url does not begin with https:// or http://",
        );
        refused(
            r#"{"url":"https://{domain}/x"}"#,
            "[plugin.config]: url has a placeholder in its host",
        );
        refused(
            r#"{"url":"https://x/","form":"json","max_size":"9M"}"#,
            "[plugin.config]: max_size is over 8 MiB, which a request cannot hold",
        );
        refused(
            r#"{"url":"https://x/","recipient":"x"}"#,
            r#"[plugin.config]: there is no key "recipient"; did you mean "recipients"?"#,
        );
    }
}
