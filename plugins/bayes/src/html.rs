//! The words of an HTML text.

/// What a reader sees of `html`, roughly: without tags, comments, styles and scripts, with the common
/// character references resolved. Inline tags leave no gap, so that `v<b>ia</b>gra` is one word.
#[must_use]
pub fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(start) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        rest = if from.starts_with('&') {
            reference(from, &mut out)
        } else {
            tag(from, &mut out)
        };
    }
    out.push_str(rest);
    out
}

/// Resolves the character reference at the start; answers what follows it.
fn reference<'a>(from: &'a str, out: &mut String) -> &'a str {
    let end = from.char_indices().take(12).find(|(_, c)| *c == ';');
    let Some((name, rest)) =
        end.and_then(|(end, _)| Some((from.get(1..end)?, from.get(end + 1..)?)))
    else {
        out.push('&');
        return from.get(1..).unwrap_or_default();
    };
    let number = name
        .strip_prefix('#')
        .and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        });
    let c = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "nbsp" => Some(' '),
        "auml" => Some('ä'),
        "ouml" => Some('ö'),
        "uuml" => Some('ü'),
        "szlig" => Some('ß'),
        "eacute" => Some('é'),
        _ => number.and_then(char::from_u32),
    };
    // What nobody sees parts no word.
    let unseen =
        |c: char| ('\u{200b}'..='\u{200f}').contains(&c) || c == '\u{ad}' || c == '\u{feff}';
    match c {
        Some(c) if unseen(c) => {}
        Some(c) => out.push(c),
        None => out.push(' '),
    }
    rest
}

/// Steps over the tag at the start; answers what follows it.
fn tag<'a>(from: &'a str, out: &mut String) -> &'a str {
    let after = |rest: &'a str, end: &str| match rest.find(end) {
        Some(at) => rest.get(at + end.len()..).unwrap_or_default(),
        None => "",
    };
    if from.starts_with("<!--") {
        return after(from, "-->");
    }
    let inner = from.get(1..).unwrap_or_default();
    let name = inner.trim_start_matches('/');
    let end = name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    let name = name.get(..end).unwrap_or_default().to_ascii_lowercase();
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !named && !inner.starts_with(['!', '?', '/']) {
        // No tag: `a < b`.
        out.push('<');
        return inner;
    }
    let inline = [
        "b", "i", "u", "em", "strong", "span", "font", "a", "small", "big", "wbr",
    ];
    if !inline.contains(&name.as_str()) {
        out.push(' ');
    }
    let rest = after(from, ">");
    if !inner.starts_with('/') && (name == "style" || name == "script") {
        let end = format!("</{name}");
        let lower = rest.to_ascii_lowercase();
        let at = lower.find(&end).unwrap_or(rest.len());
        return rest.get(at..).unwrap_or_default();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        let text = text(html);
        assert_eq!(
            text.split_whitespace().collect::<Vec<_>>().join(" "),
            expected
        );
    }

    #[test]
    fn readers_see_words() {
        check("<p>Hello <b>w</b>orld</p><p>again</p>", "Hello world again");
        check(
            "<style>p { x: y }</style>a<SCRIPT>if (a<b)</Script >b",
            "a b",
        );
        check("a<!-- <p>hidden --> b<br/>c", "a b c");
        check("a &amp; b &#228;&#xE4;&uuml; &unknown; &", "a & b ääü &");
        check("vi&#8203;agra vi&#173;agra", "viagra viagra");
        check("a < b and 1<2", "a < b and 1<2");
        check("cut <a href=\"x", "cut");
        check("", "");
    }
}
