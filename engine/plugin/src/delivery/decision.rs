//! What a routing plugin answers, and the checks it must pass before it counts.

use crate::answer::{SaidReply, check_reply};
use crate::tenant::Tenant;
use bytes::Bytes;
use waxseal_mail::{Flag, ForwardPath, HeaderSection, Keyword, Mailbox, MailboxName, ReversePath};
use waxseal_ports::router::{Action, Response};

/// Actions of one answer.
const ACTIONS_MAX: usize = 32;
/// Octets of a message that a plugin sends.
const RESPONSE_BYTES_MAX: usize = 1024 * 1024;
/// The longest time to decide later, in seconds.
const RETRY_SECS_MAX: u32 = 86_400;
/// Flags and keywords of one copy.
const FLAGS_MAX: usize = 32;

/// An action as the guest said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SaidAction {
    AsPlanned,
    Keep(SaidKeep),
    Forward(String),
    Respond {
        sender: String,
        recipient: String,
        message: Vec<u8>,
    },
    Bounce(SaidReply),
    Discard,
    Transport(String),
    RetryAfter(u32),
}

/// A place for the message, as the guest said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SaidKeep {
    pub(crate) address: Option<String>,
    pub(crate) mailbox: Option<String>,
    pub(crate) flags: Vec<String>,
}

/// An answer that may be acted upon, once its places are found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Decision {
    pub(super) wanted: Vec<Wanted>,
    /// Whether what would be done without the plugin is done too.
    pub(super) planned: bool,
    /// Decide later, after so many seconds.
    pub(super) later: Option<u32>,
}

/// An action, or a place that is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    Keep(KeepIn),
    Done(Action),
}

/// A place for the message; what is not given is as the server would choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeepIn {
    pub(super) address: Option<Mailbox>,
    pub(super) mailbox: Option<MailboxName>,
    pub(super) flags: Vec<Flag>,
}

/// What an answer is checked against.
pub(super) struct Circumstances<'a> {
    /// Whom it is about.
    pub(super) recipient: &'a ForwardPath,
    /// The whole name of the transport that is meant by a name, if there is one.
    pub(super) transport: &'a dyn Fn(&str) -> Option<String>,
    /// What the plugin noted as the reverse-path of what goes on.
    pub(super) sender: Option<&'a str>,
}

impl Decision {
    /// Whether a plugin of `tenant` may decide so: it keeps nothing in others' mailboxes, and answers
    /// in nobody else's name.
    ///
    /// # Errors
    /// A text that says what is wrong.
    pub(super) fn stays_with(&self, tenant: &Tenant) -> Result<(), String> {
        for wanted in &self.wanted {
            let (what, address) = match wanted {
                Wanted::Keep(KeepIn {
                    address: Some(address),
                    ..
                }) => ("keep", address),
                Wanted::Done(Action::Respond(response)) => match &response.sender {
                    ReversePath::Mailbox(sender) => ("respond from", sender),
                    ReversePath::Null => continue,
                },
                Wanted::Done(Action::ForwardAs {
                    sender: ReversePath::Mailbox(sender),
                    ..
                }) => ("forward from", sender),
                Wanted::Keep(_) | Wanted::Done(_) => continue,
            };
            if !tenant.owns(&address.to_string()) {
                let name = &tenant.name;
                return Err(format!(
                    "{what}: {address} is no address of the tenant {name}"
                ));
            }
        }
        Ok(())
    }
}

/// Checks an answer.
///
/// # Errors
/// A text that says what is wrong.
pub(super) fn check(
    said: Vec<SaidAction>,
    circumstances: &Circumstances<'_>,
) -> Result<Decision, String> {
    let transport = circumstances.transport;
    if said.len() > ACTIONS_MAX {
        return Err(format!("over {ACTIONS_MAX} actions"));
    }
    if let [SaidAction::RetryAfter(secs)] = said.as_slice() {
        if !(1..=RETRY_SECS_MAX).contains(secs) {
            return Err(format!("retry-after {secs} is not 1 to {RETRY_SECS_MAX}"));
        }
        return Ok(Decision {
            later: Some(*secs),
            ..Decision::default()
        });
    }
    let mut decision = Decision::default();
    for action in said {
        decision.wanted.push(Wanted::Done(match action {
            SaidAction::AsPlanned => {
                decision.planned = true;
                continue;
            }
            SaidAction::Keep(keep) => {
                decision.wanted.push(Wanted::Keep(check_keep(keep)?));
                continue;
            }
            SaidAction::Forward(to) => check_forward(&to, circumstances)?,
            SaidAction::Respond {
                sender,
                recipient,
                message,
            } => Action::Respond(Box::new(check_response(&sender, &recipient, message)?)),
            SaidAction::Bounce(reply) => Action::Bounce(check_reply(&reply, 5)?),
            SaidAction::Discard => Action::Discard,
            SaidAction::Transport(name) => match transport(&name) {
                Some(name) => Action::Transport(name),
                None => return Err(format!("there is no transport {name:?}")),
            },
            SaidAction::RetryAfter(_) => return Err("retry-after does not stand alone".into()),
        }));
    }
    Ok(decision)
}

fn check_keep(keep: SaidKeep) -> Result<KeepIn, String> {
    let address = keep
        .address
        .map(|text| mailbox("keep", &text))
        .transpose()?;
    let name = |text: String| {
        MailboxName::new(&text).map_err(|error| format!("keep in {text:?}: {error}"))
    };
    if keep.flags.len() > FLAGS_MAX {
        return Err(format!("keep: over {FLAGS_MAX} flags"));
    }
    Ok(KeepIn {
        address,
        mailbox: keep.mailbox.map(name).transpose()?,
        flags: keep
            .flags
            .iter()
            .map(|text| flag(text))
            .collect::<Result<_, _>>()?,
    })
}

fn flag(text: &str) -> Result<Flag, String> {
    let system = [
        Flag::Answered,
        Flag::Flagged,
        Flag::Deleted,
        Flag::Seen,
        Flag::Draft,
    ];
    let mut system = system.into_iter();
    match system.find(|flag| flag.to_string().eq_ignore_ascii_case(text)) {
        Some(flag) => Ok(flag),
        None => Keyword::new(text)
            .map(Flag::Keyword)
            .map_err(|error| format!("keep: {error}")),
    }
}

fn check_forward(to: &str, circumstances: &Circumstances<'_>) -> Result<Action, String> {
    let recipient = circumstances.recipient;
    let to = mailbox("forward", to)?;
    let same = |path: &ForwardPath| path.to_string().eq_ignore_ascii_case(&to.to_string());
    if same(recipient) {
        return Err(format!("it forwards {recipient} to itself"));
    }
    Ok(match circumstances.sender {
        None => Action::Forward(to),
        Some(sender) => Action::ForwardAs {
            to,
            sender: reverse_path("forward as", sender.strip_prefix("<>").unwrap_or(sender))?,
        },
    })
}

fn check_response(sender: &str, recipient: &str, message: Vec<u8>) -> Result<Response, String> {
    let sender = reverse_path("respond from", sender)?;
    let recipient = mailbox("respond to", recipient)?;
    if message.len() > RESPONSE_BYTES_MAX {
        let octets = message.len();
        return Err(format!(
            "the response has {octets} octets, over {RESPONSE_BYTES_MAX}"
        ));
    }
    let message = Bytes::from(message);
    check_message(&message)?;
    Ok(Response {
        sender,
        recipient,
        message,
    })
}

/// A header section that begins with a field and ends, and no line end but CRLF.
fn check_message(message: &Bytes) -> Result<(), String> {
    let (header, _) = HeaderSection::split(message);
    let fields = header.fields();
    if fields.is_empty() || fields.iter().any(|field| field.name().is_empty()) {
        return Err("the response does not begin with header fields".into());
    }
    if !header.to_bytes().ends_with(b"\r\n\r\n") {
        return Err("the response has no empty line after its header fields".into());
    }
    let mut former = 0;
    for octet in message.iter().copied().chain([0]) {
        if (former == b'\r') != (octet == b'\n') {
            return Err("the response holds a line end that is not CRLF".into());
        }
        former = octet;
    }
    Ok(())
}

fn mailbox(action: &str, text: &str) -> Result<Mailbox, String> {
    Mailbox::parse(text).map_err(|error| format!("{action} {text:?}: {error}"))
}

fn reverse_path(action: &str, text: &str) -> Result<ReversePath, String> {
    Ok(match text {
        "" => ReversePath::Null,
        text => ReversePath::Mailbox(mailbox(action, text)?),
    })
}

/// A decision for people, in traces.
pub(super) fn describe(decision: &Decision) -> String {
    if let Some(secs) = decision.later {
        return format!("decide in {secs} s");
    }
    let mut parts: Vec<_> = decision.wanted.iter().map(describe_wanted).collect();
    if decision.planned {
        parts.push("as planned".to_owned());
    }
    if parts.is_empty() {
        return "no opinion".to_owned();
    }
    parts.join("; ")
}

fn describe_wanted(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Keep(keep) => {
            let mut text = "keep".to_owned();
            if let Some(mailbox) = &keep.mailbox {
                text += &format!(" in {mailbox}");
            }
            if let Some(address) = &keep.address {
                text += &format!(" of {address}");
            }
            keep.flags
                .iter()
                .for_each(|flag| text += &format!(" {flag}"));
            text
        }
        Wanted::Done(Action::Keep { mailbox, .. }) => format!("keep in {mailbox}"),
        Wanted::Done(Action::Forward(to) | Action::Relay(to)) => format!("forward to {to}"),
        Wanted::Done(Action::ForwardAs { to, sender }) => format!("forward to {to} as {sender}"),
        Wanted::Done(Action::Respond(response)) => format!("respond to {}", response.recipient),
        Wanted::Done(Action::Transport(name)) => format!("hand to {name}"),
        Wanted::Done(Action::Bounce(reply)) => format!("bounce: {}", reply.code()),
        Wanted::Done(Action::Discard) => "discard".to_owned(),
    }
}

#[cfg(test)]
mod tests;
