//! The session and message that guests ask about and filters change.

use crate::answer::{Checked, Edit, Score};
use crate::tenant::{Tenant, full_name, tag_for};
use bytes::Bytes;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use waxseal_mail::{
    DsnNotify, Envelope, ForwardPath, HeaderSection, Mailbox, MessageId, MessageIndex, Recipient,
    ReversePath, SessionId,
};
use waxseal_ports::filter::{Protocol, SessionInfo};
use waxseal_ports::{Draft, MessageParser, Notes, ReadAt, read_at};

/// Octets of one answer to a guest that reads.
pub(crate) const READ_BYTES_MAX: u32 = 1024 * 1024;
/// Decoded octets of a part that can be read.
const PART_BYTES_MAX: usize = 16 * 1024 * 1024;

/// One session as all its filters see it.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) info: SessionInfo,
    pub(crate) helo: Option<String>,
    pub(crate) user: Option<String>,
    /// Tenants with which the session had to do.
    tenants_met: Vec<Arc<Tenant>>,
    /// Of the open transaction, until its message is here.
    pub(crate) sender: ReversePath,
    /// Those that the client named.
    pub(crate) recipients: Vec<String>,
    /// From the headers stage on.
    pub(crate) message: Option<Held>,
    scores: Vec<Scored>,
    /// Session tags first; those of a tenant's plugins as `TENANT/TAG`.
    pub(crate) tags: Vec<String>,
    session_tags: usize,
    session_notes: Notes,
    /// Of the open transaction; they begin as those of the session.
    message_notes: Option<Notes>,
    /// Transactions begun.
    pub(crate) transactions: u64,
    /// The name of the next transaction's message, and of the open one's.
    pub(crate) coming: Option<MessageId>,
    pub(crate) id: Option<MessageId>,
}

/// A score and whose plugin gave it.
#[derive(Clone)]
struct Scored {
    tenant: Option<Arc<Tenant>>,
    score: Score,
}

/// The message under judgement.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) envelope: Envelope,
    pub(crate) draft: Draft,
    /// Whether the body can be read: at the message stage.
    pub(crate) body: bool,
    /// The header section as octets; forgotten when it is edited.
    head: Option<Bytes>,
    index: Option<Arc<MessageIndex>>,
    /// The part read last, decoded.
    decoded: Option<(u32, Bytes)>,
}

/// What an applied answer changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) added_recipients: Vec<Mailbox>,
}

impl State {
    pub(crate) const fn new(info: SessionInfo) -> Self {
        Self {
            info,
            helo: None,
            user: None,
            tenants_met: Vec::new(),
            sender: ReversePath::Null,
            recipients: Vec::new(),
            message: None,
            scores: Vec::new(),
            tags: Vec::new(),
            session_tags: 0,
            session_notes: Notes::new(),
            message_notes: None,
            transactions: 0,
            coming: None,
            id: None,
        }
    }

    /// Of a call that belongs to no session.
    pub(crate) const fn outside_sessions() -> Self {
        Self::new(SessionInfo {
            id: SessionId(0),
            protocol: Protocol::Smtp,
            peer: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
            tls: None,
        })
    }

    /// A transaction begins: what was known of the former one goes, session tags stay.
    pub(crate) fn begin(&mut self, sender: ReversePath) {
        self.end();
        self.transactions += 1;
        self.id = self.coming.take();
        self.sender = sender;
        self.message_notes = Some(self.session_notes.clone());
    }

    /// The notes of the open transaction, or of the session.
    pub(crate) fn notes(&self) -> &Notes {
        self.message_notes.as_ref().unwrap_or(&self.session_notes)
    }

    pub(crate) fn notes_mut(&mut self) -> &mut Notes {
        self.message_notes
            .as_mut()
            .unwrap_or(&mut self.session_notes)
    }

    /// Keeps what `plugin` noted of this session, and of this message if it is still the same, in
    /// `former`: whoever is told of copies notes there and nowhere else.
    pub(crate) fn keep_notes(&mut self, plugin: &str, former: &Self) {
        self.session_notes.adopt(plugin, &former.session_notes);
        let same = self.transactions == former.transactions;
        let (of_message, session) = (&mut self.message_notes, &self.session_notes);
        if let Some(notes) = of_message {
            let kept = former.message_notes.as_ref().filter(|_| same);
            notes.adopt(plugin, kept.unwrap_or(session));
        }
    }

    /// The transaction is over.
    pub(crate) fn end(&mut self) {
        self.sender = ReversePath::Null;
        self.recipients.clear();
        self.message = None;
        self.scores.clear();
        self.tags.truncate(self.session_tags);
        self.message_notes = None;
    }

    /// Tags given from now on belong to the transaction (`true`) or to the session.
    pub(crate) fn keep_tags(&mut self, in_transaction: bool) {
        if !in_transaction {
            self.session_tags = self.tags.len();
        }
    }

    /// Whether an account of that tenant logged in.
    pub(crate) fn is_sent_by(&self, tenant: &Tenant) -> bool {
        self.user.as_deref().is_some_and(|user| tenant.owns(user))
    }

    /// The session has to do with that tenant.
    pub(crate) fn meet(&mut self, tenant: &Arc<Tenant>) {
        if !self.met(tenant) {
            self.tenants_met.push(tenant.clone());
        }
    }

    /// Whether it had.
    pub(crate) fn met(&self, tenant: &Tenant) -> bool {
        self.tenants_met.iter().any(|met| **met == *tenant)
    }

    /// Makes the changes of a checked answer of a plugin of that tenant, all or none.
    ///
    /// # Errors
    /// A text that says which edit was impossible.
    pub(crate) fn apply(
        &mut self,
        checked: Checked,
        tenant: Option<&Arc<Tenant>>,
    ) -> Result<Applied, String> {
        let mut applied = Applied::default();
        if !checked.edits.is_empty() {
            let held = self.message.as_mut().ok_or("there is no message to edit")?;
            applied = held.apply(checked.edits)?;
        }
        let name = tenant.map(|tenant| tenant.name.as_str());
        for tag in checked.tags {
            let tag = full_name(name, &tag);
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
        let tenant = tenant.cloned();
        let scored = |score| Scored {
            tenant: tenant.clone(),
            score,
        };
        self.scores.extend(checked.scores.into_iter().map(scored));
        Ok(applied)
    }

    /// The reverse-path as text.
    pub(crate) fn sender_text(&self) -> String {
        match &self.message {
            Some(held) => held.envelope.reverse_path.to_string(),
            None => self.sender.to_string(),
        }
    }

    /// A later filter refused a recipient; given twice, it stays once.
    pub(crate) fn forget_recipient(&mut self, recipient: &str) {
        let mut known = self.recipients.iter();
        if let Some(at) = known.rposition(|known| known == recipient) {
            self.recipients.remove(at);
        }
    }

    /// The recipients as text: all, or those that a tenant may see. These are the ones in its
    /// domains, and what its own account named.
    pub(crate) fn recipient_texts(&self, viewer: Option<&Tenant>) -> Vec<String> {
        let all = match &self.message {
            None => self.recipients.clone(),
            Some(held) => {
                let recipients = held.envelope.recipients.iter();
                recipients.map(|r| r.forward_path.to_string()).collect()
            }
        };
        let Some(viewer) = viewer else { return all };
        let sends = self.is_sent_by(viewer);
        let named = |text: &String| sends && self.recipients.contains(text);
        let own = all.into_iter();
        own.filter(|text| viewer.owns(text) || named(text))
            .collect()
    }

    /// The scores that `viewer` may see: of its own plugins, and of those of no tenant.
    pub(crate) fn scores(&self, viewer: Option<&Tenant>) -> impl Iterator<Item = &Score> {
        let scores = self.scores.iter().filter(move |scored| {
            let of = scored.tenant.as_deref();
            viewer.is_none() || of.is_none() || of == viewer
        });
        scores.map(|scored| &scored.score)
    }

    /// The tags that `viewer` may see, as it knows them.
    pub(crate) fn tags(&self, viewer: Option<&Tenant>) -> impl Iterator<Item = &str> {
        let tags = self.tags.iter();
        tags.filter_map(move |tag| tag_for(viewer, tag))
    }

    /// Who logged in, unless it is nobody that `viewer` knows.
    pub(crate) fn user(&self, viewer: Option<&Tenant>) -> Option<&str> {
        let user = self.user.as_deref();
        user.filter(|user| viewer.is_none_or(|viewer| viewer.owns(user)))
    }
}

impl Held {
    pub(crate) const fn new(envelope: Envelope, draft: Draft) -> Self {
        Self {
            envelope,
            draft,
            body: false,
            head: None,
            index: None,
            decoded: None,
        }
    }

    fn apply(&mut self, edits: Vec<Edit>) -> Result<Applied, String> {
        let mut applied = Applied::default();
        let mut envelope = self.envelope.clone();
        let mut header: Option<HeaderSection> = None;
        for edit in edits {
            match edit {
                Edit::Header(edit) => header
                    .get_or_insert_with(|| self.draft.header.clone())
                    .apply(&edit)
                    .map_err(|error| error.to_string())?,
                Edit::AddRecipient(mailbox) => {
                    if add_recipient(&mut envelope, &mailbox) {
                        applied.added_recipients.push(mailbox);
                    }
                }
                Edit::RemoveRecipient(text) => envelope.recipients.retain(|recipient| {
                    !recipient
                        .forward_path
                        .to_string()
                        .eq_ignore_ascii_case(&text)
                }),
                Edit::SetSender(path) => envelope.reverse_path = path,
            }
        }
        self.envelope = envelope;
        if let Some(header) = header {
            self.draft.header = header;
            self.head = None;
            self.index = None;
            self.decoded = None;
        }
        Ok(applied)
    }

    fn head(&mut self) -> Bytes {
        let draft = &self.draft;
        self.head
            .get_or_insert_with(|| draft.header.to_bytes())
            .clone()
    }

    /// Octets of the message as it stands now.
    pub(crate) fn octets(&mut self) -> u64 {
        self.head().octets() + self.draft.body.octets()
    }

    /// Octets of the message, of the header section only where the body is not shown.
    pub(crate) fn read_message(&mut self, offset: u32, max: u32) -> io::Result<Bytes> {
        let head = self.head();
        let wanted = u64::from(max.min(READ_BYTES_MAX));
        if !self.body {
            return read_at::read_range(&head, offset.into(), wanted);
        }
        let whole = waxseal_ports::draft::Joined {
            head,
            tail: self.draft.body.clone(),
        };
        read_at::read_range(&whole, offset.into(), wanted)
    }

    /// Octets of the body.
    pub(crate) fn read_body(&self, offset: u32, max: u32) -> io::Result<Bytes> {
        if !self.body {
            return Ok(Bytes::new());
        }
        let wanted = u64::from(max.min(READ_BYTES_MAX));
        read_at::read_range(&*self.draft.body, offset.into(), wanted)
    }

    /// The structure, parsed at first use.
    pub(crate) fn index(&mut self, parser: &dyn MessageParser) -> io::Result<Arc<MessageIndex>> {
        if let Some(index) = &self.index {
            return Ok(index.clone());
        }
        let index = Arc::new(parser.index(&*self.draft.message())?);
        self.index = Some(index.clone());
        Ok(index)
    }

    /// The decoded content of a part, up to [`PART_BYTES_MAX`]; empty for one that is not there.
    pub(crate) fn decode(&mut self, parser: &dyn MessageParser, at: u32) -> io::Result<Bytes> {
        if let Some((_, bytes)) = self.decoded.as_ref().filter(|(index, _)| *index == at) {
            return Ok(bytes.clone());
        }
        let index = self.index(parser)?;
        let part = usize::try_from(at).ok().and_then(|at| index.parts.get(at));
        let Some(part) = part else {
            return Ok(Bytes::new());
        };
        let bytes = parser.decode(&*self.draft.message(), part, PART_BYTES_MAX)?;
        self.decoded = Some((at, bytes.clone()));
        Ok(bytes)
    }

    /// Whether structure or part need work that is too long for the reactor: the octets to be read.
    pub(crate) fn work_ahead(&self, part: Option<u32>) -> u64 {
        match (&self.index, part) {
            (None, _) => self.draft.body.octets(),
            (Some(_), None) => 0,
            (Some(_), Some(at)) if self.decoded.as_ref().is_some_and(|(held, _)| *held == at) => 0,
            (Some(index), Some(at)) => {
                let part = usize::try_from(at).ok().and_then(|at| index.parts.get(at));
                part.map_or(0, |part| {
                    part.content_end.saturating_sub(part.content_start)
                })
            }
        }
    }
}

fn add_recipient(envelope: &mut Envelope, mailbox: &Mailbox) -> bool {
    let path = ForwardPath::Mailbox(mailbox.clone());
    let known = envelope.recipients.iter();
    if known
        .into_iter()
        .any(|recipient| recipient.forward_path == path)
    {
        return false;
    }
    envelope.recipients.push(Recipient {
        forward_path: path,
        orcpt: None,
        notify: DsnNotify::default(),
    });
    true
}
