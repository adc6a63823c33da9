//! SEARCH (RFC 9051 §6.4.4, RFC 4731, RFC 5182): first from the snapshot, then from the messages that
//! are still undecided.

use super::matching::{Content, Matcher};
use super::pending::{Missing, Pending, unexpected};
use super::{Running, Session, Status};
use crate::grammar::command::Numbering;
use crate::grammar::search::{ReturnOptions, Search, SearchKey};
use crate::output::{put_number, put_set, put_string};
use crate::question::{Answer, Question, Wanted};
use crate::view::{Expunges, count};
use waxseal_mail::{SeqNum, Uid};

/// A SEARCH under way.
pub(super) struct Searching {
    tag: String,
    numbering: Numbering,
    search: Search,
    /// Built when the view is up to date.
    matcher: Matcher,
    /// Messages that match or may match, ascending.
    found: Vec<Found>,
    /// How many of `found` are decided.
    decided: usize,
    /// UIDs that were asked for.
    asked: Vec<Uid>,
}

/// A message that matches or may match.
struct Found {
    seq: SeqNum,
    uid: Uid,
    modseq: u64,
    matches: Option<bool>,
}

impl Searching {
    const fn expunges(&self) -> Expunges {
        match self.numbering {
            Numbering::Seq => Expunges::Withheld,
            Numbering::Uid => Expunges::Told,
        }
    }
}

impl Session {
    pub(super) fn search(&mut self, tag: String, search: Search, numbering: Numbering) {
        let charset = search.charset.as_deref().unwrap_or("UTF-8");
        if !matches!(charset, "UTF-8" | "US-ASCII") {
            let status = Status::no("[BADCHARSET (US-ASCII UTF-8)] that charset is not supported");
            return self.finish(tag, status, Expunges::Withheld);
        }
        let searching = Searching {
            tag,
            numbering,
            search,
            matcher: Matcher::Never,
            found: Vec::new(),
            decided: 0,
            asked: Vec::new(),
        };
        self.ask(Question::Newest, Pending::SearchStart(Box::new(searching)));
    }

    /// The view is up to date: what it decides is decided.
    pub(super) fn search_start(&mut self, mut searching: Box<Searching>, answer: Answer) {
        if let Answer::Newest(newest) = answer {
            self.catch_up(newest, searching.expunges());
        }
        if matches!(self.running, Running::Closing) {
            return;
        }
        let Some(selected) = &self.selected else {
            return;
        };
        let matcher = match Matcher::new(&searching.search.key, selected) {
            Ok(matcher) => matcher,
            Err(status) => return self.tagged(&searching.tag, &status),
        };
        self.condstore |= uses_modseq(&searching.search.key);
        for (index, message) in selected.view.iter().enumerate() {
            let matches = matcher.by_state(index, message);
            if let Some(seq) = SeqNum::from_index(index).filter(|_| matches != Some(false)) {
                searching.found.push(Found {
                    seq,
                    uid: message.uid,
                    modseq: message.modseq.0,
                    matches,
                });
            }
        }
        searching.matcher = matcher;
        self.search_on(searching);
    }

    /// Asks for the next undecided messages, or answers.
    fn search_on(&mut self, mut searching: Box<Searching>) {
        let batch = self.limits.batch_messages.max(1);
        let undecided = searching.found.iter().skip(searching.decided);
        let undecided = undecided.filter(|found| found.matches.is_none());
        searching.asked = undecided.map(|found| found.uid).take(batch).collect();
        let Some(selected) = &self.selected else {
            return;
        };
        if searching.asked.is_empty() {
            return self.search_end(*searching);
        }
        let question = Question::Read {
            mailbox: selected.mailbox(),
            uids: searching.asked.clone(),
            wanted: Wanted {
                index: searching.matcher.reads_bodies(),
                message: true,
            },
        };
        self.ask(question, Pending::SearchRead(searching));
    }

    pub(super) fn search_read(&mut self, mut searching: Box<Searching>, answer: Answer) {
        let Answer::Read(readings) = answer else {
            let status = unexpected(&answer, Missing::Source);
            let expunges = searching.expunges();
            return self.finish(searching.tag, status, expunges);
        };
        let Some(selected) = &self.selected else {
            return;
        };
        let last = searching.asked.last().copied();
        let mut readings = readings.iter().peekable();
        let undecided = searching.found.iter_mut().skip(searching.decided);
        let mut decided = 0;
        for found in undecided.take_while(|found| last.is_some_and(|last| found.uid <= last)) {
            decided += 1;
            if found.matches.is_some() {
                continue;
            }
            let Some(reading) = readings.next_if(|reading| reading.uid == found.uid) else {
                found.matches = Some(false);
                continue;
            };
            let state = selected.view.at(found.seq);
            let mut content = Content::new(reading, &*self.parser, self.limits.decoded_octets_max);
            let matches = state.map(|state| {
                searching
                    .matcher
                    .full(found.seq.index(), state, &mut content)
            });
            // A message that cannot be read matches nothing; the driver has logged why.
            found.matches = Some(matches.and_then(Result::ok).unwrap_or(false));
        }
        searching.decided += decided;
        self.search_on(searching);
    }

    fn search_end(&mut self, searching: Searching) {
        let expunges = searching.expunges();
        let hits: Vec<_> = searching
            .found
            .iter()
            .filter(|found| found.matches == Some(true))
            .collect();
        let returns = searching.search.returns;
        if let Some(options) = returns.filter(|options| options.save)
            && let Some(selected) = &mut self.selected
        {
            selected.saved = saved(&hits, options);
        }
        let modseq = uses_modseq(&searching.search.key);
        let modseq = modseq
            .then(|| hits.iter().map(|found| found.modseq).max())
            .flatten();
        if self.rev2 || returns.is_some() {
            let options = returns.unwrap_or(ReturnOptions {
                all: true,
                ..ReturnOptions::default()
            });
            self.put_esearch(&searching, &hits, options, modseq);
        } else {
            let out = self.output.buffer();
            out.extend_from_slice(b"* SEARCH");
            for found in &hits {
                out.push(b' ');
                put_number(out, number(found, searching.numbering).into());
            }
            if let Some(modseq) = modseq {
                out.extend_from_slice(format!(" (MODSEQ {modseq})").as_bytes());
            }
            out.extend_from_slice(b"\r\n");
        }
        self.finish(searching.tag, Status::ok("SEARCH completed"), expunges);
    }

    /// `* ESEARCH (TAG "…") …`
    fn put_esearch(
        &mut self,
        searching: &Searching,
        hits: &[&Found],
        options: ReturnOptions,
        modseq: Option<u64>,
    ) {
        let data = options.min || options.max || options.all || options.count;
        if !data {
            // Only SAVE was asked for (RFC 5182 §2.1).
            return;
        }
        let out = self.output.buffer();
        out.extend_from_slice(b"* ESEARCH (TAG ");
        put_string(out, searching.tag.as_bytes(), false);
        out.push(b')');
        if searching.numbering == Numbering::Uid {
            out.extend_from_slice(b" UID");
        }
        let mut put = |name: &str, found: Option<&&Found>| {
            if let Some(found) = found {
                out.extend_from_slice(name.as_bytes());
                put_number(out, number(found, searching.numbering).into());
            }
        };
        if options.min {
            put(" MIN ", hits.first());
        }
        if options.max {
            put(" MAX ", hits.last());
        }
        if options.all && !hits.is_empty() {
            out.extend_from_slice(b" ALL ");
            put_set(
                out,
                hits.iter().map(|found| number(found, searching.numbering)),
            );
        }
        if options.count {
            out.extend_from_slice(b" COUNT ");
            put_number(out, count(hits.len()));
        }
        if let Some(modseq) = modseq {
            out.extend_from_slice(format!(" MODSEQ {modseq}").as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }
}

const fn number(found: &Found, numbering: Numbering) -> u32 {
    match numbering {
        Numbering::Seq => found.seq.get(),
        Numbering::Uid => found.uid.get(),
    }
}

/// What `$` means afterwards (RFC 5182 §2.1 and §2.4): all, or the ends where only those were wanted.
fn saved(hits: &[&Found], options: ReturnOptions) -> Vec<Uid> {
    let ends_only = (options.min || options.max) && !options.all && !options.count;
    if !ends_only {
        return hits.iter().map(|found| found.uid).collect();
    }
    let first = hits.first().filter(|_| options.min);
    let last = hits.last().filter(|_| options.max);
    let mut ends: Vec<_> = first
        .into_iter()
        .chain(last)
        .map(|found| found.uid)
        .collect();
    ends.dedup();
    ends
}

fn uses_modseq(key: &SearchKey) -> bool {
    match key {
        SearchKey::ModSeq(_) => true,
        SearchKey::Not(inner) => uses_modseq(inner),
        SearchKey::Or(pair) => uses_modseq(&pair.0) || uses_modseq(&pair.1),
        SearchKey::And(keys) => keys.iter().any(uses_modseq),
        SearchKey::All
        | SearchKey::Seq(_)
        | SearchKey::Uid(_)
        | SearchKey::Flag(_)
        | SearchKey::Larger(_)
        | SearchKey::Smaller(_)
        | SearchKey::Before(_)
        | SearchKey::On(_)
        | SearchKey::Since(_)
        | SearchKey::SentBefore(_)
        | SearchKey::SentOn(_)
        | SearchKey::SentSince(_)
        | SearchKey::Header { .. }
        | SearchKey::Body(_)
        | SearchKey::Text(_) => false,
    }
}
