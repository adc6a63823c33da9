//! The parts of a message.

use super::unreadable;
use crate::guest::Guest;
use crate::state::READ_BYTES_MAX;
use crate::urls::Urls;
use crate::v0_1_0::bindings::waxseal::plugin::mime::{Host, Part};
use aho_corasick::AhoCorasick;
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Octets of structure work that are done at once on the reactor; more leaves it first.
const QUICK_BYTES_MAX: u64 = 128 * 1024;
/// Needles of one search, and octets of each.
const NEEDLES_MAX: usize = 1_000;
const NEEDLE_OCTETS_MAX: usize = 256;
/// URLs of one answer.
const URLS_MAX: u32 = 1_000;

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

    /// The decoded octets of a part, as far as they can be read; `None` for one that is not there.
    async fn decoded(&self, at: u32) -> wasmtime::Result<Option<Bytes>> {
        self.leave_reactor_for(Some(at)).await;
        let mut state = self.state();
        let Some(held) = state.message.as_mut().filter(|held| held.body) else {
            return Ok(None);
        };
        let parser = &*self.profile.parser;
        let index = held.index(parser).map_err(unreadable)?;
        let parts = u32::try_from(index.parts.len()).unwrap_or(u32::MAX);
        if at >= parts {
            return Ok(None);
        }
        held.decode(parser, at).map(Some).map_err(unreadable)
    }

    /// The content of a text part as UTF-8 with its subtype; `None` for another part.
    async fn part_text(&self, at: u32) -> wasmtime::Result<Option<(String, String)>> {
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
        Ok(Some((
            parser.to_utf8(part, &octets),
            part.media_subtype.clone(),
        )))
    }

    /// How many parts there are.
    async fn part_count(&self) -> wasmtime::Result<u32> {
        self.leave_reactor_for(None).await;
        let mut state = self.state();
        let Some(held) = state.message.as_mut().filter(|held| held.body) else {
            return Ok(0);
        };
        let index = held.index(&*self.profile.parser).map_err(unreadable)?;
        Ok(u32::try_from(index.parts.len()).unwrap_or(u32::MAX))
    }
}

impl Host for Guest {
    async fn parts(&mut self) -> wasmtime::Result<Vec<Part>> {
        self.leave_reactor_for(None).await;
        let mut state = self.state();
        let Some(held) = state.message.as_mut().filter(|held| held.body) else {
            return Ok(Vec::new());
        };
        let index = held.index(&*self.profile.parser).map_err(unreadable)?;
        let parts = (0_u32..).zip(&index.parts).map(|(at, part)| Part {
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
        let octets = self.decoded(at).await?.unwrap_or_default();
        let wanted = max.min(READ_BYTES_MAX);
        let range = waxseal_ports::read_at::read_range(&octets, offset.into(), wanted.into());
        Ok(range.map_err(unreadable)?.into())
    }

    async fn text(&mut self, at: u32, max: u32) -> wasmtime::Result<Option<String>> {
        let Some((mut text, _)) = self.part_text(at).await? else {
            return Ok(None);
        };
        let wanted = usize::try_from(max.min(READ_BYTES_MAX)).unwrap_or(usize::MAX);
        text.truncate(text.floor_char_boundary(wanted));
        Ok(Some(text))
    }

    async fn decoded_size(&mut self, at: u32) -> wasmtime::Result<u32> {
        let octets = self.decoded(at).await?.unwrap_or_default();
        Ok(u32::try_from(octets.len()).unwrap_or(u32::MAX))
    }

    async fn sha256(&mut self, at: u32) -> wasmtime::Result<Vec<u8>> {
        let octets = self.decoded(at).await?;
        Ok(octets
            .map(|octets| Sha256::digest(&octets).to_vec())
            .unwrap_or_default())
    }

    async fn find(&mut self, at: u32, needles: Vec<String>) -> wasmtime::Result<Vec<bool>> {
        let too_long = needles
            .iter()
            .any(|needle| needle.len() > NEEDLE_OCTETS_MAX);
        if needles.len() > NEEDLES_MAX || too_long {
            let text =
                format!("over {NEEDLES_MAX} needles, or one over {NEEDLE_OCTETS_MAX} octets");
            return Err(wasmtime::Error::msg(text));
        }
        let mut found = vec![false; needles.len()];
        let Some((text, _)) = self.part_text(at).await? else {
            return Ok(found);
        };
        let searcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(&needles)
            .map_err(|error| wasmtime::Error::msg(error.to_string()))?;
        let mut missing = found.len();
        for hit in searcher.find_overlapping_iter(&text) {
            if let Some(known) = found.get_mut(hit.pattern().as_usize())
                && !std::mem::replace(known, true)
            {
                missing -= 1;
                if missing == 0 {
                    break;
                }
            }
        }
        Ok(found)
    }

    async fn urls(&mut self, max: u32) -> wasmtime::Result<Vec<String>> {
        let max = usize::try_from(max.min(URLS_MAX)).unwrap_or(usize::MAX);
        let mut urls = Urls::new(max);
        for at in 0..self.part_count().await? {
            if urls.is_full() {
                break;
            }
            match self.part_text(at).await? {
                Some((text, subtype)) if subtype == "html" => urls.scan_html(&text),
                Some((text, _)) => urls.scan_text(&text),
                None => {}
            }
        }
        Ok(urls.into_found())
    }
}
