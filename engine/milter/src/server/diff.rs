//! What a filter changed, as the changes a milter can ask for.

use crate::wire::Change;
use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use waxseal_mail::{Envelope, HeaderField, HeaderSection};

/// Fields on both sides up to which the fewest changes are looked for; past that, what lies between
/// the common beginning and end is replaced as a whole.
const COMPARED_MAX: usize = 1_000;

/// Changes that make `before` into `after`.
///
/// Removals and replacements come first, the last of each name first, so that it does not matter
/// whether a mail server counts removed fields. Then come insertions from the top, each at its final
/// place; a mail server counts its own trace field as the first, and so does the index. Fields at the
/// end are added.
pub(super) fn header_changes(
    before: &HeaderSection,
    after: &HeaderSection,
    leading_space: bool,
) -> Vec<Change> {
    let (old, new) = (before.fields(), after.fields());
    if old == new {
        return Vec::new();
    }
    let mut kept = matches(old, new);
    let replaced = replacements(old, new, &kept);
    let mut changes = removals(old, new, (&kept, &replaced), leading_space);
    for (from, to) in replaced {
        kept.push((from, to));
    }
    let stands = marked(new.len(), kept.iter().map(|(_, to)| *to));
    let last_standing = stands.iter().rposition(|stands| *stands);
    for (at, field) in new.iter().enumerate() {
        if stands.get(at) == Some(&true) || field.name().is_empty() {
            continue;
        }
        let (name, value) = wire(field, leading_space);
        changes.push(if last_standing.is_none_or(|last| at > last) {
            Change::AddHeader { name, value }
        } else {
            let index = u32::try_from(at + 1).unwrap_or(u32::MAX);
            Change::InsertHeader { index, name, value }
        });
    }
    changes
}

/// Pairs of places of the same field, in order: a longest common subsequence between the common
/// beginning and the common end.
fn matches(old: &[HeaderField], new: &[HeaderField]) -> Vec<(usize, usize)> {
    let same = |(a, b): &(&HeaderField, &HeaderField)| a == b;
    let head = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let backwards = old_rest.iter().rev().zip(new_rest.iter().rev());
    let tail = backwards.take_while(same).count();
    let old_middle = &old_rest[..old_rest.len() - tail];
    let new_middle = &new_rest[..new_rest.len() - tail];
    let mut pairs: Vec<_> = (0..head).map(|at| (at, at)).collect();
    if old_middle.len().max(new_middle.len()) <= COMPARED_MAX {
        let middle = common(old_middle, new_middle).into_iter();
        pairs.extend(middle.map(|(from, to)| (from + head, to + head)));
    }
    let tails = (0..tail).map(|back| (old.len() - tail + back, new.len() - tail + back));
    pairs.extend(tails);
    pairs
}

/// A longest common subsequence, by the table of its lengths.
fn common(old: &[HeaderField], new: &[HeaderField]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    for from in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            lengths[from * width + to] = if old[from] == new[to] {
                lengths[(from + 1) * width + to + 1] + 1
            } else {
                lengths[(from + 1) * width + to].max(lengths[from * width + to + 1])
            };
        }
    }
    let (mut from, mut to, mut pairs) = (0, 0, Vec::new());
    while from < old.len() && to < new.len() {
        if old[from] == new[to] {
            pairs.push((from, to));
            (from, to) = (from + 1, to + 1);
        } else if lengths[(from + 1) * width + to] >= lengths[from * width + to + 1] {
            from += 1;
        } else {
            to += 1;
        }
    }
    pairs
}

/// Fields between two kept ones that have the same name on both sides: the value changed in place.
fn replacements(
    old: &[HeaderField],
    new: &[HeaderField],
    kept: &[(usize, usize)],
) -> Vec<(usize, usize)> {
    let mut named: HashMap<Vec<u8>, VecDeque<usize>> = HashMap::new();
    for (at, field) in new.iter().enumerate() {
        if !field.name().is_empty() {
            let name = field.name().to_ascii_lowercase();
            named.entry(name).or_default().push_back(at);
        }
    }
    let mut found = Vec::new();
    let (mut from, mut to) = (0, 0);
    for (kept_from, kept_to) in kept.iter().copied().chain([(old.len(), new.len())]) {
        for (old_at, field) in old.iter().enumerate().take(kept_from).skip(from) {
            let Some(places) = named.get_mut(&field.name().to_ascii_lowercase()) else {
                continue;
            };
            while places.front().is_some_and(|at| *at < to) {
                places.pop_front();
            }
            if let Some(new_at) = places.front().copied().filter(|at| *at < kept_to) {
                found.push((old_at, new_at));
                to = new_at + 1;
            }
        }
        (from, to) = (kept_from + 1, kept_to + 1);
    }
    found
}

/// Which of `count` places are among `places`.
fn marked(count: usize, places: impl Iterator<Item = usize>) -> Vec<bool> {
    let mut marked = vec![false; count];
    for place in places {
        if let Some(mark) = marked.get_mut(place) {
            *mark = true;
        }
    }
    marked
}

type Pairs = [(usize, usize)];

/// Removals and replacements, the last field of each name first.
fn removals(
    old: &[HeaderField],
    new: &[HeaderField],
    (kept, replaced): (&Pairs, &Pairs),
    leading_space: bool,
) -> Vec<Change> {
    let stays = marked(old.len(), kept.iter().map(|(from, _)| *from));
    let replaced: HashMap<usize, usize> = replaced.iter().copied().collect();
    let mut counts: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut changes = Vec::new();
    for (at, field) in old.iter().enumerate() {
        let count = counts.entry(field.name().to_ascii_lowercase()).or_default();
        *count += 1;
        if field.name().is_empty() || stays.get(at) == Some(&true) {
            continue;
        }
        let (name, value) = match replaced.get(&at) {
            Some(to) => wire(&new[*to], leading_space),
            None => (Bytes::copy_from_slice(field.name()), Bytes::new()),
        };
        let index = *count;
        changes.push(Change::ChangeHeader { index, name, value });
    }
    changes.reverse();
    changes
}

/// Name and value as on the wire. An empty value would mean removal, so it is a space.
fn wire(field: &HeaderField, leading_space: bool) -> (Bytes, Bytes) {
    let value = field.value();
    let value = match value.strip_prefix(b" ") {
        Some(rest) if !leading_space => rest,
        _ => value,
    };
    let mut wire: Vec<u8> = Vec::with_capacity(value.len());
    for (index, line) in value.split(|octet| *octet == b'\n').enumerate() {
        if index > 0 {
            wire.push(b'\n');
        }
        wire.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
    }
    if wire.is_empty() {
        wire.push(b' ');
    }
    (Bytes::copy_from_slice(field.name()), wire.into())
}

/// Changes that make the envelope `before` into `after`.
pub(super) fn envelope_changes(before: &Envelope, after: &Envelope) -> Vec<Change> {
    let mut changes = Vec::new();
    if before.reverse_path != after.reverse_path {
        changes.push(Change::ChangeSender {
            path: format!("<{}>", after.reverse_path).into(),
            parameters: Vec::new(),
        });
    }
    let paths = |envelope: &Envelope| -> Vec<_> {
        let recipients = envelope.recipients.iter();
        recipients
            .map(|recipient| recipient.forward_path.clone())
            .collect()
    };
    let (old, new) = (paths(before), paths(after));
    let gone = old.iter().filter(|path| !new.contains(path));
    changes.extend(gone.map(|path| Change::DeleteRecipient(format!("<{path}>").into())));
    let added = new.iter().filter(|path| !old.contains(path));
    changes.extend(added.map(|path| Change::AddRecipient {
        path: format!("<{path}>").into(),
        parameters: Vec::new(),
    }));
    changes
}

#[cfg(test)]
mod tests;
