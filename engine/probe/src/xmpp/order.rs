//! Some servers keep features in tables without an order; a transcript wants one.

/// The tags of a stanza, a line each: attributes and the children of the outer element in order of
/// their text, so that two runs look alike.
pub(super) fn lines(text: &str) -> Vec<String> {
    let spread = text.replace("><", ">\n<");
    let tags: Vec<String> = spread.lines().map(attributes).collect();
    let mut out: Vec<String> = Vec::with_capacity(tags.len());
    let mut groups: Vec<Vec<String>> = Vec::new();
    let mut depth = 0_usize;
    for tag in tags {
        let closes = tag.starts_with("</");
        let stays = closes || tag.ends_with("/>") || tag.starts_with("<?") || tag.contains("</");
        if closes {
            depth = depth.saturating_sub(1);
        }
        // Depth 0 is the outer element; what begins at depth 1 is a child of it.
        match depth {
            0 => {
                flush(&mut groups, &mut out);
                out.push(tag);
            }
            1 if !closes => groups.push(vec![tag]),
            _ => match groups.last_mut() {
                Some(group) => group.push(tag),
                None => out.push(tag),
            },
        }
        // The stream itself is opened and stays open: it is no parent here.
        let stream = out
            .last()
            .is_some_and(|last| last.starts_with("<stream:stream "));
        if !(stays || (stream && depth == 0)) {
            depth += 1;
        }
    }
    flush(&mut groups, &mut out);
    out
}

fn flush(groups: &mut Vec<Vec<String>>, out: &mut Vec<String>) {
    for group in groups.iter_mut().filter(|group| group.len() > 3) {
        let last = group.len() - 1;
        if let Some(inner) = group.get_mut(1..last) {
            inner.sort();
        }
    }
    groups.sort();
    out.extend(groups.drain(..).flatten());
}

/// The tag with its attributes in order.
fn attributes(tag: &str) -> String {
    let Some((inside, rest)) = tag.split_once('>').filter(|_| !tag.starts_with("<?")) else {
        return tag.to_owned();
    };
    let (inside, end) = match inside.strip_suffix('/') {
        Some(inside) => (inside, "/>"),
        None => (inside, ">"),
    };
    let Some((name, mut list)) = inside.split_once(' ') else {
        return tag.to_owned();
    };
    let mut found = Vec::new();
    while let Some((key, value)) = list.split_once('=') {
        let quote = value.get(..1).unwrap_or("'");
        let mut parts = value.splitn(3, quote).skip(1);
        let text = parts.next().unwrap_or_default();
        found.push(format!(" {}={quote}{text}{quote}", key.trim()));
        list = parts.next().unwrap_or_default();
    }
    found.sort();
    format!("{name}{}{end}{rest}", found.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_depend_on_the_server() {
        let one = "<?xml version='1.0'?><stream:stream to='b' id='a'><stream:features><b x='1' a='2'/>\
                   <m><n>B</n><n>A</n></m><a/></stream:features>";
        let other = "<?xml version='1.0'?><stream:stream id='a' to='b'><stream:features><a/>\
                     <m><n>A</n><n>B</n></m><b a='2' x='1'/></stream:features>";
        assert_eq!(lines(one), lines(other));
        assert_eq!(lines(one).len(), 10);
        assert_eq!(lines(one)[3], "<a/>");
    }

    #[test]
    fn odd_text_is_kept() {
        for text in ["", "x", "<", "<a", "<a b", "</a></a>", "<?xml a='b'?>"] {
            assert_eq!(lines(text).concat(), text);
        }
    }
}
