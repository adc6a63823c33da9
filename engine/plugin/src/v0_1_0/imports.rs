//! What the imports of this version answer.

mod aead;
mod blob_io;
mod dns;
mod http;
mod kv;
mod notes;

use super::bindings::waxseal::plugin::{
    clock, config, log, metrics, mime, random, session, transaction, types,
};
use super::convert;
use crate::guest::Guest;
use crate::guest_metrics::Figure;
use crate::state::READ_BYTES_MAX;
use std::io;

/// Octets of one answer of randomness.
const RANDOM_BYTES_MAX: u32 = 65_536;
/// Octets of one log line.
const LOG_LINE_BYTES_MAX: usize = 4096;
/// Octets of structure work that are done at once on the reactor; more leaves it first.
const QUICK_BYTES_MAX: u64 = 128 * 1024;

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
            auth_user: state.user.clone(),
        })
    }
}

impl transaction::Host for Guest {
    fn sender(&mut self) -> wasmtime::Result<String> {
        Ok(self.state().sender_text())
    }

    fn recipients(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(self.state().recipient_texts())
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
        Ok(state.scores.iter().map(convert::wit_score).collect())
    }

    fn tags(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(self.state().tags.clone())
    }
}

impl Guest {
    /// Before long work of the host: gives the reactor up once. A call that was given up goes on on
    /// a thread of its own, see [`crate::lane`].
    async fn leave_reactor_for(&self, part: Option<u32>) {
        let held = |guest: &Self| {
            let state = guest.state();
            state
                .message
                .as_ref()
                .map_or(0, |held| held.work_ahead(part))
        };
        if held(self) > QUICK_BYTES_MAX {
            tokio::task::yield_now().await;
        }
    }
}

impl mime::Host for Guest {
    async fn parts(&mut self) -> wasmtime::Result<Vec<mime::Part>> {
        self.leave_reactor_for(None).await;
        let mut state = self.state();
        let Some(held) = state.message.as_mut().filter(|held| held.body) else {
            return Ok(Vec::new());
        };
        let index = held.index(&*self.profile.parser).map_err(unreadable)?;
        let parts = (0_u32..).zip(&index.parts).map(|(at, part)| mime::Part {
            index: at,
            parent: part.parent,
            content_type: format!("{}/{}", part.media_type, part.media_subtype),
            charset: part.charset.clone(),
            disposition: part.disposition.clone(),
            filename: part.file_name.clone(),
            encoded_size: u32::try_from(part.content_end.saturating_sub(part.content_start))
                .unwrap_or(u32::MAX),
        });
        Ok(parts.collect())
    }

    async fn truncated(&mut self) -> wasmtime::Result<bool> {
        self.leave_reactor_for(None).await;
        let mut state = self.state();
        let Some(held) = state.message.as_mut().filter(|held| held.body) else {
            return Ok(false);
        };
        let index = held.index(&*self.profile.parser).map_err(unreadable)?;
        Ok(index.truncated)
    }

    async fn read_part(&mut self, at: u32, offset: u32, max: u32) -> wasmtime::Result<Vec<u8>> {
        self.leave_reactor_for(Some(at)).await;
        let mut state = self.state();
        let Some(held) = state.message.as_mut().filter(|held| held.body) else {
            return Ok(Vec::new());
        };
        let octets = held.decode(&*self.profile.parser, at).map_err(unreadable)?;
        let wanted = max.min(READ_BYTES_MAX);
        let range = waxseal_ports::read_at::read_range(&octets, offset.into(), wanted.into());
        Ok(range.map_err(unreadable)?.into())
    }

    async fn text(&mut self, at: u32, max: u32) -> wasmtime::Result<Option<String>> {
        self.leave_reactor_for(Some(at)).await;
        let mut state = self.state();
        let Some(held) = state.message.as_mut().filter(|held| held.body) else {
            return Ok(None);
        };
        let parser = &*self.profile.parser;
        let index = held.index(parser).map_err(unreadable)?;
        let part = usize::try_from(at).ok().and_then(|at| index.parts.get(at));
        let Some(part) = part.filter(|part| part.media_type == "text") else {
            return Ok(None);
        };
        let octets = held.decode(parser, at).map_err(unreadable)?;
        let mut text = parser.to_utf8(part, &octets);
        let wanted = usize::try_from(max.min(READ_BYTES_MAX)).unwrap_or(usize::MAX);
        text.truncate(text.floor_char_boundary(wanted));
        Ok(Some(text))
    }

    async fn decoded_size(&mut self, at: u32) -> wasmtime::Result<u32> {
        let octets = self.decoded(at).await?;
        Ok(u32::try_from(octets.len()).unwrap_or(u32::MAX))
    }

    async fn sha256(&mut self, _at: u32) -> wasmtime::Result<Vec<u8>> {
        Err(wasmtime::Error::msg("not served yet"))
    }

    async fn find(&mut self, _at: u32, _needles: Vec<String>) -> wasmtime::Result<Vec<bool>> {
        Err(wasmtime::Error::msg("not served yet"))
    }

    async fn urls(&mut self, _max: u32) -> wasmtime::Result<Vec<String>> {
        Err(wasmtime::Error::msg("not served yet"))
    }
}

impl Guest {
    /// The decoded octets of a part, as far as they can be read.
    async fn decoded(&self, at: u32) -> wasmtime::Result<bytes::Bytes> {
        self.leave_reactor_for(Some(at)).await;
        let mut state = self.state();
        let Some(held) = state.message.as_mut().filter(|held| held.body) else {
            return Ok(bytes::Bytes::new());
        };
        held.decode(&*self.profile.parser, at).map_err(unreadable)
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
        let mut line = convert::printable(&message, LOG_LINE_BYTES_MAX);
        for (key, value) in &fields {
            let room = LOG_LINE_BYTES_MAX.saturating_sub(line.len());
            line.push_str(&convert::printable(&format!(" {key}={value}"), room));
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

    fn secret(&mut self, _name: String) -> wasmtime::Result<Option<String>> {
        Ok(None)
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
        getrandom::fill(&mut octets).map_err(|error| wasmtime::Error::msg(error.to_string()))?;
        Ok(octets)
    }
}

fn unreadable(error: io::Error) -> wasmtime::Error {
    wasmtime::Error::msg(format!("the message could not be read: {error}"))
}
