//! Wire tokens of the catalog's extensions, built in: an installed program has no content folder.

/// `family`, `token`, `match` and `extension`, separated by tabs.
const TOKENS: &str = include_str!("tokens.tsv");

struct Row {
    family: &'static str,
    token: &'static str,
    prefix: bool,
    extension: &'static str,
}

fn rows() -> impl Iterator<Item = Row> {
    TOKENS.lines().filter_map(|line| {
        let mut cells = line.split('\t');
        Some(Row {
            family: cells.next()?,
            token: cells.next()?,
            prefix: cells.next()? == "prefix",
            extension: cells.next()?,
        })
    })
}

/// The extension that is announced by `token`, in any case.
pub(crate) fn extension(family: &str, token: &str) -> Option<&'static str> {
    let exact = rows().find(|row| row.family == family && row.token.eq_ignore_ascii_case(token));
    let begins = |row: &Row| {
        let start = token.get(..row.token.len());
        row.prefix && start.is_some_and(|start| start.eq_ignore_ascii_case(row.token))
    };
    let found = exact.or_else(|| rows().find(|row| row.family == family && begins(row)));
    found.map(|row| row.extension)
}

/// All extensions of a family that have a token, in order of their names.
pub(crate) fn announced_extensions(family: &str) -> impl Iterator<Item = &'static str> {
    rows()
        .filter(move |row| row.family == family)
        .map(|row| row.extension)
}

/// The extension's name as the table spells it, for names that come from elsewhere.
pub(crate) fn known(extension: &str) -> Option<&'static str> {
    rows()
        .map(|row| row.extension)
        .find(|known| *known == extension)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect_file;
    use std::path::Path;

    /// Makes the table from the content. After a change of `content/extensions` run the test with
    /// `UPDATE_EXPECT=1`.
    #[test]
    fn the_table_is_the_contents() {
        let root = Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../content/extensions"
        ));
        let mut lines = Vec::new();
        for family in root.read_dir().unwrap() {
            for page in family.unwrap().path().read_dir().unwrap() {
                let text = std::fs::read_to_string(page.unwrap().path()).unwrap();
                let front: toml::Table = text.split("+++\n").nth(1).unwrap().parse().unwrap();
                let word = |name: &str| front[name].as_str().unwrap().to_owned();
                let (family, slug) = (word("protocol"), word("slug"));
                if family == "jmap" {
                    continue;
                }
                let tokens = front.get("tokens").and_then(toml::Value::as_array);
                for token in tokens.into_iter().flatten() {
                    let text = token["text"].as_str().unwrap();
                    let how = token["match"].as_str().unwrap();
                    lines.push(format!("{family}\t{text}\t{how}\t{family}/{slug}\n"));
                }
            }
        }
        lines.sort_by_key(|line| line.split('\t').nth(3).map(str::to_owned));
        expect_file!["./tokens.tsv"].assert_eq(&lines.concat());
    }

    #[test]
    fn tokens_are_found_in_any_case_and_by_their_start() {
        assert_eq!(extension("imap", "condstore"), Some("imap/condstore"));
        assert_eq!(extension("imap", "AUTH=PLAIN"), Some("imap/auth"));
        assert_eq!(extension("smtp", "SIZE"), Some("smtp/size"));
        assert_eq!(extension("smtp", "CONDSTORE"), None);
        assert_eq!(extension("imap", "ü"), None);
    }
}
