//! XMPP from client to server: stream features in each phase, then disco#info (XEP-0030).

mod order;

use crate::sasl;
use crate::session::{Phase, Session};
use crate::wire::{Gone, Wire};

struct Stream {
    wire: Wire,
    buffer: String,
    to: String,
    limit: usize,
}

/// Probes an XMPP endpoint; its name is the domain that is served.
pub(crate) async fn run(session: &mut Session) -> Result<(), Gone> {
    let host = session.endpoint.address.rsplit_once(':');
    let host = host.map_or_else(String::new, |(host, _)| host.to_owned());
    let mut stream = Stream {
        wire: session.connect().await?,
        buffer: String::new(),
        to: session.endpoint.name.clone().unwrap_or(host),
        limit: session.limits().connection_bytes_max,
    };
    let features = stream.open().await?;
    note(session, Session::phase(&stream.wire), &features);
    if session.wants_tls(&stream.wire) && session.announces("xmpp/starttls") {
        stream
            .send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
            .await?;
        let answer = stream.until(&["<proceed", "<failure"]).await?;
        let secured = if answer.contains("<proceed") {
            stream.buffer.clear();
            stream.wire.start_tls().await
        } else {
            Err(Gone::Tls("refused".to_owned()))
        };
        match secured {
            Ok(()) => session.works("xmpp/starttls", "<starttls/>", "handshake done"),
            Err(gone) => {
                session.fails("xmpp/starttls", "<starttls/>", &gone.to_string());
                return Err(gone);
            }
        }
        let features = stream.open().await?;
        note(session, Phase::Tls, &features);
    }
    let may = stream.wire.is_secure() || session.endpoint.clear_text_login;
    if may && session.announces("sasl/plain") && log_in(session, &mut stream).await? {
        let features = stream.open().await?;
        note(session, Phase::Login, &features);
        resource(session, &mut stream).await?;
    }
    stream.send("</stream:stream>").await?;
    stream.wire.close().await;
    Ok(())
}

/// Notes every element of the features that has a namespace, and the mechanisms.
fn note(session: &mut Session, phase: Phase, features: &str) {
    for tag in tags(features) {
        if let Some(namespace) = attribute(tag, "xmlns") {
            let name = tag.split([' ', '/', '>']).next().unwrap_or_default();
            let line = format!("<{name} xmlns='{namespace}'/>");
            session.announce(phase, "xmpp", namespace, &line);
        }
    }
    for part in features.split("<mechanism>").skip(1) {
        let mechanism = part.split('<').next().unwrap_or_default();
        let line = format!("<mechanism>{mechanism}</mechanism>");
        session.announce(phase, "sasl", mechanism, &line);
    }
}

async fn log_in(session: &mut Session, stream: &mut Stream) -> Result<bool, Gone> {
    let Some((user, password)) = session.login() else {
        return Ok(false);
    };
    let local = user.split('@').next().unwrap_or_default();
    let Some(plain) = sasl::exchange("PLAIN", local, &password) else {
        return Ok(false);
    };
    let initial = plain.answers.concat();
    let open = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>";
    stream
        .wire
        .send_as(
            format!("{open}{initial}</auth>").as_bytes(),
            &format!("{open}<credentials></auth>"),
        )
        .await?;
    let answer = stream.until(&["<success", "</failure>"]).await?;
    let logged_in = answer.contains("<success");
    if logged_in {
        session.works(plain.extension, "<auth mechanism='PLAIN'>", "logged in");
    } else {
        session.fails(plain.extension, "<auth mechanism='PLAIN'>", "refused");
    }
    stream.buffer.clear();
    Ok(logged_in)
}

/// Binds a resource, and asks server and account what they can do.
async fn resource(session: &mut Session, stream: &mut Stream) -> Result<(), Gone> {
    let bind = stream
        .iq(
            "set",
            "",
            "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>probe</resource></bind>",
        )
        .await?;
    if !bind.contains("<jid>") {
        return Ok(());
    }
    session.works("xmpp/bind", "<bind/>", "got an address");
    let domain = format!(" to='{}'", stream.to);
    let jid = bind.split("<jid>").nth(1).unwrap_or_default();
    let account = jid.split(['/', '<']).next().unwrap_or_default();
    let account = format!(" to='{account}'");
    let query = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
    for to in [&domain, &account] {
        let info = stream.iq("get", to, query).await?;
        if info.contains("type='error'") || info.contains("type=\"error\"") {
            continue;
        }
        session.works(
            "xmpp/service-discovery",
            "disco#info",
            "answered with features",
        );
        for tag in tags(&info).filter(|tag| tag.starts_with("feature ")) {
            if let Some(var) = attribute(tag, "var") {
                session.announce(
                    Phase::Login,
                    "xmpp",
                    var,
                    &format!("<feature var='{var}'/>"),
                );
            }
        }
    }
    if session.announces("xmpp/ping") {
        let pong = stream
            .iq("get", &domain, "<ping xmlns='urn:xmpp:ping'/>")
            .await?;
        let worked = pong.contains("type='result'") || pong.contains("type=\"result\"");
        match worked {
            true => session.works("xmpp/ping", "<ping/>", "answered"),
            false => session.fails("xmpp/ping", "<ping/>", "answered with an error"),
        }
    }
    if session.announces("xmpp/carbons") {
        let on = stream
            .iq("set", "", "<enable xmlns='urn:xmpp:carbons:2'/>")
            .await?;
        let worked = on.contains("type='result'") || on.contains("type=\"result\"");
        match worked {
            true => session.works("xmpp/carbons", "<enable/>", "switched on"),
            false => session.fails("xmpp/carbons", "<enable/>", "answered with an error"),
        }
    }
    Ok(())
}

impl Stream {
    /// Opens the stream, anew after TLS and login; the features.
    async fn open(&mut self) -> Result<String, Gone> {
        self.buffer.clear();
        let header = format!(
            "<?xml version='1.0'?><stream:stream to='{}' version='1.0' xmlns='jabber:client' \
             xmlns:stream='http://etherx.jabber.org/streams'>",
            self.to
        );
        self.send(&header).await?;
        let text = self
            .until(&[
                "</stream:features>",
                "<stream:features/>",
                "</stream:error>",
            ])
            .await?;
        let at = text.find("<stream:features");
        let garbage = || Gone::Garbage(text.chars().take(60).collect());
        let features = at.and_then(|at| text.get(at..)).ok_or_else(garbage)?;
        Ok(features.to_owned())
    }

    async fn send(&mut self, text: &str) -> Result<(), Gone> {
        self.wire.send_as(text.as_bytes(), text).await
    }

    async fn iq(&mut self, kind: &str, to: &str, payload: &str) -> Result<String, Gone> {
        self.buffer.clear();
        self.send(&format!("<iq type='{kind}' id='probe'{to}>{payload}</iq>"))
            .await?;
        self.whole(answered).await
    }

    /// Text up to where one of `ends` has come.
    async fn until(&mut self, ends: &[&str]) -> Result<String, Gone> {
        self.whole(|text| ends.iter().any(|end| text.contains(end)))
            .await
    }

    /// Text up to where it is whole.
    async fn whole(&mut self, is_whole: impl Fn(&str) -> bool) -> Result<String, Gone> {
        loop {
            if is_whole(&self.buffer) {
                let text = std::mem::take(&mut self.buffer);
                for line in order::lines(&text) {
                    self.wire.heard(&line);
                }
                return Ok(text);
            }
            if self.buffer.len() > self.limit {
                return Err(Gone::TooMuch);
            }
            let more = self.wire.some().await?;
            self.buffer.push_str(&String::from_utf8_lossy(&more));
        }
    }
}

/// Whether an `<iq>` has come to its end: by a closing tag, or by being empty.
fn answered(text: &str) -> bool {
    let stanza = text.find("<iq ").and_then(|at| text.get(at..));
    let tag = stanza.and_then(|stanza| stanza.split('>').next());
    let whole = stanza.is_some_and(|stanza| stanza.contains('>'));
    whole && (tag.is_some_and(|tag| tag.ends_with('/')) || text.contains("</iq>"))
}

/// What stands between `<` and `>`, without closing tags.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split('<').skip(1);
    let inner = parts.filter_map(|part| part.split('>').next());
    inner.filter(|tag| !tag.starts_with('/'))
}

/// The value of an attribute in either kind of quotes.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    ['\'', '"'].into_iter().find_map(|quote| {
        let start = format!(" {name}={quote}");
        tag.split(start.as_str()).nth(1)?.split(quote).next()
    })
}

#[cfg(test)]
mod tests;
