//! Asks a service of your own what it thinks of a client, and keeps the answer for an hour.

use std::time::Duration;
use waxseal_plugin_sdk::http::Request;
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Param, Stage, clock, config, filter, kv, log, metrics, secrets, session,
};

struct AskOnce {
    url: String,
    token: String,
    timeout: Duration,
    keep: Duration,
}

filter!(AskOnce);

impl Filter for AskOnce {
    const STAGES: &'static [Stage] = &[Stage::Mail];

    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let table = document.table(&["url", "timeout", "keep"])?;
        Ok(Self {
            url: table.url("url")?.to_owned(),
            token: secrets::require("reputation-token")?,
            timeout: table.timeout("timeout", Duration::from_secs(2))?,
            keep: table.duration("keep")?.unwrap_or(Duration::from_secs(3600)),
        })
    }

    fn on_mail(&mut self, _sender: &str, _params: &[Param]) -> Result<Outcome, Error> {
        let client = session::info();
        if client.auth_user.is_some() {
            return Ok(Outcome::next());
        }
        let opinion = match kv::get_text(&client.peer_ip)? {
            Some(known) => known,
            None => self.ask(&client.peer_ip),
        };
        Ok(match opinion.as_str() {
            "bad" => Outcome::reject(550, "5.7.1", "your server has a bad name with us"),
            "doubtful" => Outcome::next().score("DOUBTFUL_CLIENT", 2.5),
            _ => Outcome::next(),
        })
    }
}

impl AskOnce {
    /// Asks, and remembers what was said. Mail goes on while the service is silent.
    fn ask(&self, client: &str) -> String {
        let began = clock::monotonic();
        let request = Request::get(format!("{}{client}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .timeout(self.timeout);
        let opinion = match request.send() {
            Ok(response) if response.is_success() => word(&response.body),
            Ok(response) => silent(&format!("status {}", response.status)),
            Err(error) => silent(&Error::from(error).message),
        };
        let took = clock::monotonic().saturating_sub(began);
        metrics::observe("answer_seconds", took.as_secs_f64(), &[]);
        // Silence is kept for a minute only, so that a service that is down is not asked each time.
        let keep = match opinion.as_str() {
            "silent" => Duration::from_secs(60),
            _ => self.keep,
        };
        if let Err(error) = kv::set(client, &opinion, Some(keep)) {
            log::warn(&format!("the answer is not kept: {}", Error::from(error)));
        }
        opinion
    }
}

fn silent(why: &str) -> String {
    log::write(log::Level::Warn, "the service is silent", &[("why", why)]);
    "silent".to_owned()
}

/// The first word of an answer.
fn word(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let first = text.split_whitespace().next().unwrap_or_default();
    first.chars().take(20).collect()
}
