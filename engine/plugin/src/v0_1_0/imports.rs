//! What the imports of this version answer.

mod aead;
mod blob_io;
mod dns;
mod http;
mod kv;
mod mime;
mod notes;

pub(crate) use http::BODY_OCTETS_MAX;

use super::bindings::waxseal::plugin::{
    clock, config, log, metrics, random, session, transaction, types,
};
use super::convert;
use crate::guest::Guest;
use crate::guest_metrics::Figure;
use crate::watch::LogLine;
use std::io;

/// Octets of one answer of randomness.
const RANDOM_BYTES_MAX: u32 = 65_536;
/// Octets of one log line.
const LOG_LINE_BYTES_MAX: usize = 4096;

impl types::Host for Guest {}

impl session::Host for Guest {
    fn current(&mut self) -> wasmtime::Result<types::SessionInfo> {
        let state = self.state();
        Ok(types::SessionInfo {
            id: state.info.id.to_string(),
            protocol: convert::protocol(state.info.protocol),
            peer_ip: state.info.peer.ip().to_canonical().to_string(),
            peer_port: state.info.peer.port(),
            peer_name: None,
            helo: state.helo.clone(),
            tls: state.info.tls.clone(),
            auth_user: state.user(self.viewer()).map(ToOwned::to_owned),
        })
    }
}

impl transaction::Host for Guest {
    fn sender(&mut self) -> wasmtime::Result<String> {
        Ok(self.state().sender_text())
    }

    fn recipients(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(self.state().recipient_texts(self.viewer()))
    }

    fn size(&mut self) -> wasmtime::Result<u32> {
        let mut state = self.state();
        let octets = state.message.as_mut().map_or(0, |held| held.octets());
        Ok(u32::try_from(octets).unwrap_or(u32::MAX))
    }

    fn header_count(&mut self) -> wasmtime::Result<u32> {
        let state = self.state();
        let held = state.message.as_ref();
        let count = held.map_or(0, |held| held.draft.header.fields().len());
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn get_header(&mut self, name: String) -> wasmtime::Result<Option<Vec<u8>>> {
        let state = self.state();
        let header = state.message.as_ref().map(|held| &held.draft.header);
        let field = header.and_then(|header| header.named(&name).next());
        Ok(field.map(|field| field.value().to_vec()))
    }

    fn all_headers(&mut self) -> wasmtime::Result<Vec<types::Header>> {
        let state = self.state();
        let fields = state.message.iter();
        let fields = fields.flat_map(|held| held.draft.header.fields());
        Ok(fields.map(convert::header).collect())
    }

    fn read_message(&mut self, offset: u32, max: u32) -> wasmtime::Result<Vec<u8>> {
        let mut state = self.state();
        let Some(held) = &mut state.message else {
            return Ok(Vec::new());
        };
        let octets = held.read_message(offset, max).map_err(unreadable)?;
        Ok(octets.into())
    }

    fn read_body(&mut self, offset: u32, max: u32) -> wasmtime::Result<Vec<u8>> {
        let state = self.state();
        let Some(held) = &state.message else {
            return Ok(Vec::new());
        };
        let octets = held.read_body(offset, max).map_err(unreadable)?;
        Ok(octets.into())
    }

    fn scores(&mut self) -> wasmtime::Result<Vec<types::Score>> {
        let state = self.state();
        Ok(state
            .scores(self.viewer())
            .map(convert::wit_score)
            .collect())
    }

    fn tags(&mut self) -> wasmtime::Result<Vec<String>> {
        let state = self.state();
        Ok(state.tags(self.viewer()).map(ToOwned::to_owned).collect())
    }
}

impl log::Host for Guest {
    fn write(
        &mut self,
        level: log::Level,
        message: String,
        fields: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        let limits = &self.profile.limits;
        let mask = |text: &str| self.profile.reach.mask(text).into_owned();
        let mut line = convert::printable(&mask(&message), LOG_LINE_BYTES_MAX);
        for (key, value) in &fields {
            let room = LOG_LINE_BYTES_MAX.saturating_sub(line.len());
            let field = format!(" {}={}", mask(key), mask(value));
            line.push_str(&convert::printable(&field, room));
        }
        let bytes = u32::try_from(line.len()).unwrap_or(u32::MAX);
        let past = self.logged.lines >= limits.log_lines_max
            || self.logged.bytes.saturating_add(bytes) > limits.log_bytes_max;
        let plugin = self.profile.name.as_str();
        let session = self.state().info.id;
        if past {
            if !self.logged.past {
                tracing::warn!(plugin, %session, "plugin log lines dropped, past limits.log_lines_max or log_bytes_max");
            }
            self.logged.past = true;
            return Ok(());
        }
        self.logged.lines += 1;
        self.logged.bytes += bytes;
        if let Some(watch) = &self.profile.instruments.watch {
            watch.logged(&LogLine {
                plugin,
                level: level_name(level),
                text: &line,
            });
        }
        match level {
            log::Level::Trace => tracing::trace!(plugin, %session, "{line}"),
            log::Level::Debug => tracing::debug!(plugin, %session, "{line}"),
            log::Level::Info => tracing::info!(plugin, %session, "{line}"),
            log::Level::Warn => tracing::warn!(plugin, %session, "{line}"),
            log::Level::Error => tracing::error!(plugin, %session, "{line}"),
        }
        Ok(())
    }
}

const fn level_name(level: log::Level) -> &'static str {
    match level {
        log::Level::Trace => "trace",
        log::Level::Debug => "debug",
        log::Level::Info => "info",
        log::Level::Warn => "warn",
        log::Level::Error => "error",
    }
}

impl metrics::Host for Guest {
    fn counter_add(
        &mut self,
        name: String,
        by: u32,
        labels: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        self.profile
            .metrics
            .record(&name, Figure::Counter(by), labels);
        Ok(())
    }

    fn gauge_set(
        &mut self,
        name: String,
        value: f64,
        labels: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        self.profile
            .metrics
            .record(&name, Figure::Gauge(value), labels);
        Ok(())
    }

    fn observe(
        &mut self,
        name: String,
        value: f64,
        labels: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        self.profile
            .metrics
            .record(&name, Figure::Histogram(value), labels);
        Ok(())
    }
}

impl config::Host for Guest {
    fn get(&mut self, key: String) -> wasmtime::Result<Option<String>> {
        let value = self.profile.config.get(&key);
        Ok(value.map(|value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        }))
    }

    fn raw_json(&mut self) -> wasmtime::Result<String> {
        Ok(self.profile.config_json.clone())
    }

    fn secret(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        let secret = self.profile.reach.secret(&name);
        Ok(secret.map(|secret| secret.expose().to_owned()))
    }
}

impl clock::Host for Guest {
    fn unix_millis(&mut self) -> wasmtime::Result<f64> {
        let secs = self.profile.clock.wall().unix_secs;
        Ok(std::time::Duration::from_secs(secs.unsigned_abs()).as_secs_f64() * 1000.0)
    }

    fn monotonic_millis(&mut self) -> wasmtime::Result<f64> {
        let now = self.profile.clock.monotonic();
        let since = now.saturating_duration_since(self.profile.started);
        Ok(since.as_secs_f64() * 1000.0)
    }
}

impl random::Host for Guest {
    fn bytes(&mut self, n: u32) -> wasmtime::Result<Vec<u8>> {
        if n > RANDOM_BYTES_MAX {
            let text = format!("it asked for {n} random octets, over {RANDOM_BYTES_MAX}");
            return Err(wasmtime::Error::msg(text));
        }
        let mut octets = vec![0; usize::try_from(n).unwrap_or(0)];
        let filled = self.profile.reach.entropy.fill(&mut octets);
        filled.map_err(|error| wasmtime::Error::msg(error.to_string()))?;
        Ok(octets)
    }
}

fn unreadable(error: io::Error) -> wasmtime::Error {
    wasmtime::Error::msg(format!("the message could not be read: {error}"))
}
