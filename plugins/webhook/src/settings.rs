//! The configuration.

use std::time::Duration;
use waxseal_plugin_sdk::Stage;
use waxseal_plugin_sdk::config::{Document, Mistake};

/// When the service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// A client connected.
    Connect,
    /// After EHLO.
    Ehlo,
    /// After an attempt to authenticate.
    Auth,
    /// After MAIL.
    Mail,
    /// After RCPT.
    Rcpt,
    /// The message is complete.
    Data,
}

impl At {
    const ALL: [(&'static str, Self); 6] = [
        ("connect", Self::Connect),
        ("ehlo", Self::Ehlo),
        ("auth", Self::Auth),
        ("mail", Self::Mail),
        ("rcpt", Self::Rcpt),
        ("data", Self::Data),
    ];

    /// As the request names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "CONNECT",
            Self::Ehlo => "EHLO",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
        }
    }

    /// The stage of the plugin.
    #[must_use]
    pub const fn stage(self) -> Stage {
        match self {
            Self::Connect => Stage::Connect,
            Self::Ehlo => Stage::Helo,
            Self::Auth => Stage::Auth,
            Self::Mail => Stage::Mail,
            Self::Rcpt => Stage::Rcpt,
            Self::Data => Stage::Message,
        }
    }
}

/// How the service knows that it is us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// It does not ask.
    None,
    /// A token, by the name of its secret (RFC 6750).
    Bearer(String),
    /// A user, and the name of the secret with the password (RFC 7617).
    Basic(String, String),
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where the service is.
    pub url: String,
    /// When it is asked.
    pub stages: Vec<At>,
    /// How long it may take.
    pub timeout: Duration,
    /// How it knows us.
    pub login: Login,
    /// Further header fields of requests.
    pub headers: Vec<(String, String)>,
    /// Whether the body of messages is sent.
    pub body: bool,
    /// Longer bodies are not sent.
    pub body_max: u32,
    /// Whether it is asked about authenticated users.
    pub users: bool,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(document: &Document) -> Result<Self, Mistake> {
        let table = document.table(&[
            "url", "stages", "timeout", "bearer", "user", "password", "headers", "body",
            "body_max", "users",
        ])?;
        let url = table.url("url")?;
        let mut stages = Vec::new();
        for word in table.texts("stages")? {
            let found = At::ALL.into_iter().find(|(known, _)| *known == word);
            let what = format!(
                "holds {word:?}, which is not one of {}",
                At::ALL.map(|a| a.0).join(", ")
            );
            stages.push(found.ok_or_else(|| table.wrong("stages", &what))?.1);
        }
        if stages.is_empty() {
            stages.push(At::Data);
        }
        let timeout = table.timeout("timeout", Duration::from_secs(5))?;
        let login = match (
            table.text("bearer")?,
            table.text("user")?,
            table.text("password")?,
        ) {
            (None, None, None) => Login::None,
            (Some(secret), None, None) => Login::Bearer(secret.to_owned()),
            (None, Some(user), Some(secret)) => Login::Basic(user.to_owned(), secret.to_owned()),
            (Some(_), _, _) => return Err(table.wrong("bearer", "stands beside user and password")),
            (None, _, _) => return Err(table.wrong("user", "and password stand together only")),
        };
        let mut headers = Vec::new();
        if let Some(value) = table.get("headers") {
            let fields = value
                .as_object()
                .ok_or_else(|| table.wrong("headers", "is not a table"))?;
            for (name, value) in fields {
                let value = value
                    .as_str()
                    .filter(|value| !value.chars().any(char::is_control));
                let what = format!("{name} is not one line of text");
                let value = value.ok_or_else(|| table.wrong("headers:", &what))?;
                headers.push((name.clone(), value.to_owned()));
            }
        }
        let body_max = table.octets("body_max")?.unwrap_or(1 << 20).min(16 << 20);
        Ok(Self {
            url: url.to_owned(),
            stages,
            timeout,
            login,
            headers,
            body: table.flag("body")?.unwrap_or(true),
            body_max: u32::try_from(body_max).unwrap_or(u32::MAX),
            users: table.flag("users")?.unwrap_or(true),
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
            r#"{"url":"x"}"#,
            "[plugin.config]: url does not begin with https:// or http://",
        );
        refused(
            r#"{"url":"https://x/","stages":"rctp"}"#,
            "[plugin.config]: stages holds \"rctp\", which is not one of connect, ehlo, auth, mail, rcpt, data",
        );
        refused(
            r#"{"url":"https://x/","timeout":"1m"}"#,
            "[plugin.config]: timeout is not from 1ms to 30s",
        );
        refused(
            r#"{"url":"https://x/","user":"a"}"#,
            "[plugin.config]: user and password stand together only",
        );
        refused(
            r#"{"url":"https://x/","tiemout":1}"#,
            r#"[plugin.config]: there is no key "tiemout"; did you mean "timeout"?"#,
        );
    }
}
