//! Addresses as the envelope holds them: `local-part@domain`.

/// What stands before the last `@`; all of it where there is none.
#[must_use]
pub fn local_part(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(local, _)| local)
}

/// What stands after the last `@`; `None` for the null reverse-path and a bare `Postmaster`.
#[must_use]
pub fn domain(address: &str) -> Option<&str> {
    let (_, domain) = address.rsplit_once('@')?;
    (!domain.is_empty()).then_some(domain)
}

/// For comparing and as a key: in lower case. Local parts are case-sensitive by RFC 5321, but no one
/// uses that.
#[must_use]
pub fn folded(address: &str) -> String {
    address.trim().to_lowercase()
}

/// Without the detail after a `+` in the local part: `bob+news@example.org` is `bob@example.org`.
#[must_use]
pub fn without_detail(address: &str) -> String {
    let local = local_part(address);
    match (local.split_once('+'), domain(address)) {
        (Some((base, _)), Some(domain)) if !base.is_empty() => format!("{base}@{domain}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_apart() {
        assert_eq!((local_part("a@b"), domain("a@b")), ("a", Some("b")));
        assert_eq!(domain("\"x@y\"@example.org"), Some("example.org"));
        assert_eq!(
            (local_part("Postmaster"), domain("Postmaster")),
            ("Postmaster", None)
        );
        assert_eq!((domain(""), domain("a@")), (None, None));
        assert_eq!(folded(" Bob@EXAMPLE.org"), "bob@example.org");
        assert_eq!(without_detail("bob+a+b@example.org"), "bob@example.org");
        assert_eq!(without_detail("+a@example.org"), "+a@example.org");
        assert_eq!(without_detail("bob@example.org"), "bob@example.org");
    }
}
