//! What the administrator lets a plugin reach: the table `[plugin.grants]`.

use serde::Deserialize;
use url::{Host, Url};

/// Grants of one plugin. What is not granted answers `denied`, and the log says once which line
/// would grant it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct Grants {
    /// Whether it may ask the DNS.
    pub dns: bool,
    /// Prefixes of the URLs that it may send requests to, such as `https://api.example.com/v1/`.
    /// Redirects are not followed, and a name that leads to a private address is refused.
    pub http: Vec<String>,
    /// Octets that its keys and values may have together; 0 grants none. Past it writes are
    /// answered `quota`.
    pub kv_bytes: u64,
    /// Names in `[secrets]` whose texts it may read.
    pub secrets: Vec<String>,
    /// Names in `[aead_keys]` that it may have something encrypted with; it never sees the keys.
    pub aead_keys: Vec<String>,
}

impl Grants {
    /// What is wrong with the values, naming the setting.
    pub(crate) fn problem(&self) -> Option<String> {
        let mut prefixes = self.http.iter();
        prefixes.find_map(|prefix| {
            let problem = parse_prefix(prefix).err()?;
            Some(format!("grants.http {prefix:?}: {problem}"))
        })
    }
}

/// A granted prefix of URLs. Scheme, host and port must be the same, and the path begin alike.
#[derive(Debug, Clone)]
pub(crate) struct UrlPrefix(Url);

impl UrlPrefix {
    /// All prefixes that are sound.
    pub(crate) fn all(prefixes: &[String]) -> Vec<Self> {
        let parsed = prefixes
            .iter()
            .filter_map(|prefix| parse_prefix(prefix).ok());
        parsed.map(Self).collect()
    }

    pub(crate) fn covers(&self, url: &Url) -> bool {
        let same_place = url.scheme() == self.0.scheme()
            && url.host() == self.0.host()
            && url.port_or_known_default() == self.0.port_or_known_default();
        same_place && url.path().starts_with(self.0.path()) && !climbs(url.path())
    }
}

fn parse_prefix(prefix: &str) -> Result<Url, &'static str> {
    let url = Url::parse(prefix).map_err(|_| "it is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it begins with neither http:// nor https://");
    }
    if has_user(&url) || url.query().is_some() || url.fragment().is_some() {
        return Err("it has a user, a query or a fragment");
    }
    match url.host() {
        Some(Host::Domain("localhost")) => Err("name the address, as http://127.0.0.1/"),
        Some(_) => Ok(url),
        None => Err("it has no host"),
    }
}

/// A URL that a plugin asks for; those with a user are refused.
pub(crate) fn parse_url(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| !has_user(url))
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Whether a server that decodes the path a second time could leave the prefix by it.
fn climbs(path: &str) -> bool {
    let path = path.to_ascii_lowercase().replace("%2e", ".");
    ["..%2f", "%2f..", "..%5c", "%5c..", "..\\", "\\.."]
        .iter()
        .any(|way| path.contains(way))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prefix: &str, url: &str, expected: bool) {
        let prefixes = UrlPrefix::all(&[prefix.to_owned()]);
        let covered = parse_url(url).is_some_and(|url| prefixes.iter().any(|p| p.covers(&url)));
        assert_eq!(covered, expected, "{prefix} {url}");
    }

    #[test]
    fn prefixes_cover_what_begins_with_them() {
        let v1 = "https://api.example.com/v1/";
        check(v1, "https://api.example.com/v1/check?a=b", true);
        check(v1, "HTTPS://API.example.com:443/v1/", true);
        check(
            "https://api.example.com",
            "https://api.example.com/any",
            true,
        );
        check("http://127.0.0.1:8080/", "http://127.0.0.1:8080/x", true);
        check("http://[::1]/", "http://[0:0::1]/x", true);
        for url in [
            "http://api.example.com/v1/",
            "https://api.example.com:444/v1/",
            "https://api.example.com/v2/",
            "https://api.example.com/v1/../v2/",
            "https://api.example.com/v1/%2e%2e/v2/",
            "https://api.example.com/v1/..%2fv2/",
            "https://api.example.com/v1/%2E%2E%5Cv2/",
            "https://api.example.com.evil.test/v1/",
            "https://api.example.com@evil.test/v1/",
            "https://user@api.example.com/v1/",
            "https://api.example.com\\@evil.test/v1/",
            "/v1/",
            "",
        ] {
            check(v1, url, false);
        }
        check("http://10.0.0.1/", "http://10.0.0.12/", false);
        check("http://10.0.0.1/", "http://10.0.0.1.evil.test/", false);
    }

    #[test]
    fn names_what_is_wrong() {
        let problem = |prefix: &str| {
            let http = vec![prefix.to_owned()];
            Grants {
                http,
                ..Grants::default()
            }
            .problem()
            .unwrap_or_default()
        };
        assert_eq!(problem("https://a.example/"), "");
        assert_eq!(
            problem("a.example"),
            "grants.http \"a.example\": it is not a URL"
        );
        for bad in [
            "ftp://a.example/",
            "https://u@a.example/",
            "https://a.example/?q",
            "http:///",
        ] {
            assert!(!problem(bad).is_empty(), "{bad}");
        }
        let local = "grants.http \"http://localhost/\": name the address, as http://127.0.0.1/";
        assert_eq!(problem("http://localhost/"), local);
    }
}
