//! Finds the URLs that a text shows or leads to.

use std::collections::HashSet;

/// Octets of one URL; longer ones are cut.
const URL_OCTETS_MAX: usize = 2048;

/// Collects `http` and `https` URLs, each once, in order.
pub(crate) struct Urls {
    max: usize,
    found: Vec<String>,
    known: HashSet<String>,
}

impl Urls {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max,
            found: Vec::new(),
            known: HashSet::new(),
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.found.len() >= self.max
    }

    pub(crate) fn into_found(self) -> Vec<String> {
        self.found
    }

    /// Those in running text.
    pub(crate) fn scan_text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = next_scheme(rest) {
            if self.is_full() {
                return;
            }
            let from = &rest[at..];
            let end = from.find(ends_url).unwrap_or(from.len());
            self.add(trim_end(&from[..end]));
            rest = &from[end.max(1)..];
        }
    }

    /// Those in `href` and `src`, and in the text between the tags.
    pub(crate) fn scan_html(&mut self, html: &str) {
        let mut rest = html;
        while !self.is_full() {
            let Some(open) = rest.find('<') else {
                break;
            };
            self.scan_text(&decode_entities(&rest[..open]));
            rest = &rest[open + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                // What is hidden leads nowhere but may be shown by some.
                rest = comment;
                continue;
            }
            let end = if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let end = tag_end(rest);
                self.scan_tag(&rest[..end]);
                end
            } else if rest.starts_with(['/', '!', '?']) {
                rest.find('>').unwrap_or(rest.len())
            } else {
                continue;
            };
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        self.scan_text(&decode_entities(rest));
    }

    fn scan_tag(&mut self, tag: &str) {
        let mut rest = tag.trim_start_matches(|c: char| !c.is_ascii_whitespace() && c != '/');
        while let Some((name, value, after)) = attribute(rest) {
            rest = after;
            if ["href", "src"]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known))
            {
                // As browsers read it: without tabs, line ends and outer spaces.
                let value = decode_entities(value);
                let value: String = value
                    .chars()
                    .filter(|c| !matches!(c, '\t' | '\r' | '\n'))
                    .collect();
                let value = value.trim();
                if next_scheme(value) == Some(0) && !self.is_full() {
                    self.add(value);
                }
            }
        }
    }

    fn add(&mut self, url: &str) {
        let url = &url[..url.floor_char_boundary(URL_OCTETS_MAX)];
        let has_host = url
            .split_once("://")
            .is_some_and(|(_, rest)| !rest.is_empty());
        if has_host && self.known.insert(url.to_owned()) {
            self.found.push(url.to_owned());
        }
    }
}

/// Where the next `http://` or `https://` begins.
fn next_scheme(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find("://") {
        let colon = from + at;
        for scheme in ["https", "http"] {
            let start = colon.checked_sub(scheme.len());
            let found = start.and_then(|start| text.get(start..colon));
            if found.is_some_and(|found| found.eq_ignore_ascii_case(scheme)) {
                return start;
            }
        }
        from = colon + 3;
    }
    None
}

fn ends_url(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '"' | '<' | '>' | '`' | '{' | '}' | '|' | '^')
}

/// Without what closes the sentence around it. Brackets are counted once: a sender may write a
/// million of them.
fn trim_end(url: &str) -> &str {
    let count = |bracket| url.matches(bracket).count();
    let mut round = (count('('), count(')'));
    let mut square = (count('['), count(']'));
    let mut url = url;
    loop {
        url = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
        let (open, close) = match url.as_bytes().last() {
            Some(b')') => &mut round,
            Some(b']') => &mut square,
            _ => return url,
        };
        if *open >= *close {
            return url;
        }
        *close -= 1;
        url = &url[..url.len() - 1];
    }
}

/// Where the `>` of a tag stands, past those in quotes.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return at,
            (None, '"' | '\'') if tag[..at].trim_end().ends_with('=') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    // A quote that is never closed hides nothing.
    tag.find('>').unwrap_or(tag.len())
}

/// The next attribute: its name, its value as written, and what follows.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let space = |c: char| c.is_ascii_whitespace() || c == '/';
    let text = text.trim_start_matches(space);
    if text.is_empty() {
        return None;
    }
    let end = text
        .find(|c: char| space(c) || c == '=')
        .unwrap_or(text.len());
    // A stray `=` is passed over.
    let end = end.max(text.chars().next().map_or(0, char::len_utf8));
    let (name, rest) = text.split_at(end);
    let Some(value) = rest.trim_start().strip_prefix('=').map(str::trim_start) else {
        return Some((name, "", rest));
    };
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            let (value, rest) = inner.split_once(quote).unwrap_or((inner, ""));
            return Some((name, value, rest));
        }
    }
    let end = value
        .find(|c: char| c.is_ascii_whitespace())
        .unwrap_or(value.len());
    let (value, rest) = value.split_at(end);
    Some((name, value, rest))
}

/// Octets behind `&` that are looked at for the end of an entity.
const ENTITY_OCTETS_MAX: usize = 12;

/// The entities that URLs hide behind: numbers, and the few names that matter in one.
fn decode_entities(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let near = &rest[..rest.floor_char_boundary(ENTITY_OCTETS_MAX)];
        match near
            .split_once(';')
            .and_then(|(name, _)| Some((entity(name)?, name.len() + 1)))
        {
            Some((c, octets)) => {
                decoded.push(c);
                rest = &rest[octets..];
            }
            None => decoded.push('&'),
        }
    }
    decoded.push_str(rest);
    decoded.into()
}

fn entity(name: &str) -> Option<char> {
    let named = match name {
        "amp" | "AMP" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "colon" => ':',
        "sol" => '/',
        "period" => '.',
        "quest" => '?',
        "equals" => '=',
        "num" => '#',
        "commat" => '@',
        "Tab" => '\t',
        "NewLine" => '\n',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scan: impl Fn(&mut Urls), expected: &[&str]) {
        let mut urls = Urls::new(1_000);
        scan(&mut urls);
        assert_eq!(urls.into_found(), expected);
    }

    #[test]
    fn running_text() {
        for (text, expected) in [
            (
                "see https://a.test/x, or HTTP://b.test.",
                &["https://a.test/x", "HTTP://b.test"][..],
            ),
            (
                "(https://a.test/p(1)) [http://b.test]",
                &["https://a.test/p(1)", "http://b.test"],
            ),
            (
                "<https://a.test/?q=1&r=2> https://a.test/?q=1&r=2",
                &["https://a.test/?q=1&r=2"],
            ),
            (
                "xhttps://a.test ftp://b.test http:// https://",
                &["https://a.test"],
            ),
            (
                "\u{e9}://x http://\u{fc}.test/\u{e9} ://",
                &["http://\u{fc}.test/\u{e9}"],
            ),
            (
                "http://a.test/http://b.test",
                &["http://a.test/http://b.test"],
            ),
            ("", &[]),
        ] {
            check(|urls| urls.scan_text(text), expected);
        }
    }

    #[test]
    fn html() {
        for (html, expected) in [
            (
                r#"<a class=x href="https://a.test/?a=1&amp;b=2">t</a>"#,
                &["https://a.test/?a=1&b=2"][..],
            ),
            (
                "<A HREF='http://a.test'><img src=http://b.test/p.png>",
                &["http://a.test", "http://b.test/p.png"],
            ),
            (
                "<a href=\"&#104;ttp&colon;//a.te\nst&#x2F;x\">",
                &["http://a.test/x"],
            ),
            (
                "<a title=\"a>b\" href=\" https://a.test \">",
                &["https://a.test"],
            ),
            (
                "<p>go to https://a.test&gt;</p>&lt;http://b.test&gt;",
                &["https://a.test", "http://b.test"],
            ),
            (
                "<a href=\"javascript:x\" src='/local'>1 < 2 http://a.test",
                &["http://a.test"],
            ),
            ("<a href=\"http://a.test", &["http://a.test"]),
            ("<!-- <a href='http://a.test'> -->", &["http://a.test"]),
            ("<a = href=http://a.test / =x ==>", &["http://a.test"]),
        ] {
            check(|urls| urls.scan_html(html), expected);
        }
    }

    #[test]
    fn bounds() {
        let long = format!("http://a.test/{}", "x".repeat(3_000));
        check(|urls| urls.scan_text(&long), &[&long[..2048]]);
        let mut urls = Urls::new(2);
        urls.scan_html("http://a <a href=http://b> http://c");
        assert_eq!(urls.into_found(), ["http://a", "http://b"]);
        let started = "<".repeat(100_000) + &"&".repeat(100_000) + &"<a href=\"".repeat(10_000);
        check(|urls| urls.scan_html(&started), &[]);
        let closers = "http://a.test/(x".to_owned() + &")].".repeat(300_000);
        check(|urls| urls.scan_text(&closers), &["http://a.test/(x)"]);
    }
}
