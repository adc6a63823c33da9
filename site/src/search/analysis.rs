//! How text becomes terms, the same for documents and queries.

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, SimpleTokenizer, Stemmer, TextAnalyzer,
    WhitespaceTokenizer,
};

/// Words, lower case, accents folded.
pub(super) const PLAIN: &str = "plain";
/// As [`PLAIN`], reduced to English stems.
pub(super) const STEM: &str = "stem";
/// Wire tokens: split at spaces only, so that `LITERAL+` keeps its sign.
pub(super) const WIRE: &str = "wire";

/// The analyzers by name.
#[derive(Clone)]
pub(super) struct Analysis {
    plain: TextAnalyzer,
    stem: TextAnalyzer,
    wire: TextAnalyzer,
    folding: bool,
}

impl Analysis {
    /// Analyzers that fold spellings, or that take them as they are.
    pub(super) fn new(folding: bool) -> Self {
        let words = || TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser);
        let english = Stemmer::new(Language::English);
        let wire = TextAnalyzer::builder(WhitespaceTokenizer::default()).filter(LowerCaser);
        let (plain, stem) = if folding {
            let folded = || words().filter(AsciiFoldingFilter);
            (folded().build(), folded().filter(english).build())
        } else {
            (words().build(), words().filter(english).build())
        };
        Self {
            plain,
            stem,
            wire: wire.build(),
            folding,
        }
    }

    /// Analyzers with the names used in the schema.
    pub(super) fn named(&self) -> [(&'static str, TextAnalyzer); 3] {
        [
            (PLAIN, self.plain.clone()),
            (STEM, self.stem.clone()),
            (WIRE, self.wire.clone()),
        ]
    }

    pub(super) fn plain(&self, text: &str) -> Vec<String> {
        terms(&self.plain, text)
    }

    pub(super) fn stem(&self, text: &str) -> Vec<String> {
        terms(&self.stem, text)
    }

    pub(super) fn wire(&self, text: &str) -> Vec<String> {
        terms(&self.wire, text)
    }

    /// Plain words joined by single spaces: equality of whole titles.
    pub(super) fn whole(&self, text: &str) -> String {
        self.plain(text).join(" ")
    }

    /// Plain words joined by nothing: `smtp-utf8` meets `smtputf8`.
    pub(super) fn joined(&self, text: &str) -> String {
        if !self.folding {
            return text.to_lowercase();
        }
        self.plain(text).concat()
    }
}

fn terms(analyzer: &TextAnalyzer, text: &str) -> Vec<String> {
    let mut analyzer = analyzer.clone();
    let mut stream = analyzer.token_stream(text);
    let mut found = Vec::new();
    while stream.advance() {
        found.push(stream.token().text.clone());
    }
    found
}

/// `RFC 2177`, `rfc-2177` and `rfc2177` as one term; the same for `XEP-0313`.
pub(super) fn spec(text: &str) -> Option<String> {
    let lower: String = text
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .collect::<String>()
        .to_lowercase();
    let digits = lower
        .strip_prefix("rfc")
        .or_else(|| lower.strip_prefix("xep"))?;
    let good = !digits.is_empty() && digits.len() <= 5;
    (good && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| {
        let number = digits.trim_start_matches('0');
        format!("{}{number}", &lower[..3])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_meet_in_every_spelling() {
        for spelling in ["RFC 2177", "rfc-2177", "rfc2177", "RFC02177"] {
            assert_eq!(spec(spelling).as_deref(), Some("rfc2177"));
        }
        assert_eq!(spec("rfc"), None);
        assert_eq!(spec("rfc21x"), None);
    }

    #[test]
    fn wire_tokens_keep_their_signs() {
        let analysis = Analysis::new(true);
        assert_eq!(
            analysis.wire("LITERAL+ AUTH=PLAIN"),
            ["literal+", "auth=plain"]
        );
        assert_eq!(analysis.plain("Café UTF-8"), ["cafe", "utf", "8"]);
        assert_eq!(analysis.joined("SMTP-UTF8"), "smtputf8");
    }
}
