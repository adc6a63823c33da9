//! Links of a page: which have to be copied too, and how they read in the copy.

use std::collections::BTreeMap;

use super::NOTE;

/// Attributes that hold addresses.
const ATTRIBUTES: [&str; 3] = ["href", "src", "action"];
/// Views of a table that are files of their own.
const VIEWS: [&str; 2] = ["/compare.csv?", "/compare.json?"];
/// What a copy does not have: it depends on the host that serves it.
const LEFT_OUT: &str = "/opensearch.xml";

/// Addresses on a page that the copy needs: paths, and tables as data.
pub(super) fn wanted(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (_, value) in values(html) {
        let address = unescape(value);
        let address = address.split('#').next().unwrap_or_default();
        let local = address.starts_with('/') && !address.starts_with("//");
        let view = VIEWS.iter().any(|view| address.starts_with(view));
        let plain = !address.contains('?') && address != NOTE && address != LEFT_OUT;
        if local && (view || plain) {
            found.push(address.to_owned());
        }
    }
    found
}

/// The page with relative links, and with a note in place of every form.
pub(super) fn rewrite(html: &str, file: &str, files: &BTreeMap<&str, String>) -> String {
    let html = without_forms(&without_tags(html));
    let mut out = String::with_capacity(html.len());
    let mut at = 0;
    for (start, value) in values(&html) {
        let address = unescape(value);
        if !address.starts_with('/') || address.starts_with("//") {
            continue;
        }
        let (address, anchor) = match address.split_once('#') {
            Some((address, anchor)) => (address, format!("#{anchor}")),
            None => (address.as_str(), String::new()),
        };
        let known = files.get(address).or_else(|| {
            let path = address.split('?').next().unwrap_or_default();
            let data = path.starts_with("/api/");
            data.then(|| files.get(path)).flatten()
        });
        let link = match known {
            Some(target) => relative(file, target) + &anchor,
            None => files
                .get(NOTE)
                .map(|note| relative(file, note))
                .unwrap_or_default(),
        };
        out.push_str(html.get(at..start).unwrap_or_default());
        out.push_str(&escape(&link));
        at = start + value.len();
    }
    out.push_str(html.get(at..).unwrap_or_default());
    out
}

/// The values of all attributes that hold addresses, with the offsets where they begin.
fn values(html: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(equals) = html.get(at..).and_then(|rest| rest.find("=\"")) {
        let begin = at + equals + 2;
        let rest = html.get(begin..).unwrap_or_default();
        let value = rest.split('"').next().unwrap_or_default();
        let before = html.get(..begin - 2).unwrap_or_default();
        let is_link = ATTRIBUTES.iter().any(|name| {
            let before = before.strip_suffix(name);
            before.is_some_and(|before| before.ends_with([' ', '\n']))
        });
        if is_link {
            found.push((begin, value));
        }
        at = begin + value.len();
    }
    found
}

/// Takes out what points to views that the copy does not have.
fn without_tags(html: &str) -> String {
    let lines = html.split_inclusive('\n').filter(|line| {
        let search = line.starts_with("<link rel=\"search\"");
        let view = line.starts_with("<link rel=\"canonical\"") && line.contains('?');
        !search && !view
    });
    lines.collect()
}

/// Forms ask the running program; a copy says so instead.
fn without_forms(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, form)) = rest.split_once("<form") {
        let Some((form, after)) = form.split_once("</form>") else {
            break;
        };
        let words = if form.contains("role=\"search\"") {
            "Search: only in the live catalog"
        } else {
            "Choosing and filtering: only in the live catalog"
        };
        out.push_str(before);
        out.push_str(&format!(
            "<p class=\"sub\"><a href=\"{NOTE}\">{words}</a></p>"
        ));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The way from one file to another.
fn relative(from: &str, to: &str) -> String {
    let here: Vec<&str> = from.split('/').collect();
    let there: Vec<&str> = to.split('/').collect();
    let folders = here.len().min(there.len()) - 1;
    let shared = (0..folders)
        .take_while(|at| here.get(*at) == there.get(*at))
        .count();
    let mut parts = vec![".."; here.len() - 1 - shared];
    parts.extend(there.iter().skip(shared));
    parts.join("/")
}

fn unescape(value: &str) -> String {
    value
        .replace("&#38;", "&")
        .replace("&amp;", "&")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
}

fn escape(value: &str) -> String {
    value.replace('&', "&amp;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_lead_from_file_to_file() {
        assert_eq!(relative("index.html", "a/index.html"), "a/index.html");
        assert_eq!(
            relative("a/b/index.html", "a/c/index.html"),
            "../c/index.html"
        );
        assert_eq!(relative("a/index.html", "index.html"), "../index.html");
        assert_eq!(relative("a/index.html", "a/b/index.html"), "b/index.html");
        assert_eq!(relative("a/index.html", "a/index.html"), "index.html");
    }

    #[test]
    fn forms_and_views_become_notes() {
        let files = BTreeMap::from([
            ("/search", "search/index.html".to_owned()),
            ("/a", "a/index.html".to_owned()),
            ("/api/v1/products", "api/v1/products.json".to_owned()),
        ]);
        let html = "<form action=\"/a\" role=\"search\"><input></form>\
            <a href=\"/a#x\">a</a><a href=\"/a?q=1&#38;r=2\">b</a><a href=\"https://e.org/\">c</a>\
            <a href=\"/api/v1/products?limit=3\">d</a><code>href=\"/a\"</code>";
        let html = rewrite(html, "b/index.html", &files);
        assert_eq!(
            html,
            "<p class=\"sub\"><a href=\"../search/index.html\">Search: only in the live catalog</a></p>\
             <a href=\"../a/index.html#x\">a</a><a href=\"../search/index.html\">b</a>\
             <a href=\"https://e.org/\">c</a><a href=\"../api/v1/products.json\">d</a>\
             <code>href=\"/a\"</code>"
        );
        assert_eq!(
            wanted("<a href=\"/x#y\"><a href=\"/y?z\"><img src=\"/p.svg\">"),
            ["/x", "/p.svg"]
        );
    }
}
