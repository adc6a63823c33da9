//! A message as a set of tokens: words, and marks of header, links and attachments.

use std::collections::BTreeSet;

/// Tokens of a message that count.
pub const TOKENS_MAX: usize = 500;
/// Characters of a word.
const WORD_MAX: usize = 24;
const WORD_MIN: usize = 3;

/// What tokens are made of. Nothing in it changes between receiving a message and moving it.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// The subject, decoded.
    pub subject: String,
    /// The field From, decoded.
    pub from: String,
    /// The field Reply-To, decoded.
    pub reply_to: String,
    /// The program that wrote the message.
    pub mailer: String,
    /// Whether the message names a way to unsubscribe.
    pub is_list: bool,
    /// Content types and charsets of the parts.
    pub types: Vec<String>,
    /// File names.
    pub file_names: Vec<String>,
    /// URLs in the text.
    pub urls: Vec<String>,
    /// The texts.
    pub texts: Vec<String>,
}

/// The tokens, each once: the marks first, then words in their order, as far as there is room.
#[must_use]
pub fn tokens(features: &Features) -> Vec<String> {
    let mut set = Set::default();
    words(&features.subject, &mut |word| set.add(format!("s:{word}")));
    for (mark, field) in [("f", &features.from), ("r", &features.reply_to)] {
        address(mark, field, &mut set);
    }
    words(&features.mailer, &mut |word| set.add(format!("m:{word}")));
    if features.is_list {
        set.add("list".to_owned());
    }
    for content_type in &features.types {
        set.add(format!("t:{content_type}"));
    }
    for name in &features.file_names {
        if let Some((_, extension)) = name.rsplit_once('.') {
            set.add(format!("e:{}", clip(&extension.to_lowercase())));
        }
    }
    for url in &features.urls {
        host(url, &mut set);
    }
    for text in &features.texts {
        words(text, &mut |word| set.add(word));
    }
    set.list
}

/// Tokens in the order they came, each once.
#[derive(Default)]
struct Set {
    known: BTreeSet<String>,
    list: Vec<String>,
}

impl Set {
    fn add(&mut self, token: String) {
        if self.list.len() < TOKENS_MAX && self.known.insert(token.clone()) {
            self.list.push(token);
        }
    }
}

fn clip(word: &str) -> String {
    word.chars().take(WORD_MAX).collect()
}

/// Display name, address and domain.
fn address(mark: &str, field: &str, set: &mut Set) {
    let (name, rest) = field.split_once('<').unwrap_or(("", field));
    let address = rest
        .split(['>', ' ', ','])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    words(name, &mut |word| set.add(format!("{mark}n:{word}")));
    if let Some((_, domain)) = address.rsplit_once('@') {
        set.add(format!("{mark}d:{domain}"));
        set.add(format!("{mark}:{address}"));
    }
}

/// The host of a URL, and the domain above it; its first path segments tell little.
fn host(url: &str, set: &mut Set) {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority
        .rsplit('@')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let host = host.split(':').next().unwrap_or_default();
    if host.is_empty() {
        return;
    }
    if host
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        set.add("u:number".to_owned());
    }
    let labels: Vec<&str> = host.split('.').collect();
    for kept in [2, 3, labels.len()] {
        if kept <= labels.len() {
            let from = labels.len() - kept;
            let name = labels.get(from..).unwrap_or_default().join(".");
            set.add(format!("u:{name}"));
        }
    }
}

/// The words of a text in lower case: runs of letters and digits, with `'`, `-`, `$` and `.` between.
/// Scripts that put no spaces between words give pairs of characters.
fn words(text: &str, add: &mut dyn FnMut(String)) {
    let mut word = String::new();
    let mut former: Option<char> = None;
    for c in text.chars() {
        if is_dense(c) {
            finish(&mut word, add);
            if let Some(former) = former {
                add([former, c].iter().collect());
            }
            former = Some(c);
            continue;
        }
        former = None;
        if c.is_alphanumeric() || "$€£%!".contains(c) {
            word.extend(c.to_lowercase());
        } else if "'-._".contains(c) && !word.is_empty() {
            word.push(c);
        } else {
            finish(&mut word, add);
        }
        if word.len() > 400 {
            finish(&mut word, add);
        }
    }
    finish(&mut word, add);
}

fn finish(word: &mut String, add: &mut dyn FnMut(String)) {
    let whole = word.trim_end_matches(['\'', '-', '.', '_']);
    let length = whole.chars().count();
    let is_number = whole
        .chars()
        .all(|c| c.is_ascii_digit() || ".-".contains(c));
    if length > WORD_MAX {
        // Long words differ each time; that they are there may tell.
        add(format!("long:{}", length / 10));
        for part in whole
            .split(['-', '.', '_', '\''])
            .filter(|part| part.len() < whole.len())
        {
            let length = part.chars().count();
            if (WORD_MIN..=WORD_MAX).contains(&length) {
                add(part.to_owned());
            }
        }
    } else if length >= WORD_MIN && !is_number {
        add(whole.to_owned());
    }
    word.clear();
}

/// Han, Kana, Hangul and Thai.
const fn is_dense(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let features = Features {
            texts: vec![text.to_owned()],
            ..Features::default()
        };
        assert_eq!(tokens(&features), expected, "{text}");
    }

    #[test]
    fn texts_are_words() {
        check(
            "Buy NOW, buy now!! It's -50% off.",
            &["buy", "now", "now!!", "it's", "50%", "off"],
        );
        check("to be or 2026-01-01 12.5", &[]);
        check("Straße größer", &["straße", "größer"]);
        check("中文字 ab", &["中文", "文字"]);
        check(&"x".repeat(45), &["long:4"]);
        check(
            "one-two_three.four'fivesixseven",
            &["long:3", "one", "two", "three", "four", "fivesixseven"],
        );
        check(&"y".repeat(1000), &["long:40", "long:19"]);
    }

    #[test]
    fn marks_stand_apart() {
        let features = Features {
            subject: "Re: Win".into(),
            from: "\"Big Bank\" <Info@Mail.Bank.example>".into(),
            reply_to: "x@other.example".into(),
            mailer: "Mailer 3.0".into(),
            is_list: true,
            types: vec!["text/html".into()],
            file_names: vec!["Invoice.PDF.exe".into(), "none".into()],
            urls: vec![
                "https://a.b.evil.example:99/x".into(),
                "http://192.0.2.1/".into(),
            ],
            texts: vec![],
        };
        let expected = [
            "s:win",
            "fn:big",
            "fn:bank",
            "fd:mail.bank.example",
            "f:info@mail.bank.example",
            "rd:other.example",
            "r:x@other.example",
            "m:mailer",
            "list",
            "t:text/html",
            "e:exe",
            "u:evil.example",
            "u:b.evil.example",
            "u:a.b.evil.example",
            "u:number",
            "u:2.1",
            "u:0.2.1",
            "u:192.0.2.1",
        ];
        assert_eq!(tokens(&features), expected);
    }

    #[test]
    fn there_is_an_end() {
        let text: String = (0..2000).map(|n| format!("word{n} ")).collect();
        let features = Features {
            texts: vec![text],
            ..Features::default()
        };
        assert_eq!(tokens(&features).len(), TOKENS_MAX);
    }
}
