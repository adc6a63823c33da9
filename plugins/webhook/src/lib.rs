//! A filter that asks an HTTP service about mail, in the shape of MTA Hooks. See README.md.

pub mod request;
pub mod response;
pub mod settings;

use request::{Event, request};
use settings::{At, Login, Settings};
use waxseal_plugin_sdk::http::Request;
use waxseal_plugin_sdk::{
    Error, Filter, Outcome, Param, Stage, base64, config, filter, message, metrics, secrets,
    session,
};

/// The filter of one session.
pub struct Webhook {
    settings: Settings,
    /// The field Authorization.
    authorization: Option<String>,
    /// The present transaction.
    event: Event,
}

filter!(Webhook);

impl Filter for Webhook {
    const STAGES: &'static [Stage] = &[
        Stage::Connect,
        Stage::Helo,
        Stage::Auth,
        Stage::Mail,
        Stage::Rcpt,
        Stage::Message,
    ];

    fn stages() -> Vec<Stage> {
        // What is wrong is said by `configure`.
        let Ok(settings) = config::document().and_then(|document| Settings::read(&document)) else {
            return Self::STAGES.to_vec();
        };
        let asked = |stage: Stage| settings.stages.iter().any(|at| at.stage() == stage);
        // Parameters of MAIL and RCPT are told later too.
        let envelope = asked(Stage::Rcpt) || asked(Stage::Message);
        let wanted = |stage: &Stage| {
            asked(*stage) || (envelope && matches!(stage, Stage::Mail | Stage::Rcpt))
        };
        Self::STAGES.iter().copied().filter(wanted).collect()
    }

    fn configure() -> Result<Self, Error> {
        let settings = Settings::read(&config::document()?)?;
        let authorization = match &settings.login {
            Login::None => None,
            Login::Bearer(secret) => Some(format!("Bearer {}", secrets::require(secret)?)),
            Login::Basic(user, secret) => {
                let pair = format!("{user}:{}", secrets::require(secret)?);
                Some(format!("Basic {}", base64::encode(pair.as_bytes())))
            }
        };
        Ok(Self {
            settings,
            authorization,
            event: Event::default(),
        })
    }

    fn on_connect(&mut self) -> Result<Outcome, Error> {
        self.ask(At::Connect)
    }

    fn on_helo(&mut self, _name: &str) -> Result<Outcome, Error> {
        self.ask(At::Ehlo)
    }

    fn on_auth(&mut self, user: &str, mechanism: &str, success: bool) -> Result<Outcome, Error> {
        self.event.login = Some((user.to_owned(), mechanism.to_owned(), success));
        let outcome = self.ask(At::Auth);
        self.event.login = None;
        outcome
    }

    fn on_mail(&mut self, _sender: &str, params: &[Param]) -> Result<Outcome, Error> {
        self.event = Event {
            sender_params: params.to_vec(),
            ..Event::default()
        };
        self.ask(At::Mail)
    }

    fn on_rcpt(&mut self, recipient: &str, params: &[Param]) -> Result<Outcome, Error> {
        self.keep_accepted();
        let recipients = &mut self.event.recipients;
        recipients.retain(|(known, _)| known != recipient);
        recipients.push((recipient.to_owned(), params.to_vec()));
        self.ask(At::Rcpt)
    }

    fn on_message(&mut self) -> Result<Outcome, Error> {
        self.keep_accepted();
        self.ask(At::Data)
    }
}

impl Webhook {
    /// The recipients as they stand: some may have been refused, others added since.
    fn keep_accepted(&mut self) {
        let known = std::mem::take(&mut self.event.recipients);
        let recipients = message::recipients().into_iter().map(|address| {
            let params = known.iter().find(|(known, _)| *known == address);
            let params = params.map(|(_, params)| params.clone()).unwrap_or_default();
            (address, params)
        });
        self.event.recipients = recipients.collect();
    }

    fn ask(&self, at: At) -> Result<Outcome, Error> {
        let settings = &self.settings;
        let is_asked = settings.stages.contains(&at);
        if !is_asked || (!settings.users && session::info().auth_user.is_some()) {
            return Ok(Outcome::next());
        }
        let body = request(at, &self.event, settings).to_string();
        let mut request = Request::post(&settings.url)
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .timeout(settings.timeout)
            .body(body);
        for (name, value) in &settings.headers {
            request = request.header(name, value);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let answered = request.send();
        let how = match &answered {
            Ok(response) if response.is_success() => "answered",
            Ok(_) => "refused",
            Err(_) => "failed",
        };
        metrics::count("asked_total", 1, &[("stage", at.as_str()), ("how", how)]);
        let answered = answered?;
        if !answered.is_success() {
            let message = format!("the service answered with status {}", answered.status);
            return Err(Error::new("bad-status", message).retryable());
        }
        let occurrences = |name: &str| {
            let headers = message::headers();
            headers
                .iter()
                .filter(|field| field.name.eq_ignore_ascii_case(name))
                .count()
        };
        response::outcome(&answered.body, &occurrences)
    }
}

#[cfg(test)]
mod tests;
