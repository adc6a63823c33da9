//! The changes a milter asks for, gathered and made all together or not at all.

use super::failure::CallFailure;
use super::said::reason;
use crate::path_text::{self, unbracketed};
use crate::wire::{Actions, Change};
use bytes::Bytes;
use waxseal_mail::{
    DsnNotify, Envelope, ForwardPath, HeaderEdit, HeaderSection, Mailbox, Recipient, ReversePath,
};
use waxseal_ports::Draft;
use waxseal_ports::spool::{Spool, SpoolWriter};

/// Bounds of one message's changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) changes_max: u32,
    pub(super) body_bytes_max: u64,
}

/// The message as the milter wants it.
pub(super) struct Edits<'a> {
    spool: &'a dyn Spool,
    bounds: Bounds,
    actions: Actions,
    header: HeaderSection,
    envelope: Envelope,
    body: Option<NewBody>,
    added: Vec<Mailbox>,
    quarantine: Option<String>,
    changes: u32,
}

struct NewBody {
    writer: Box<dyn SpoolWriter>,
    octets: u64,
    /// Whether the last octet was CR, so that a LF that follows is not bare.
    after_cr: bool,
}

/// What the changes came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) changes: u32,
    pub(super) added: Vec<Mailbox>,
    pub(super) quarantine: Option<String>,
}

impl<'a> Edits<'a> {
    /// Of nothing yet; `actions` were negotiated.
    pub(super) fn new(
        spool: &'a dyn Spool,
        bounds: Bounds,
        actions: Actions,
        message: (&Envelope, &Draft),
    ) -> Self {
        Self {
            spool,
            bounds,
            actions,
            header: message.1.header.clone(),
            envelope: message.0.clone(),
            body: None,
            added: Vec::new(),
            quarantine: None,
            changes: 0,
        }
    }

    /// One change more.
    ///
    /// # Errors
    /// [`CallFailure::Change`] where it was not negotiated, cannot be made, or is one too many.
    pub(super) fn make(&mut self, change: Change) -> Result<(), CallFailure> {
        if !self.actions.contains(change.needs()) {
            let text = format!("{} was not negotiated", name(&change));
            return Err(CallFailure::Change(text));
        }
        // Parts of a new body are bounded by its octets.
        if !matches!(change, Change::ReplaceBody(_)) {
            self.changes += 1;
        }
        if self.changes > self.bounds.changes_max {
            let text = format!("over limits.changes_max = {}", self.bounds.changes_max);
            return Err(CallFailure::Change(text));
        }
        match change {
            Change::AddHeader { name, value } => self.header.apply(&HeaderEdit::Add {
                name: text(&name),
                value: folded(&value),
            })?,
            Change::InsertHeader { index, name, value } => {
                self.insert_header(index, &name, &value)?
            }
            Change::ChangeHeader { index, name, value } => {
                self.change_header(index, &name, &value)?
            }
            Change::AddRecipient { path, parameters } => self.add_recipient(&path, &parameters)?,
            Change::DeleteRecipient(path) => self.delete_recipient(&path),
            Change::ChangeSender { path, .. } => self.change_sender(&path)?,
            Change::ReplaceBody(octets) => self.replace_body(&octets)?,
            Change::Quarantine(why) => self.quarantine = Some(reason(&why)),
        }
        Ok(())
    }

    /// Index 0 is above the server's own trace field and 1 below it. That field comes later here, so
    /// both are the top.
    fn insert_header(
        &mut self,
        index: u32,
        name: &Bytes,
        value: &Bytes,
    ) -> Result<(), CallFailure> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        self.header.apply(&HeaderEdit::Insert {
            index: index.saturating_sub(1),
            name: text(name),
            value: folded(value),
        })?;
        Ok(())
    }

    /// Past the last field of that name a new one is put at the end, or nothing removed.
    fn change_header(
        &mut self,
        index: u32,
        name: &Bytes,
        value: &Bytes,
    ) -> Result<(), CallFailure> {
        let name = text(name);
        let occurrence = usize::try_from(index)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        if value.is_empty() {
            self.header.remove(&name, occurrence);
            return Ok(());
        }
        let value = folded(value);
        let edit = if occurrence < self.header.named(&name).count() {
            HeaderEdit::Replace {
                name,
                occurrence,
                value,
            }
        } else {
            HeaderEdit::Add { name, value }
        };
        self.header.apply(&edit)?;
        Ok(())
    }

    fn add_recipient(&mut self, path: &Bytes, parameters: &[Bytes]) -> Result<(), CallFailure> {
        let mailbox = mailbox(path)?;
        let forward_path = ForwardPath::Mailbox(mailbox.clone());
        let mut known = self.envelope.recipients.iter();
        if known.any(|recipient| recipient.forward_path == forward_path) {
            return Ok(());
        }
        self.envelope.recipients.push(Recipient {
            forward_path,
            orcpt: None,
            notify: notify(parameters),
        });
        self.added.push(mailbox);
        Ok(())
    }

    fn delete_recipient(&mut self, path: &Bytes) {
        let gone = unbracketed(path);
        let stays = |path: &ForwardPath| !path.to_string().eq_ignore_ascii_case(&gone);
        let recipients = &mut self.envelope.recipients;
        recipients.retain(|recipient| stays(&recipient.forward_path));
        self.added
            .retain(|mailbox| stays(&ForwardPath::Mailbox(mailbox.clone())));
    }

    fn change_sender(&mut self, path: &Bytes) -> Result<(), CallFailure> {
        self.envelope.reverse_path = if unbracketed(path).is_empty() {
            ReversePath::Null
        } else {
            ReversePath::Mailbox(mailbox(path)?)
        };
        Ok(())
    }

    fn replace_body(&mut self, octets: &Bytes) -> Result<(), CallFailure> {
        if self.body.is_none() {
            self.changes += 1;
        }
        let spool = self.spool;
        let body = self.body.get_or_insert_with(|| NewBody {
            writer: spool.start(),
            octets: 0,
            after_cr: false,
        });
        body.write(octets, self.bounds.body_bytes_max)
    }

    /// Makes the changes.
    ///
    /// # Errors
    /// [`CallFailure::Spool`].
    pub(super) fn finish(
        self,
        envelope: &mut Envelope,
        draft: &mut Draft,
    ) -> Result<Made, CallFailure> {
        if let Some(body) = self.body {
            draft.body = body.writer.finish().map_err(spool_failure)?;
        }
        draft.header = self.header;
        if draft.body.octets() > 0 {
            draft.header.ensure_separator();
        }
        *envelope = self.envelope;
        Ok(Made {
            changes: self.changes,
            added: self.added,
            quarantine: self.quarantine,
        })
    }
}

impl NewBody {
    /// Appends; a bare LF becomes CRLF, since a message has no other line ends.
    fn write(&mut self, octets: &[u8], octets_max: u64) -> Result<(), CallFailure> {
        for line in octets.split_inclusive(|octet| *octet == b'\n') {
            let bare = match line {
                [b'\n'] => !self.after_cr,
                [.., before, b'\n'] => *before != b'\r',
                _ => false,
            };
            match line.split_last() {
                Some((_, text)) if bare => {
                    self.put(text, octets_max)?;
                    self.put(b"\r\n", octets_max)?;
                }
                _ => self.put(line, octets_max)?,
            }
            self.after_cr = line.ends_with(b"\r");
        }
        Ok(())
    }

    fn put(&mut self, octets: &[u8], octets_max: u64) -> Result<(), CallFailure> {
        self.octets += u64::try_from(octets.len()).unwrap_or(u64::MAX);
        if self.octets > octets_max {
            let text = format!("over limits.body_bytes_max = {octets_max} octets of new body");
            return Err(CallFailure::Change(text));
        }
        self.writer.write(octets).map_err(spool_failure)
    }
}

fn spool_failure(error: waxseal_ports::spool::SpoolError) -> CallFailure {
    CallFailure::Spool(error.to_string())
}

/// What a change is called in the text of a failure.
const fn name(change: &Change) -> &'static str {
    match change {
        Change::AddHeader { .. } => "adding a header field",
        Change::InsertHeader { .. } => "inserting a header field",
        Change::ChangeHeader { .. } => "changing a header field",
        Change::AddRecipient { .. } => "adding a recipient",
        Change::DeleteRecipient(_) => "removing a recipient",
        Change::ChangeSender { .. } => "changing the reverse-path",
        Change::ReplaceBody(_) => "replacing the body",
        Change::Quarantine(_) => "quarantine",
    }
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn mailbox(path: &[u8]) -> Result<Mailbox, CallFailure> {
    let address = unbracketed(path);
    Mailbox::parse(&address)
        .map_err(|error| CallFailure::Change(format!("address {address:?}: {error}")))
}

/// A header field's value with CRLF for every line end, none at its end.
fn folded(value: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(value.len());
    for line in value.trim_ascii_end().split(|octet| *octet == b'\n') {
        if !folded.is_empty() {
            folded.extend_from_slice(b"\r\n");
        }
        folded.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
    }
    folded
}

/// The NOTIFY parameter among those a milter gave, which stand in one string or several
/// (RFC 3461 §4.1).
fn notify(parameters: &[Bytes]) -> DsnNotify {
    let all = parameters.iter().map(|text| String::from_utf8_lossy(text));
    for parameter in all {
        for word in parameter.split_ascii_whitespace() {
            let Some((name, value)) = word.split_once('=') else {
                continue;
            };
            if name.eq_ignore_ascii_case("NOTIFY") {
                return path_text::notify(value);
            }
        }
    }
    DsnNotify::default()
}

#[cfg(test)]
mod tests;
