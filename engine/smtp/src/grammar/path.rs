//! Paths and names of hosts (RFC 5321 §4.1.2, §4.1.3; RFC 6531 §3.3).

use super::SyntaxError;
use waxseal_mail::{Domain, ForwardPath, Mailbox, ReversePath};

/// `Reverse-path = Path / "<>"`, RFC 5321 §4.1.2. Returns the rest of `input`.
///
/// # Errors
/// As [`path`].
pub fn reverse_path(input: &str) -> Result<(ReversePath, &str), SyntaxError> {
    if let Some(rest) = input.strip_prefix("<>") {
        return Ok((ReversePath::Null, rest));
    }
    let (mailbox, rest) = path(input)?;
    Ok((ReversePath::Mailbox(mailbox), rest))
}

/// `"<Postmaster>" / Forward-path`, RFC 5321 §4.1.1.3. Returns the rest of `input`.
///
/// # Errors
/// As [`path`].
pub fn forward_path(input: &str) -> Result<(ForwardPath, &str), SyntaxError> {
    const POSTMASTER: &str = "<postmaster>";
    let start = input.get(..POSTMASTER.len());
    if start.is_some_and(|start| start.eq_ignore_ascii_case(POSTMASTER)) {
        let rest = input.get(POSTMASTER.len()..).unwrap_or_default();
        return Ok((ForwardPath::Postmaster, rest));
    }
    let (mailbox, rest) = path(input)?;
    Ok((ForwardPath::Mailbox(mailbox), rest))
}

/// `Path = "<" [ A-d-l ":" ] Mailbox ">"`, RFC 5321 §4.1.2. Returns the rest of `input`.
///
/// # Errors
/// [`SyntaxError::Expected`] without angle brackets, [`SyntaxError::SourceRoute`] for an `A-d-l`
/// (deprecated, and good only for relaying through us), [`SyntaxError::Address`].
pub fn path(input: &str) -> Result<(Mailbox, &str), SyntaxError> {
    let inside = input
        .strip_prefix('<')
        .ok_or(SyntaxError::Expected("a path in angle brackets"))?;
    let end = path_end(inside).ok_or(SyntaxError::Expected("a path that ends in >"))?;
    let (address, rest) = inside.split_at_checked(end).unwrap_or((inside, ""));
    if address.starts_with('@') {
        return Err(SyntaxError::SourceRoute);
    }
    let mailbox = Mailbox::parse(address)?;
    Ok((mailbox, rest.strip_prefix('>').unwrap_or(rest)))
}

/// The position of the `>` that ends a path: the first outside of a quoted string.
fn path_end(inside: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    inside.bytes().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' => return !quoted,
            _ => {}
        }
        false
    })
}

/// `( Domain / address-literal )` of EHLO, HELO and LHLO, RFC 5321 §4.1.1.1 and §4.1.3: all of
/// `input`, in ASCII (RFC 6531 §3.7.1 wants A-labels here).
///
/// # Errors
/// [`SyntaxError::Expected`].
pub fn domain_or_literal(input: &str) -> Result<&str, SyntaxError> {
    let valid = input.is_ascii() && (Domain::parse(input).is_ok() || is_general_literal(input));
    if valid {
        Ok(input)
    } else {
        Err(SyntaxError::Expected("a domain or an address literal"))
    }
}

/// `General-address-literal = Standardized-tag ":" 1*dcontent` in brackets, RFC 5321 §4.1.3.
fn is_general_literal(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let Some((tag, content)) = inside.and_then(|inside| inside.split_once(':')) else {
        return false;
    };
    let is_tag = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let is_dcontent = |b: u8| matches!(b, 33..=90 | 94..=126);
    text.len() <= 255
        && !tag.eq_ignore_ascii_case("ipv6")
        && tag.bytes().all(is_tag)
        && tag.ends_with(|c: char| c.is_ascii_alphanumeric())
        && !content.is_empty()
        && content.bytes().all(is_dcontent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check_reverse(input: &str, expected: &Expect) {
        expected.assert_eq(&match reverse_path(input) {
            Ok((value, rest)) => format!("{value} then {rest:?}"),
            Err(error) => format!("error: {error}"),
        });
    }

    #[test]
    fn reverse_paths() {
        check_reverse("<>", &expect![[r#" then """#]]);
        check_reverse("<a@b> SIZE=9", &expect![[r#"a@b then " SIZE=9""#]]);
        check_reverse(r#"<"a>\"b"@c>x"#, &expect![[r#""a>\"b"@c then "x""#]]);
        check_reverse("a@b", &expect!["error: syntax: a path in angle brackets"]);
        check_reverse("<a@b", &expect!["error: syntax: a path that ends in >"]);
        check_reverse(
            "<@x.test,@y.test:a@b>",
            &expect!["error: source routes are not accepted"],
        );
        check_reverse(
            "<a>",
            &expect!["error: an address needs a local-part, @ and a domain"],
        );
        check_reverse("<a@b@c>", &expect!["error: the domain is malformed"]);
        check_reverse(
            "< >",
            &expect!["error: an address needs a local-part, @ and a domain"],
        );
    }

    #[test]
    fn postmaster_needs_no_domain() {
        let (path, rest) = forward_path("<PostMaster> NOTIFY=NEVER").unwrap();
        assert_eq!((path, rest), (ForwardPath::Postmaster, " NOTIFY=NEVER"));
        assert!(forward_path("<>").is_err());
        assert!(forward_path("<root>").is_err());
    }

    #[test]
    fn names_of_hosts() {
        for good in [
            "mx.example.test",
            "localhost",
            "[192.0.2.1]",
            "[IPv6:2001:db8::1]",
            "[tag:x]",
            "under_score.example",
        ] {
            assert_eq!(domain_or_literal(good), Ok(good));
        }
        for bad in [
            "",
            "a b",
            "a..b",
            "a\tb",
            "[300.1.1.1]",
            "[IPv6:zz]",
            "[:x]",
            "[t:]",
            "bücher.example",
            "a\u{7f}",
            "<x>",
        ] {
            assert!(domain_or_literal(bad).is_err(), "{bad:?}");
        }
    }
}
