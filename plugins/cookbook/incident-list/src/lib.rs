//! For the day on which something bad is going round: refuses files by their SHA-256, links by their
//! host and texts by phrases, and programs whatever their names.

use waxseal_plugin_sdk::digest::hex;
use waxseal_plugin_sdk::{Error, Filter, Outcome, Stage, config, filter, log, metrics, mime};

struct IncidentList {
    files: Vec<String>,
    hosts: Vec<String>,
    phrases: Vec<String>,
    /// Whether senders are told, or left to believe that it worked.
    tell: bool,
}

filter!(IncidentList);

impl Filter for IncidentList {
    const STAGES: &'static [Stage] = &[Stage::Message];

    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let table = document.table(&["sha256", "hosts", "phrases", "tell"])?;
        let lower = |key: &str| -> Result<Vec<String>, Error> {
            let texts = table.texts(key)?.into_iter();
            Ok(texts.map(str::to_ascii_lowercase).collect())
        };
        let files = lower("sha256")?;
        if let Some(bad) = files.iter().find(|digest| digest.len() != 64) {
            return Err(table.wrong("sha256", &format!("holds {bad:?}")).into());
        }
        Ok(Self {
            files,
            hosts: lower("hosts")?,
            phrases: lower("phrases")?,
            tell: table.flag("tell")?.unwrap_or(true),
        })
    }

    fn on_message(&mut self) -> Result<Outcome, Error> {
        if let Some(found) = self.found() {
            log::write(
                log::Level::Warn,
                "on the list",
                &[("found", found.as_str())],
            );
            metrics::count("found", 1, &[]);
            return Ok(match self.tell {
                true => Outcome::reject(554, "5.7.1", "the message holds what we do not take"),
                false => Outcome::discard(),
            });
        }
        // What the server could not take apart was not searched either.
        Ok(match mime::truncated() {
            true => Outcome::hold("too many parts to search"),
            false => Outcome::next(),
        })
    }
}

impl IncidentList {
    /// The first thing in the message that is on the list.
    fn found(&self) -> Option<String> {
        for part in mime::parts() {
            if part.content_type.starts_with("multipart/") || mime::decoded_size(&part) == 0 {
                continue;
            }
            let digest = hex(&mime::sha256(&part));
            if self.files.contains(&digest) {
                return Some(digest);
            }
            if mime::read(&part, 0, 2) == b"MZ" {
                return Some(format!("a program called {:?}", part.filename));
            }
            // The server searches texts, many phrases at once, whatever their charset.
            let phrases: Vec<&str> = self.phrases.iter().map(String::as_str).collect();
            let held = mime::find(&part, &phrases);
            if let Some((phrase, _)) = phrases.iter().zip(held).find(|(_, held)| *held) {
                return Some((*phrase).to_owned());
            }
        }
        let urls = mime::urls(1000);
        let mut hosts = urls.iter().filter_map(|url| host(url));
        hosts.find(|host| self.hosts.iter().any(|bad| is_or_under(host, bad)))
    }
}

/// The host of a URL, without user and port.
fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    Some(host.trim_end_matches('.').to_ascii_lowercase())
}

fn is_or_under(host: &str, domain: &str) -> bool {
    let before = host.strip_suffix(domain);
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}
