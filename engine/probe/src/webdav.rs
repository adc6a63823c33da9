//! WebDAV: OPTIONS before and after login, then PROPFIND, and a collection made and removed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::session::{Phase, Session};
use crate::wire::{Gone, Wire};

/// An answer over HTTP.
struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Response {
    fn header(&self, name: &str) -> impl Iterator<Item = &str> {
        let of = self.headers.iter().filter(move |(key, _)| key == name);
        of.map(|(_, value)| value.as_str())
    }
}

struct Request<'a> {
    method: &'a str,
    path: &'a str,
    headers: &'a str,
    body: &'a str,
    login: bool,
}

/// Probes a WebDAV endpoint; its name is the path of the account's collection.
pub(crate) async fn run(session: &mut Session) -> Result<(), Gone> {
    let path = session
        .endpoint
        .name
        .clone()
        .unwrap_or_else(|| "/".to_owned());
    let first = plain(session, "OPTIONS", "/", false).await?;
    let phase = match session.endpoint.tls {
        crate::Tls::Implicit => Phase::Tls,
        crate::Tls::None | crate::Tls::StartTls => Phase::Plain,
    };
    for server in first.header("server") {
        session.remark(Phase::Greeting, &format!("Server: {server}"));
    }
    note(session, phase, &first);
    if session.login().is_none() {
        return Ok(());
    }
    let again = plain(session, "OPTIONS", &path, true).await?;
    if again.status == 401 {
        return Ok(());
    }
    note(session, Phase::Login, &again);
    exercise(session, &path).await
}

/// Notes the classes of the DAV header and the methods of Allow.
fn note(session: &mut Session, phase: Phase, response: &Response) {
    for (header, family) in [("dav", "webdav"), ("allow", "webdav")] {
        for value in response.header(header) {
            for word in value
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty())
            {
                let line = format!("{}: {word}", header.to_ascii_uppercase());
                let token = match header {
                    "dav" => format!("DAV: {word}"),
                    _ => word.to_owned(),
                };
                session.announce(phase, family, &token, &line);
            }
        }
    }
}

async fn plain(session: &Session, method: &str, path: &str, login: bool) -> Result<Response, Gone> {
    let request = Request {
        method,
        path,
        headers: "",
        body: "",
        login,
    };
    ask(session, &request).await
}

async fn exercise(session: &mut Session, path: &str) -> Result<(), Gone> {
    let child = format!("{}/waxseal-probe/", path.trim_end_matches('/'));
    let propfind = Request {
        method: "PROPFIND",
        path,
        headers: "Depth: 0\r\nContent-Type: application/xml\r\n",
        body: "<propfind xmlns='DAV:'><prop><resourcetype/><displayname/></prop></propfind>",
        login: true,
    };
    let found = ask(session, &propfind).await?;
    let shown = format!("status {}", found.status);
    match found.status == 207 && found.body.contains("resourcetype") {
        true => session.works("webdav/propfind", "PROPFIND", &shown),
        false => session.fails("webdav/propfind", "PROPFIND", &shown),
    }
    let calendar = "<C:mkcalendar xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><set><prop>\
                    <displayname>probe</displayname></prop></set></C:mkcalendar>";
    let made = ask(
        session,
        &Request {
            method: "MKCALENDAR",
            path: &child,
            headers: "Content-Type: application/xml\r\n",
            body: calendar,
            login: true,
        },
    )
    .await?;
    let shown = format!("MKCALENDAR: status {}", made.status);
    match made.status {
        201 => session.works("webdav/calendar-access", "MKCALENDAR", &shown),
        _ => session.fails("webdav/calendar-access", "MKCALENDAR", &shown),
    }
    let sync = ask(
        session,
        &Request {
            method: "REPORT",
            path: &child,
            headers: "Depth: 0\r\nContent-Type: application/xml\r\n",
            body: "<sync-collection xmlns='DAV:'><sync-token/><sync-level>1</sync-level><prop>\
                   <getetag/></prop></sync-collection>",
            login: true,
        },
    )
    .await?;
    let shown = format!("REPORT sync-collection: status {}", sync.status);
    match sync.status == 207 && sync.body.contains("sync-token") {
        true => session.works("webdav/sync-collection", "REPORT", &shown),
        false => session.fails("webdav/sync-collection", "REPORT", &shown),
    }
    // Nothing is left behind.
    plain(session, "DELETE", &child, true).await?;
    Ok(())
}

/// One request on a connection of its own.
async fn ask(session: &Session, request: &Request<'_>) -> Result<Response, Gone> {
    let mut wire = session.connect().await?;
    let host = &session.endpoint.address;
    let (mut secret, mut shown) = (String::new(), String::new());
    if let Some((user, password)) = session.login().filter(|_| request.login) {
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        secret = format!("Authorization: Basic {credentials}\r\n");
        shown = "Authorization: Basic <credentials>\r\n".to_owned();
    }
    let text = |authorization: &str| {
        format!(
            "{} {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{}{authorization}\
             Content-Length: {}\r\n\r\n{}",
            request.method,
            request.path,
            request.headers,
            request.body.len(),
            request.body
        )
    };
    wire.send_as(text(&secret).as_bytes(), &text(&shown))
        .await?;
    let response = read(&mut wire, session.limits().reply_lines_max).await;
    wire.close().await;
    response
}

async fn read(wire: &mut Wire, lines_max: usize) -> Result<Response, Gone> {
    let first = wire.line().await?;
    let status = first.strip_prefix("HTTP/1.");
    let status = status.and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
    let garbage = || Gone::Garbage(first.chars().take(60).collect());
    let status = status.ok_or_else(garbage)?;
    let mut headers = Vec::new();
    for _ in 0..lines_max {
        let line = wire.line().await?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let body = match length.and_then(|(_, value)| value.parse().ok()) {
        Some(length) => wire.octets(length).await?,
        None => {
            // Up to the end of the connection, for which the request asked.
            let mut body = Vec::new();
            loop {
                match wire.some().await {
                    Ok(more) => body.extend(more),
                    Err(Gone::Closed) => break body,
                    Err(gone) => return Err(gone),
                }
            }
        }
    };
    let body = String::from_utf8_lossy(&body).into_owned();
    for line in body.lines() {
        wire.heard(line);
    }
    Ok(Response {
        status,
        headers,
        body,
    })
}

#[cfg(test)]
mod tests;
