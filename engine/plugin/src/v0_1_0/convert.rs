//! Between the types of this version and ours.

use super::bindings::waxseal::plugin::types as wit;
use crate::answer::{Answer, Change, Said, SaidReply, Score};
use crate::call::Param;
use crate::error::CallFailure;
use waxseal_mail::{HeaderEdit, HeaderField};
use waxseal_ports::filter::Protocol;

/// Octets kept of a plugin's own error.
const ERROR_BYTES_MAX: usize = 500;

pub(super) fn answer(outcome: wit::Outcome) -> Answer {
    Answer {
        verdict: said(outcome.verdict),
        edits: outcome.edits.into_iter().map(change).collect(),
        scores: outcome.scores.into_iter().map(score).collect(),
    }
}

fn said(verdict: wit::Verdict) -> Said {
    match verdict {
        wit::Verdict::Next => Said::Next,
        wit::Verdict::Accept => Said::Accept,
        wit::Verdict::Reject(said) => Said::Reject(reply(said)),
        wit::Verdict::Defer(said) => Said::Defer(reply(said)),
        wit::Verdict::Discard => Said::Discard,
        wit::Verdict::Quarantine(why) => Said::Quarantine(why),
        wit::Verdict::Hold(why) => Said::Hold(why),
    }
}

pub(super) fn reply(reply: wit::Reply) -> SaidReply {
    SaidReply {
        code: reply.code,
        enhanced: reply.enhanced,
        text: reply.text,
    }
}

fn change(edit: wit::Edit) -> Change {
    match edit {
        wit::Edit::AddHeader(header) => Change::Header(HeaderEdit::Add {
            name: header.name,
            value: header.value,
        }),
        wit::Edit::InsertHeader((index, header)) => Change::Header(HeaderEdit::Insert {
            index: usize::try_from(index).unwrap_or(usize::MAX),
            name: header.name,
            value: header.value,
        }),
        wit::Edit::ReplaceHeader((name, occurrence, value)) => {
            Change::Header(HeaderEdit::Replace {
                name,
                occurrence: usize::try_from(occurrence).unwrap_or(usize::MAX),
                value,
            })
        }
        wit::Edit::RemoveHeader(name) => Change::Header(HeaderEdit::Remove { name }),
        wit::Edit::AddRecipient(address) => Change::AddRecipient(address),
        wit::Edit::RemoveRecipient(address) => Change::RemoveRecipient(address),
        wit::Edit::SetSender(address) => Change::SetSender(address),
        wit::Edit::AddTag(tag) => Change::Tag(tag),
    }
}

fn score(score: wit::Score) -> Score {
    Score {
        symbol: score.symbol,
        points: score.points,
        note: score.note,
    }
}

pub(super) fn wit_score(score: &Score) -> wit::Score {
    wit::Score {
        symbol: score.symbol.clone(),
        points: score.points,
        note: score.note.clone(),
    }
}

pub(super) fn own_error(error: wit::PluginError) -> CallFailure {
    CallFailure::Own {
        code: printable(&error.code, ERROR_BYTES_MAX),
        message: printable(&error.message, ERROR_BYTES_MAX),
    }
}

pub(super) fn params(params: &[Param]) -> Vec<wit::Param> {
    let param = |(key, value): &Param| wit::Param {
        key: key.clone(),
        value: value.clone(),
    };
    params.iter().map(param).collect()
}

pub(super) fn header(field: &HeaderField) -> wit::Header {
    wit::Header {
        name: String::from_utf8_lossy(field.name()).into_owned(),
        value: field.value().to_vec(),
    }
}

pub(super) const fn protocol(protocol: Protocol) -> wit::Protocol {
    match protocol {
        Protocol::Smtp => wit::Protocol::Smtp,
        Protocol::Submission => wit::Protocol::Submission,
        Protocol::Lmtp => wit::Protocol::Lmtp,
        Protocol::Imap => wit::Protocol::Imap,
        Protocol::Pop3 => wit::Protocol::Pop3,
    }
}

/// One line of at most `max` octets, control characters as spaces.
pub(super) fn printable(text: &str, max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(max));
    for c in text.chars() {
        if line.len() + c.len_utf8() > max {
            break;
        }
        line.push(if c.is_control() { ' ' } else { c });
    }
    line
}
