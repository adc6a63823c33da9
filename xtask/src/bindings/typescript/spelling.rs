//! Names and comments as JavaScript spells them.

/// `peer-ip` as `peerIp`.
pub(super) fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |out, word| out + &capital(word))
}

/// `session-info` as `SessionInfo`.
pub(super) fn pascal(name: &str) -> String {
    name.split('-').map(capital).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A documentation comment, indented by `indent` spaces; nothing where there is no text.
pub(super) fn doc(text: Option<&str>, indent: usize, out: &mut String) {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return;
    };
    let indent = " ".repeat(indent);
    if !text.contains('\n') {
        out.push_str(&format!("{indent}/** {text} */\n"));
        return;
    }
    out.push_str(&format!("{indent}/**\n"));
    for line in text.lines() {
        let line = format!("{indent} * {line}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.push_str(&format!("{indent} */\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected_camel: &str, expected_pascal: &str) {
        assert_eq!(camel(name), expected_camel);
        assert_eq!(pascal(name), expected_pascal);
    }

    #[test]
    fn names_are_spelled_as_the_engine_spells_them() {
        check("error", "error", "Error");
        check("peer-ip", "peerIp", "PeerIp");
        check("get-many", "getMany", "GetMany");
    }

    #[test]
    fn comments_of_one_line_and_of_more() {
        let mut out = String::new();
        doc(None, 2, &mut out);
        doc(Some("One."), 2, &mut out);
        doc(Some("One.\n\nTwo."), 0, &mut out);
        assert_eq!(out, "  /** One. */\n/**\n * One.\n *\n * Two.\n */\n");
    }
}
