//! Comma-separated values as RFC 4180 writes them.

/// One line; fields with a comma, a quote or a line break are quoted.
pub fn line(fields: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let quoted = |field: &str| {
        if field.contains(['"', ',', '\n', '\r']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.to_owned()
        }
    };
    let fields = fields.into_iter().map(|field| quoted(field.as_ref()));
    let line: Vec<String> = fields.collect();
    line.join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_commas_and_quotes_are_quoted() {
        assert_eq!(line(["a", "b,c", "d\"e"]), "a,\"b,c\",\"d\"\"e\"\r\n");
    }
}
