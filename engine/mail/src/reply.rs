//! SMTP replies (RFC 5321 §4.2).

use crate::EnhancedStatus;

/// A reply of an SMTP server: a three-digit code, perhaps an enhanced status, and text.
///
/// The text can hold no CR, LF or NUL, so a reply can never end early or carry a second one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    status: Option<EnhancedStatus>,
    lines: Vec<String>,
}

/// Why a [`Reply`] could not be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// The code is not 200 to 559 (RFC 5321 §4.2).
    #[error("reply code {0} is not between 200 and 559")]
    Code(u16),
    /// The class of the enhanced status is not that of the code (RFC 2034 §4).
    #[error("enhanced status {0} does not fit the class of reply code {1}")]
    StatusClass(EnhancedStatus, u16),
    /// A control character stands in the text.
    #[error("the reply text holds a control character")]
    Control,
    /// The text is over 400 octets in a line or 50 lines.
    #[error("the reply text is too long")]
    TooLong,
}

/// Octets of text in one line, so that code, status and CRLF fit into 512 (RFC 5321 §4.5.3.1.5).
const LINE_OCTETS_MAX: usize = 490;
/// Lines of one reply.
const LINES_MAX: usize = 100;

impl Reply {
    /// A reply from parts that are not trusted (plugins, peers).
    ///
    /// # Errors
    /// Any [`ReplyError`].
    pub fn new(code: u16, status: Option<EnhancedStatus>, text: &str) -> Result<Self, ReplyError> {
        if !(200..=559).contains(&code) {
            return Err(ReplyError::Code(code));
        }
        if let Some(status) = status.filter(|status| u16::from(status.0) != code / 100) {
            return Err(ReplyError::StatusClass(status, code));
        }
        if text.chars().any(|c| c.is_control() && c != '\t') {
            return Err(ReplyError::Control);
        }
        if text.len() > LINE_OCTETS_MAX {
            return Err(ReplyError::TooLong);
        }
        Ok(Self {
            code,
            status,
            lines: vec![text.to_owned()],
        })
    }

    /// A reply written in this program: code, status as `class.subject.detail` numbers and text.
    /// Control characters in the text become spaces, an overlong text is cut.
    #[must_use]
    pub fn own(code: u16, status: (u8, u16, u16), text: impl Into<String>) -> Self {
        let status = EnhancedStatus(status.0, status.1, status.2);
        Self {
            code,
            status: Some(status),
            lines: vec![clean(&text.into())],
        }
    }

    /// A reply without an enhanced status (greeting, EHLO, 354; RFC 2034 §4), of one or more lines.
    #[must_use]
    pub fn plain<T: AsRef<str>>(code: u16, lines: impl IntoIterator<Item = T>) -> Self {
        let mut lines: Vec<_> = lines
            .into_iter()
            .take(LINES_MAX)
            .map(|line| clean(line.as_ref()))
            .collect();
        if lines.is_empty() {
            lines.push(String::new());
        }
        Self {
            code,
            status: None,
            lines,
        }
    }

    /// The three-digit code.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The enhanced status, if there is one.
    #[must_use]
    pub const fn status(&self) -> Option<EnhancedStatus> {
        self.status
    }

    /// The lines of text, at least one.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Whether the code says "done" (2yz).
    #[must_use]
    pub const fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// Whether the code says "try again later" (4yz).
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        self.code / 100 == 4
    }

    /// Appends the wire form: `250-…CRLF` for all but the last line, `250 …CRLF` for that.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        let last = self.lines.len().saturating_sub(1);
        for (index, line) in self.lines.iter().enumerate() {
            let separator = if index == last { ' ' } else { '-' };
            out.extend_from_slice(format!("{}{separator}", self.code).as_bytes());
            if let Some(status) = self.status {
                out.extend_from_slice(format!("{status} ").as_bytes());
            }
            out.extend_from_slice(line.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// Replaces control characters and cuts at the limit, on a character boundary.
fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        if cleaned.len() + c.len_utf8() > LINE_OCTETS_MAX {
            break;
        }
        cleaned.push(c);
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(reply: &Reply) -> String {
        let mut out = Vec::new();
        reply.write_to(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn prints_single_and_multiple_lines() {
        assert_eq!(
            wire(&Reply::own(550, (5, 1, 1), "no such user")),
            "550 5.1.1 no such user\r\n"
        );
        assert_eq!(
            wire(&Reply::plain(250, ["mx", "SIZE"])),
            "250-mx\r\n250 SIZE\r\n"
        );
    }

    #[test]
    fn no_reply_holds_a_line_break() {
        assert_eq!(
            Reply::new(550, None, "a\r\n250 ok"),
            Err(ReplyError::Control)
        );
        assert_eq!(
            wire(&Reply::own(550, (5, 0, 0), "a\r\nb")),
            "550 5.0.0 a  b\r\n"
        );
        let status = EnhancedStatus(4, 0, 0);
        assert!(Reply::new(550, Some(status), "x").is_err());
        assert!(Reply::new(199, None, "x").is_err());
    }
}
