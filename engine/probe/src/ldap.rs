//! LDAP: the root DSE in each phase, then some of what it lists (RFC 4512 §5.1).

mod ber;

use crate::session::{Phase, Session};
use crate::wire::{Gone, Wire};
use ber::{Element, element, integer, octets};

/// Attributes of the root DSE whose values name extensions.
const LISTS: [&str; 3] = [
    "supportedExtension",
    "supportedControl",
    "supportedFeatures",
];
const MECHANISMS: &str = "supportedSASLMechanisms";
const START_TLS: &str = "1.3.6.1.4.1.1466.20037";
const WHO_AM_I: &str = "1.3.6.1.4.1.4203.1.11.3";
const PAGED: &str = "1.2.840.113556.1.4.319";
const MANAGE_DSA_IT: &str = "2.16.840.1.113730.3.4.2";

/// Result code of success (RFC 4511 §A.1).
const SUCCESS: i64 = 0;

struct Directory {
    wire: Wire,
    buffer: Vec<u8>,
    count: i64,
    lines_max: usize,
}

/// Probes an LDAP endpoint. The user of the endpoint is a distinguished name.
pub(crate) async fn run(session: &mut Session) -> Result<(), Gone> {
    let mut directory = Directory {
        wire: session.connect().await?,
        buffer: Vec::new(),
        count: 0,
        lines_max: session.limits().reply_lines_max,
    };
    let phase = Session::phase(&directory.wire);
    root(session, &mut directory, phase).await?;
    if session.wants_tls(&directory.wire) && session.announces("ldap/starttls") {
        let answer = directory.extended(START_TLS).await?;
        let secured = match answer {
            (SUCCESS, _) => directory.wire.start_tls().await,
            (code, _) => Err(Gone::Tls(format!("result code {code}"))),
        };
        match secured {
            Ok(()) => session.works("ldap/starttls", "StartTLS", "handshake done"),
            Err(gone) => {
                session.fails("ldap/starttls", "StartTLS", &gone.to_string());
                return Err(gone);
            }
        }
        root(session, &mut directory, Phase::Tls).await?;
    }
    let may = directory.wire.is_secure() || session.endpoint.clear_text_login;
    if let Some((user, password)) = session.login().filter(|_| may) {
        let code = directory.bind(&user, &password).await?;
        if code == SUCCESS {
            root(session, &mut directory, Phase::Login).await?;
        }
    }
    exercise(session, &mut directory).await?;
    // UnbindRequest has no answer.
    directory.send(element(0x42, &[]), None, "unbind").await?;
    directory.wire.close().await;
    Ok(())
}

/// Reads the root DSE and notes what it lists.
async fn root(session: &mut Session, directory: &mut Directory, phase: Phase) -> Result<(), Gone> {
    let mut attributes: Vec<&str> = LISTS.to_vec();
    attributes.extend([
        MECHANISMS,
        "supportedLDAPVersion",
        "vendorName",
        "vendorVersion",
    ]);
    let (code, values) = directory.search("", &attributes, None).await?;
    if code != SUCCESS {
        return Ok(());
    }
    for (attribute, value) in values {
        let line = format!("{attribute}: {value}");
        if attribute == MECHANISMS {
            session.announce(phase, "sasl", &value, &line);
        } else if LISTS.contains(&attribute.as_str()) {
            session.announce(phase, "ldap", &value, &line);
        } else {
            session.remark(phase, &line);
        }
    }
    Ok(())
}

async fn exercise(session: &mut Session, directory: &mut Directory) -> Result<(), Gone> {
    if session.announces("ldap/who-am-i") {
        match directory.extended(WHO_AM_I).await? {
            (SUCCESS, value) => {
                let shown = format!("answered \"{value}\"");
                session.works("ldap/who-am-i", "Who am I?", &shown);
            }
            (code, _) => {
                session.fails("ldap/who-am-i", "Who am I?", &format!("result code {code}"))
            }
        }
    }
    let base = session.endpoint.name.clone().unwrap_or_default();
    for (extension, oid, value, words) in [
        (
            "ldap/paged-results",
            PAGED,
            Some(element(
                0x30,
                &[integer(0x02, 1), octets(0x04, b"")].concat(),
            )),
            "search with a page of one entry",
        ),
        (
            "ldap/manage-dsa-it",
            MANAGE_DSA_IT,
            None,
            "search with the control",
        ),
    ] {
        if !session.announces(extension) {
            continue;
        }
        let mut control = octets(0x04, oid.as_bytes());
        control.extend(element(0x01, &[0xff]));
        if let Some(value) = value {
            control.extend(octets(0x04, &value));
        }
        let control = element(0x30, &control);
        match directory.search(&base, &["1.1"], Some(control)).await? {
            (SUCCESS, _) => session.works(extension, words, "critical control accepted"),
            (code, _) => session.fails(extension, words, &format!("result code {code}")),
        }
    }
    Ok(())
}

impl Directory {
    async fn send(
        &mut self,
        operation: Vec<u8>,
        control: Option<Vec<u8>>,
        shown: &str,
    ) -> Result<(), Gone> {
        self.count += 1;
        let mut message = integer(0x02, self.count);
        message.extend(operation);
        if let Some(control) = control {
            message.extend(element(0xa0, &control));
        }
        self.wire.send_as(&element(0x30, &message), shown).await
    }

    /// The next message of the server: its operation.
    async fn message(&mut self) -> Result<Element, Gone> {
        loop {
            match Element::read(&self.buffer) {
                Some((message, length)) => {
                    self.buffer.drain(..length);
                    let mut parts = message.children();
                    parts.next();
                    let garbage = || Gone::Garbage("no LDAP message".to_owned());
                    return parts.next().ok_or_else(garbage);
                }
                None if self.buffer.first().is_some_and(|tag| *tag != 0x30) => {
                    return Err(Gone::Garbage("no LDAP message".to_owned()));
                }
                None => {
                    let more = self.wire.some().await?;
                    self.buffer.extend(more);
                }
            }
        }
    }

    /// A search of one entry: result code, and its attributes with their values.
    async fn search(
        &mut self,
        base: &str,
        attributes: &[&str],
        control: Option<Vec<u8>>,
    ) -> Result<(i64, Vec<(String, String)>), Gone> {
        let names: Vec<u8> = attributes
            .iter()
            .flat_map(|name| octets(0x04, name.as_bytes()))
            .collect();
        let request = [
            octets(0x04, base.as_bytes()),
            // Scope baseObject, aliases never followed, no limits, values too.
            integer(0x0a, 0),
            integer(0x0a, 0),
            integer(0x02, 0),
            integer(0x02, 0),
            element(0x01, &[0]),
            octets(0x87, b"objectClass"),
            element(0x30, &names),
        ];
        let shown = format!("search \"{base}\" for {}", attributes.join(", "));
        self.send(element(0x63, &request.concat()), control, &shown)
            .await?;
        let mut found = Vec::new();
        for _ in 0..self.lines_max {
            let message = self.message().await?;
            if message.tag == 0x65 {
                let code = message.children().next().map_or(-1, |code| code.integer());
                self.record(&format!("search result, code {code}"));
                return Ok((code, found));
            }
            for attribute in message.children().skip(1).flat_map(|list| list.children()) {
                let mut parts = attribute.children();
                let name = parts.next().map_or_else(String::new, |name| name.text());
                for value in parts.flat_map(|values| values.children()) {
                    self.record(&format!("{name}: {}", value.text()));
                    found.push((name.clone(), value.text()));
                }
            }
        }
        Err(Gone::TooMuch)
    }

    /// An extended operation without a value: result code and response value.
    async fn extended(&mut self, oid: &str) -> Result<(i64, String), Gone> {
        let shown = format!("extended operation {oid}");
        self.send(element(0x77, &octets(0x80, oid.as_bytes())), None, &shown)
            .await?;
        let message = self.message().await?;
        let code = message.children().next().map_or(-1, |code| code.integer());
        let value = message.children().find(|part| part.tag == 0x8b);
        let value = value.map_or_else(String::new, |value| value.text());
        self.record(&format!("extended result, code {code} {value}"));
        Ok((code, value))
    }

    /// A simple bind.
    async fn bind(&mut self, user: &str, password: &str) -> Result<i64, Gone> {
        let request = [
            integer(0x02, 3),
            octets(0x04, user.as_bytes()),
            octets(0x80, password.as_bytes()),
        ];
        self.send(
            element(0x60, &request.concat()),
            None,
            "bind as <user> with <password>",
        )
        .await?;
        let message = self.message().await?;
        let code = message.children().next().map_or(-1, |code| code.integer());
        self.record(&format!("bind result, code {code}"));
        Ok(code)
    }

    fn record(&self, text: &str) {
        self.wire.heard(text);
    }
}

#[cfg(test)]
mod tests;
