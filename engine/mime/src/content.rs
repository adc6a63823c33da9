//! What the Content-* fields of one part say (RFC 2045, RFC 2183, RFC 1864, RFC 3282, RFC 2557).

use crate::cursor::{Cursor, is_white, unfold};
use crate::fields::{Fields, Name};
use crate::parameters::Parameters;
use waxseal_mail::TransferEncoding;

/// The Content-* fields of one part, octets as written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pub(crate) media_type: Vec<u8>,
    pub(crate) subtype: Vec<u8>,
    pub(crate) parameters: Parameters,
    pub(crate) id: Option<Vec<u8>>,
    pub(crate) description: Option<Vec<u8>>,
    /// Content-Transfer-Encoding's token; empty if absent.
    pub(crate) encoding: Vec<u8>,
    pub(crate) md5: Option<Vec<u8>>,
    pub(crate) disposition: Option<(Vec<u8>, Parameters)>,
    pub(crate) language: Vec<Vec<u8>>,
    pub(crate) location: Option<Vec<u8>>,
    /// A field had more parameters than the limit.
    pub(crate) truncated: bool,
}

impl Content {
    /// Reads the fields; of several of a name the last, but of Content-Type the first. Without a proper
    /// Content-Type a part of a digest is `message/rfc822` (RFC 2046 §5.1.5), any other `text/plain`
    /// (RFC 2045 §5.2).
    pub(crate) fn read(fields: &Fields, in_digest: bool, parameters_max: usize) -> Self {
        let mut content = Self {
            id: text(fields, Name::ContentId),
            description: text(fields, Name::ContentDescription),
            md5: text(fields, Name::ContentMd5),
            location: text(fields, Name::ContentLocation),
            ..Self::default()
        };
        let media = fields.first(Name::ContentType).map(Cursor::new);
        if !media.is_some_and(|cursor| content.media(cursor, parameters_max)) {
            content.default_media(in_digest);
        }
        if let Some(value) = fields.last(Name::ContentTransferEncoding) {
            let mut cursor = Cursor::new(value);
            let encoding = token(&mut cursor);
            cursor.skip_cfws();
            if matches!(cursor.peek(), None | Some(b';')) {
                content.encoding = encoding.to_vec();
            }
        }
        if let Some(value) = fields.last(Name::ContentDisposition) {
            let mut cursor = Cursor::new(value);
            let kind = token(&mut cursor).to_vec();
            if !kind.is_empty() {
                let (parameters, complete) = Parameters::read(&mut cursor, parameters_max);
                content.truncated |= !complete;
                content.disposition = Some((kind, parameters));
            }
        }
        if let Some(value) = fields.last(Name::ContentLanguage) {
            let mut cursor = Cursor::new(value);
            while content.language.len() < parameters_max {
                let tag = token(&mut cursor).to_vec();
                if tag.is_empty() {
                    break;
                }
                content.language.push(tag);
                cursor.skip_cfws();
                cursor.eat(b',');
            }
        }
        content
    }

    /// `type "/" subtype` and parameters; `false` if it is not that.
    fn media(&mut self, mut cursor: Cursor<'_>, parameters_max: usize) -> bool {
        let media_type = token(&mut cursor);
        cursor.skip_cfws();
        let slash = cursor.eat(b'/');
        let subtype = token(&mut cursor);
        if media_type.is_empty() || !slash || subtype.is_empty() {
            return false;
        }
        self.media_type = media_type.to_vec();
        self.subtype = subtype.to_vec();
        let (parameters, complete) = Parameters::read(&mut cursor, parameters_max);
        self.parameters = parameters;
        self.truncated |= !complete;
        true
    }

    fn default_media(&mut self, in_digest: bool) {
        let (media_type, subtype) = if in_digest {
            ("message", "rfc822")
        } else {
            ("text", "plain")
        };
        self.media_type = media_type.into();
        self.subtype = subtype.into();
    }

    pub(crate) fn is(&self, media_type: &str) -> bool {
        self.media_type.eq_ignore_ascii_case(media_type.as_bytes())
    }

    fn is_subtype(&self, subtype: &str) -> bool {
        self.subtype.eq_ignore_ascii_case(subtype.as_bytes())
    }

    /// Whether it is a message with an envelope of its own (RFC 2046 §5.2.1, RFC 6532 §3.7).
    pub(crate) fn is_message(&self) -> bool {
        self.is("message") && (self.is_subtype("rfc822") || self.is_subtype("global"))
    }

    /// Whether parts of it are messages unless they say otherwise.
    pub(crate) fn is_digest(&self) -> bool {
        self.is("multipart") && self.is_subtype("digest")
    }

    /// The boundary of a multipart; `None` where there is none to go by.
    pub(crate) fn boundary(&self) -> Option<&[u8]> {
        let boundary = self.parameters.raw("boundary")?;
        (self.is("multipart") && !boundary.is_empty()).then_some(boundary)
    }

    pub(crate) fn transfer_encoding(&self) -> TransferEncoding {
        if self.encoding.eq_ignore_ascii_case(b"base64") {
            TransferEncoding::Base64
        } else if self.encoding.eq_ignore_ascii_case(b"quoted-printable") {
            TransferEncoding::QuotedPrintable
        } else {
            TransferEncoding::Identity
        }
    }

    /// The file name as UTF-8; empty if there is none.
    pub(crate) fn file_name(&self) -> String {
        let disposition = self.disposition.as_ref();
        let name = disposition.and_then(|(_, parameters)| parameters.decoded("filename"));
        name.or_else(|| self.parameters.decoded("name"))
            .unwrap_or_default()
    }
}

/// A field's unfolded value; `None` for an absent one.
fn text(fields: &Fields, name: Name) -> Option<Vec<u8>> {
    fields.last(name).map(unfold)
}

/// `token` (RFC 2045 §5.1), comments and white space before it passed over.
fn token<'a>(cursor: &mut Cursor<'a>) -> &'a [u8] {
    cursor.skip_cfws();
    cursor.take_while(|b| !is_white(b) && b > b' ' && !b"()<>@,;:\\\"/[]?=".contains(&b))
}
