//! One message as it comes in, piece by piece.

use super::config::ServerConfig;
use crate::path_text::notify;
use bytes::{Bytes, BytesMut};
use std::sync::Arc;
use waxseal_mail::{
    BodyKind, DsnReturn, Envelope, ForwardPath, HeaderSection, Recipient, Reply, ReversePath,
};
use waxseal_ports::filter::Verdict;
use waxseal_ports::spool::{Spool, SpoolError, SpoolWriter};
use waxseal_ports::{Draft, ReadAt};

/// An ESMTP parameter as the port has it.
pub(super) type Parameter = (String, Option<String>);

/// The transaction under way.
pub(super) struct Gathering {
    reverse_path: ReversePath,
    parameters: Vec<Parameter>,
    recipients: Vec<Recipient>,
    header: BytesMut,
    body: Option<Box<dyn SpoolWriter>>,
    body_octets: u64,
    /// Why it cannot be judged; said at the end, where every mail server listens.
    fault: Option<Reply>,
    /// What the filter said of it before its end, other than to refuse.
    pub(super) standing: Verdict,
}

impl Gathering {
    pub(super) fn new(reverse_path: ReversePath, parameters: Vec<Parameter>) -> Self {
        Self {
            reverse_path,
            parameters,
            recipients: Vec::new(),
            header: BytesMut::new(),
            body: None,
            body_octets: 0,
            fault: None,
            standing: Verdict::Next,
        }
    }

    /// A recipient that the filter takes.
    ///
    /// # Errors
    /// The reply where there are too many.
    pub(super) fn add_recipient(
        &mut self,
        forward_path: ForwardPath,
        parameters: &[Parameter],
        config: &ServerConfig,
    ) -> Result<(), Reply> {
        let recipients_max = usize::try_from(config.recipients_max).unwrap_or(usize::MAX);
        if self.recipients.len() >= recipients_max {
            return Err(Reply::own(452, (4, 5, 3), "too many recipients"));
        }
        self.recipients.push(Recipient {
            forward_path,
            orcpt: value(parameters, "ORCPT").map(str::to_owned),
            notify: value(parameters, "NOTIFY").map(notify).unwrap_or_default(),
        });
        Ok(())
    }

    /// A header field; `leading_space` where its value brings the space after the colon.
    pub(super) fn add_header(
        &mut self,
        name: &[u8],
        value: &[u8],
        leading_space: bool,
        config: &ServerConfig,
    ) {
        let octets = self.header.len() + name.len() + value.len();
        if u64::try_from(octets).unwrap_or(u64::MAX) > config.header_bytes_max {
            self.fail(Reply::own(
                552,
                (5, 3, 4),
                "the header section is too large",
            ));
            return;
        }
        self.header.extend_from_slice(name);
        self.header.extend_from_slice(b":");
        if !leading_space {
            self.header.extend_from_slice(b" ");
        }
        for (index, line) in value.split(|octet| *octet == b'\n').enumerate() {
            if index > 0 {
                self.header.extend_from_slice(b"\r\n");
            }
            self.header
                .extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        }
        self.header.extend_from_slice(b"\r\n");
    }

    /// A part of the body.
    pub(super) fn add_body(&mut self, octets: &[u8], spool: &dyn Spool, config: &ServerConfig) {
        if self.fault.is_some() || octets.is_empty() {
            return;
        }
        self.body_octets += u64::try_from(octets.len()).unwrap_or(u64::MAX);
        let whole = u64::try_from(self.header.len()).unwrap_or(u64::MAX) + self.body_octets;
        if whole > config.message_bytes_max {
            self.fail(Reply::own(552, (5, 3, 4), "the message is too large"));
            return;
        }
        let body = self.body.get_or_insert_with(|| spool.start());
        if let Err(error) = body.write(octets) {
            self.fail(spool_reply(&error));
        }
    }

    fn fail(&mut self, reply: Reply) {
        self.body = None;
        self.fault.get_or_insert(reply);
    }

    /// The whole message.
    ///
    /// # Errors
    /// The reply where it cannot be judged.
    pub(super) fn finish(self) -> Result<(Envelope, Draft, Verdict), Reply> {
        if let Some(reply) = self.fault {
            return Err(reply);
        }
        let mut header = self.header;
        header.extend_from_slice(b"\r\n");
        let body: Arc<dyn ReadAt> = match self.body {
            None => Arc::new(Bytes::new()),
            Some(body) => body.finish().map_err(|error| spool_reply(&error))?,
        };
        let draft = Draft {
            header: HeaderSection::split(&header.freeze()).0,
            body,
        };
        let parameters = &self.parameters;
        let envelope = Envelope {
            reverse_path: self.reverse_path,
            recipients: self.recipients,
            body: match value(parameters, "BODY") {
                Some(kind) if kind.eq_ignore_ascii_case("8BITMIME") => BodyKind::EightBitMime,
                _ => BodyKind::SevenBit,
            },
            smtputf8: has(parameters, "SMTPUTF8"),
            envid: value(parameters, "ENVID").map(str::to_owned),
            dsn_return: match value(parameters, "RET") {
                Some(what) if what.eq_ignore_ascii_case("FULL") => Some(DsnReturn::Full),
                Some(what) if what.eq_ignore_ascii_case("HDRS") => Some(DsnReturn::Headers),
                _ => None,
            },
        };
        Ok((envelope, draft, self.standing))
    }
}

fn spool_reply(error: &SpoolError) -> Reply {
    match error {
        SpoolError::Full => Reply::own(452, (4, 3, 1), "no space left"),
        SpoolError::Io(_) => Reply::own(451, (4, 3, 0), "try again later"),
    }
}

fn has(parameters: &[Parameter], name: &str) -> bool {
    let mut names = parameters.iter();
    names.any(|(known, _)| known.eq_ignore_ascii_case(name))
}

fn value<'a>(parameters: &'a [Parameter], name: &str) -> Option<&'a str> {
    let mut parameters = parameters.iter();
    let found = parameters.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.and_then(|(_, value)| value.as_deref())
}
