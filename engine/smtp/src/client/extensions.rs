//! What the server announced in its reply to EHLO (RFC 5321 §4.1.1.1).

/// The service extensions this client knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    /// RFC 2920.
    pub(crate) pipelining: bool,
    /// RFC 6152.
    pub(crate) eight_bit_mime: bool,
    /// RFC 6531.
    pub(crate) smtputf8: bool,
    /// RFC 3461.
    pub(crate) dsn: bool,
    /// RFC 3207.
    pub(crate) starttls: bool,
    /// RFC 4954, and PLAIN among its mechanisms.
    pub(crate) auth_plain: bool,
    /// RFC 1870.
    pub(crate) size: bool,
    /// The largest message in octets, if the server says so; 0 on the wire means no limit.
    pub(crate) size_max: Option<u64>,
}

impl Extensions {
    /// From the lines of the reply; the first is the server's name. Unknown keywords are skipped.
    pub(crate) fn parse(lines: &[String]) -> Self {
        let mut extensions = Self::default();
        for line in lines.iter().skip(1) {
            let mut words = line.split_ascii_whitespace();
            let keyword = words.next().unwrap_or_default().to_ascii_uppercase();
            match keyword.as_str() {
                "PIPELINING" => extensions.pipelining = true,
                "8BITMIME" => extensions.eight_bit_mime = true,
                "SMTPUTF8" => extensions.smtputf8 = true,
                "DSN" => extensions.dsn = true,
                "STARTTLS" => extensions.starttls = true,
                "AUTH" => {
                    extensions.auth_plain |= words.any(|w| w.eq_ignore_ascii_case("PLAIN"));
                }
                "SIZE" => {
                    extensions.size = true;
                    let limit = words.next().and_then(|word| word.parse().ok());
                    extensions.size_max = limit.filter(|limit| *limit > 0);
                }
                _ => {}
            }
        }
        extensions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_keywords_in_any_case() {
        let lines = [
            "mx PIPELINING",
            "size 1000",
            "Auth LOGIN plain",
            "8bitmime",
            "X-OTHER 1",
        ];
        let extensions = Extensions::parse(&lines.map(str::to_owned));
        let expected = Extensions {
            size: true,
            size_max: Some(1_000),
            auth_plain: true,
            eight_bit_mime: true,
            ..Extensions::default()
        };
        assert_eq!(
            extensions, expected,
            "the first line is a name, not a keyword"
        );
        let odd = [
            "mx",
            "SIZE",
            "SIZE 0",
            "SIZE 99999999999999999999999",
            "AUTH=PLAIN",
            "",
        ];
        let extensions = Extensions::parse(&odd.map(str::to_owned));
        assert_eq!(extensions.size_max, None);
        assert!(!extensions.auth_plain);
    }
}
