//! What the service is told.

use crate::settings::{At, Settings};
use serde_json::{Map, Value, json};
use waxseal_plugin_sdk::{Param, Protocol, message, session};

/// What a stage knows beside the session.
#[derive(Debug, Clone, Default)]
pub struct Event {
    /// The reverse-path's parameters, from MAIL on.
    pub sender_params: Vec<Param>,
    /// The recipients accepted so far with their parameters, and the one that is asked about last.
    pub recipients: Vec<(String, Vec<Param>)>,
    /// User, mechanism, and whether the login worked.
    pub login: Option<(String, String, bool)>,
}

/// The body of the request.
#[must_use]
pub fn request(at: At, event: &Event, settings: &Settings) -> Value {
    let mut request = json!({ "context": context(at, event) });
    if matches!(at, At::Mail | At::Rcpt | At::Data) {
        let to = event.recipients.iter().map(
            |(address, params)| json!({ "address": address, "parameters": parameters(params) }),
        );
        request["envelope"] = json!({
            "from": { "address": message::sender(), "parameters": parameters(&event.sender_params) },
            "to": to.collect::<Vec<_>>(),
        });
    }
    if at == At::Data {
        request["message"] = content(settings);
    }
    request
}

fn context(at: At, event: &Event) -> Value {
    let session = session::info();
    let mut context = json!({
        "stage": at.as_str(),
        "client": {
            "ip": session.peer_ip,
            "port": session.peer_port,
            "ptr": session.peer_name,
            "ehlo": session.helo,
            "activeConnections": 1,
        },
        "server": { "protocol": protocol(session.protocol) },
        "session": session.id,
        "protocol": { "version": 1 },
    });
    if let Some((login, method, success)) = &event.login {
        context["sasl"] = json!({ "login": login, "method": method, "success": success });
    } else if let Some(user) = &session.auth_user {
        context["sasl"] = json!({ "login": user });
    }
    if let Some(tls) = &session.tls {
        let (version, cipher) = tls.split_once(' ').unwrap_or((tls, ""));
        context["tls"] = json!({ "version": version, "cipher": cipher });
    }
    context
}

const fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Smtp => "smtp",
        Protocol::Submission => "submission",
        Protocol::Lmtp => "lmtp",
        Protocol::Imap => "imap",
        Protocol::Pop3 => "pop3",
        Protocol::Managesieve => "managesieve",
    }
}

fn parameters(params: &[Param]) -> Map<String, Value> {
    let pairs = params.iter().map(|param| {
        let value = param.value.clone().map_or(Value::Bool(true), Value::String);
        (param.key.to_lowercase(), value)
    });
    pairs.collect()
}

/// Header fields, and the body where it is wanted and not too long. Octets that are not UTF-8 become
/// U+FFFD.
fn content(settings: &Settings) -> Value {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let headers = message::headers().into_iter();
    let headers: Vec<_> = headers
        .map(|field| json!([field.name, text(&field.value)]))
        .collect();
    let mut content = json!({ "headers": headers, "serverHeaders": [], "size": message::size() });
    if settings.body {
        let mut body = Vec::new();
        for piece in message::body() {
            body.extend(piece);
            if body.len() > settings.body_max as usize {
                return content;
            }
        }
        content["contents"] = Value::String(text(&body));
    }
    content
}
