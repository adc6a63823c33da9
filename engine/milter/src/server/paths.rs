//! Addresses and parameters as mail servers hand them over, as the ports have them.

use super::gathering::Parameter;
use crate::path_text::unbracketed;
use bytes::Bytes;
use waxseal_mail::{AddressError, ForwardPath, Mailbox, ReversePath};

/// The reverse-path; an address without a domain is one of `host`.
pub(super) fn reverse_path(path: &[u8], host: &str) -> Result<ReversePath, AddressError> {
    let address = unbracketed(path);
    if address.is_empty() {
        return Ok(ReversePath::Null);
    }
    mailbox(&address, host).map(ReversePath::Mailbox)
}

/// A forward-path; as [`reverse_path`], but `postmaster` alone is one.
pub(super) fn forward_path(path: &[u8], host: &str) -> Result<ForwardPath, AddressError> {
    let address = unbracketed(path);
    if address.eq_ignore_ascii_case("postmaster") {
        return Ok(ForwardPath::Postmaster);
    }
    mailbox(&address, host).map(ForwardPath::Mailbox)
}

fn mailbox(address: &str, host: &str) -> Result<Mailbox, AddressError> {
    if address.contains('@') {
        Mailbox::parse(address)
    } else {
        Mailbox::parse(&format!("{address}@{host}"))
    }
}

/// `NAME=value` or `NAME`.
pub(super) fn parameters(texts: &[Bytes]) -> Vec<Parameter> {
    let parameter = |text: &Bytes| {
        let text = String::from_utf8_lossy(text);
        match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (text.into_owned(), None),
        }
    };
    texts.iter().map(parameter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_mail_servers() {
        let reverse =
            |path: &str| reverse_path(path.as_bytes(), "mx.test").map(|path| path.to_string());
        assert_eq!(reverse("<>"), Ok(String::new()));
        assert_eq!(reverse("<a@b.test>"), Ok("a@b.test".into()));
        assert_eq!(reverse("a@b.test"), Ok("a@b.test".into()));
        assert_eq!(reverse("<root>"), Ok("root@mx.test".into()));
        assert!(reverse("<a b@c>").is_err());
        let forward = |path: &str| forward_path(path.as_bytes(), "mx.test");
        assert_eq!(forward("<PostMaster>"), Ok(ForwardPath::Postmaster));
        assert!(forward("<>").is_err());
    }

    #[test]
    fn parameters_with_and_without_value() {
        let texts = [
            Bytes::from_static(b"SIZE=9"),
            Bytes::from_static(b"SMTPUTF8"),
        ];
        let expected = [
            ("SIZE".to_owned(), Some("9".to_owned())),
            ("SMTPUTF8".to_owned(), None),
        ];
        assert_eq!(parameters(&texts), expected);
    }
}
