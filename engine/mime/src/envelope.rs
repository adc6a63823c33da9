//! The ENVELOPE response data (RFC 9051 §7.5.2).

use crate::address::{self, Entry};
use crate::cursor::unfold;
use crate::fields::{Fields, Name};
use crate::imap_string::{nstring, string};

/// Writes ENVELOPE with its parentheses. Text stays undecoded; a missing or empty Sender or Reply-To
/// is that of From. Of several fields of a name, addresses are joined and of text the last counts. Answers `false` where an address list was cut at `addresses_max`.
pub(crate) fn write(fields: &Fields, addresses_max: usize, out: &mut Vec<u8>) -> bool {
    let mut complete = true;
    let mut list = |name: Name| {
        let mut entries = Vec::new();
        for value in fields.all(name) {
            let room = addresses_max.saturating_sub(entries.len());
            let (more, all) = address::read(value, room);
            complete &= all;
            entries.extend(more);
        }
        let mut list = Vec::new();
        address_list(&entries, &mut list);
        list
    };
    let from = list(Name::From);
    let or_from = |list: Vec<u8>| if list == b"NIL" { from.clone() } else { list };
    let lists = [
        from.clone(),
        or_from(list(Name::Sender)),
        or_from(list(Name::ReplyTo)),
        list(Name::To),
        list(Name::Cc),
        list(Name::Bcc),
    ];
    let text = |name: Name| fields.last(name).map(unfold);
    out.push(b'(');
    nstring(out, text(Name::Date).as_deref());
    out.push(b' ');
    nstring(out, text(Name::Subject).as_deref());
    for list in &lists {
        out.push(b' ');
        out.extend_from_slice(list);
    }
    for name in [Name::InReplyTo, Name::MessageId] {
        out.push(b' ');
        nstring(out, text(name).as_deref());
    }
    out.push(b')');
    complete
}

/// `"(" 1*address ")" / nil`.
fn address_list(entries: &[Entry], out: &mut Vec<u8>) {
    if entries.is_empty() {
        out.extend_from_slice(b"NIL");
        return;
    }
    out.push(b'(');
    for entry in entries {
        match entry {
            Entry::GroupStart(name) => {
                out.extend_from_slice(b"(NIL NIL ");
                string(out, name);
                out.extend_from_slice(b" NIL)");
            }
            Entry::GroupEnd => out.extend_from_slice(b"(NIL NIL NIL NIL)"),
            Entry::Mailbox {
                name,
                route,
                local_part,
                domain,
            } => {
                out.push(b'(');
                nstring(out, name.as_deref());
                out.push(b' ');
                nstring(out, route.as_deref());
                out.push(b' ');
                // NIL would say that this is a group (RFC 9051 §7.5.2), so both are strings.
                string(out, local_part);
                out.push(b' ');
                string(out, domain);
                out.push(b')');
            }
        }
    }
    out.push(b')');
}
