//! From pasted lines to the words a server announces.

use std::collections::BTreeSet;

/// Longest text looked at, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Most words kept of one paste.
const WORDS_MAX: usize = 500;
/// Longest word kept, in characters.
const WORD_CHARS_MAX: usize = 120;

/// One announced word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// Protocol id of the list it stands in: `sieve` and `sasl` for lists inside other answers.
    pub protocol: &'static str,
    /// The word, with a parameter where the protocol has one.
    pub text: String,
}

/// What a paste announces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    /// The words, each once, in the order they came.
    pub words: Vec<Word>,
    /// Lines in which the server names itself.
    pub names: Vec<String>,
    /// Whether the answer is one of LMTP, which else looks like SMTP.
    pub lmtp: bool,
}

impl Announced {
    /// The protocol most words belong to; lists inside other answers only count when alone.
    pub fn protocol(&self) -> Option<&'static str> {
        let mut best: Option<(bool, usize, &'static str)> = None;
        let protocols: BTreeSet<&'static str> =
            self.words.iter().map(|word| word.protocol).collect();
        for protocol in protocols {
            let count = self.words.iter().filter(|word| word.protocol == protocol);
            let found = (
                !matches!(protocol, "sasl" | "sieve"),
                count.count(),
                protocol,
            );
            if best.is_none_or(|best| (found.0, found.1) > (best.0, best.1)) {
                best = Some(found);
            }
        }
        best.map(|(_, _, protocol)| protocol)
    }

    fn add(&mut self, protocol: &'static str, text: &str) {
        let text =
            text.trim_matches(|letter: char| letter.is_whitespace() || "\"',;".contains(letter));
        let good = !text.is_empty()
            && text.chars().count() <= WORD_CHARS_MAX
            && text.chars().any(char::is_alphanumeric)
            && !text.chars().any(char::is_control);
        let word = Word {
            protocol,
            text: text.to_owned(),
        };
        let again = |known: &Word| {
            known.protocol == protocol && known.text.eq_ignore_ascii_case(&word.text)
        };
        if good && self.words.len() < WORDS_MAX && !self.words.iter().any(again) {
            self.words.push(word);
        }
    }

    fn name(&mut self, line: &str) {
        let line: String = line
            .chars()
            .filter(|letter| !letter.is_control())
            .take(200)
            .collect();
        if !line.trim().is_empty() && self.names.len() < 8 {
            self.names.push(line.trim().to_owned());
        }
    }
}

/// Reads a paste. Any text is read; what is no announcement is passed over.
pub fn read(text: &str) -> Announced {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    let mut reader = Reader::default();
    for line in text.lines() {
        reader.line(undecorated(line));
    }
    markup(text, &mut reader.found);
    if reader.found.words.is_empty() {
        bare(text, &mut reader.found);
    }
    reader.found
}

/// A line without what tools and people put before it; empty for what the client said.
fn undecorated(line: &str) -> &str {
    let line = line.trim();
    for client in ["C:", "c:", "-> ", "~> ", "=> ", ">>> ", "> "] {
        if line.starts_with(client) && !line.starts_with("->>") {
            return "";
        }
    }
    for server in ["S:", "s:", "<- ", "<~ ", "<= ", "<<< ", "< ", "[SERVER]"] {
        if let Some(rest) = line.strip_prefix(server) {
            return rest.trim();
        }
    }
    line
}

#[derive(Default)]
struct Reader {
    found: Announced,
    /// The first line of an EHLO answer has been seen, which is the host's name.
    in_ehlo: bool,
    /// Inside a CAPA list.
    in_capa: bool,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if line.is_empty() {
            return;
        }
        let upper = line.to_ascii_uppercase();
        if upper.starts_with("LHLO ") {
            self.found.lmtp = true;
        } else if let Some(list) = capability(line, &upper) {
            self.imap(list, line);
        } else if let Some((code, last, rest)) = reply(line) {
            self.smtp(code, last, rest);
        } else if upper.starts_with("+OK") || upper.starts_with("-ERR") || line == "." {
            self.pop3_status(line, &upper);
        } else if line.starts_with('"') {
            self.managesieve(line);
        } else if let Some(rest) = header(line, "dav") {
            for word in rest.split(',') {
                self.found.add("webdav", word);
            }
        } else if let Some(rest) = header(line, "allow") {
            for word in rest.split(',').filter(|word| is_dav_method(word.trim())) {
                self.found.add("webdav", word);
            }
        } else if let Some(rest) = header(line, "supportedsaslmechanisms") {
            self.found.add("sasl", rest);
        } else if is_root_dse(&upper) {
            let value = line.split_once(':').map_or("", |(_, value)| value);
            self.found.add("ldap", value);
        } else if self.in_capa {
            self.pop3(line);
        } else if upper.starts_with("* ID ")
            || upper.starts_with("* OK")
            || upper.starts_with("* PREAUTH")
        {
            self.found.name(line);
        }
    }

    fn imap(&mut self, list: &str, line: &str) {
        for word in list.split_whitespace() {
            self.found.add("imap", word);
        }
        if let Some((_, greeting)) = line.split_once(']') {
            self.found.name(greeting);
        }
    }

    /// The second line of a 250 answer and those after it name extensions.
    fn smtp(&mut self, code: &str, last: bool, rest: &str) {
        if code != "250" {
            self.in_ehlo = false;
            if code == "220" {
                self.found.lmtp |= rest.to_ascii_uppercase().contains("LMTP");
                self.found.name(rest);
            }
            return;
        }
        let first = rest.split_whitespace().next().unwrap_or_default();
        if self.in_ehlo || is_keyword(first) {
            let sentence = last && !self.in_ehlo && rest.split_whitespace().count() > 3;
            if !sentence {
                self.extension(first, rest);
            }
        }
        self.in_ehlo = !last;
    }

    fn extension(&mut self, first: &str, rest: &str) {
        let (name, glued) = first.split_once('=').unwrap_or((first, ""));
        if name.eq_ignore_ascii_case("AUTH") {
            self.found.add("smtp", "AUTH");
            let mechanisms = rest.split_whitespace().skip(1);
            for mechanism in mechanisms.chain([glued]) {
                self.found.add("sasl", mechanism);
            }
        } else {
            self.found.add("smtp", rest);
        }
    }

    fn pop3_status(&mut self, line: &str, upper: &str) {
        let list = upper.contains("CAPA") || upper.contains("LIST FOLLOWS");
        self.in_capa = upper.starts_with("+OK") && (list || upper == "+OK");
        if upper.starts_with("+OK ") && !list {
            self.found.name(line.get(4..).unwrap_or_default());
            if line.contains('<') && line.contains('@') && line.ends_with('>') {
                self.found.add("pop3", "APOP");
            }
        }
    }

    fn pop3(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        if !is_keyword(first) {
            return;
        }
        if first.eq_ignore_ascii_case("SASL") {
            words.for_each(|mechanism| self.found.add("sasl", mechanism));
            self.found.add("pop3", "SASL");
        } else if first.eq_ignore_ascii_case("IMPLEMENTATION") {
            self.found.name(line.get(14..).unwrap_or_default());
            self.found.add("pop3", "IMPLEMENTATION");
        } else {
            self.found.add("pop3", line);
        }
    }

    fn managesieve(&mut self, line: &str) {
        let parts: Vec<&str> = line.split('"').collect();
        let name = parts
            .get(1)
            .copied()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let value = parts.get(3).copied().unwrap_or_default();
        let list = match name.as_str() {
            "SIEVE" => "sieve",
            "SASL" => "sasl",
            "IMPLEMENTATION" => {
                self.found.name(value);
                "managesieve"
            }
            _ => "managesieve",
        };
        if list != "managesieve" {
            for word in value.split_whitespace() {
                self.found.add(list, word);
            }
        }
        if is_keyword(&name) {
            self.found.add("managesieve", &name);
        }
    }
}

/// The list of an IMAP capability answer, also inside brackets.
fn capability<'a>(line: &'a str, upper: &str) -> Option<&'a str> {
    let at = upper.find("CAPABILITY ")?;
    let before = upper[..at].trim_end();
    let opens = before.ends_with('[') || before.ends_with('*') || before.is_empty();
    let list = line.get(at + "CAPABILITY ".len()..)?;
    opens.then(|| list.split(']').next().unwrap_or(list))
}

/// `250-SIZE 1000` as code, whether it is the last line, and the rest.
fn reply(line: &str) -> Option<(&str, bool, &str)> {
    let code = line.get(..3)?;
    let digits = code.bytes().all(|byte| byte.is_ascii_digit());
    let mark = line.as_bytes().get(3).copied().unwrap_or(b' ');
    let good = digits && matches!(code.as_bytes().first(), Some(b'2'..=b'5'));
    let rest = line.get(4..).unwrap_or_default().trim();
    (good && matches!(mark, b' ' | b'-')).then_some((code, mark == b' ', rest))
}

/// The value of a header or attribute with this name.
fn header<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (found, value) = line.split_once(':')?;
    found
        .trim()
        .eq_ignore_ascii_case(name)
        .then_some(value.trim())
}

fn is_root_dse(upper: &str) -> bool {
    [
        "SUPPORTEDEXTENSION:",
        "SUPPORTEDCONTROL:",
        "SUPPORTEDFEATURES:",
    ]
    .iter()
    .any(|name| upper.starts_with(name))
}

fn is_dav_method(word: &str) -> bool {
    [
        "PROPFIND",
        "PROPPATCH",
        "MKCOL",
        "MKCALENDAR",
        "REPORT",
        "LOCK",
        "ACL",
    ]
    .contains(&word)
}

/// Upper-case letters, digits and a few signs: what keywords of these protocols are made of.
fn is_keyword(word: &str) -> bool {
    let good = |letter: char| letter.is_ascii_alphanumeric() || "-_=+.*".contains(letter);
    word.chars().all(good)
        && word
            .chars()
            .any(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
        && !word.chars().any(|letter| letter.is_ascii_lowercase())
        && !word.contains('.')
}

/// XMPP features: mechanisms, and what is named by a namespace.
fn markup(text: &str, found: &mut Announced) {
    if !text.contains("<stream:features")
        && !text.contains("disco#info")
        && !text.contains("<mechanisms")
    {
        return;
    }
    for rest in text.split("<mechanism>").skip(1) {
        found.add("sasl", rest.split('<').next().unwrap_or_default());
    }
    for quote in ['\'', '"'] {
        for start in [format!("xmlns={quote}"), format!("var={quote}")] {
            for rest in text.split(&start).skip(1) {
                found.add("xmpp", rest.split(quote).next().unwrap_or_default());
            }
        }
    }
}

/// Words without any of the lines above: a list copied by itself.
fn bare(text: &str, found: &mut Announced) {
    let words = || text.split_whitespace().take(WORDS_MAX);
    let says =
        |wanted: &[&str]| words().any(|word| wanted.iter().any(|w| word.eq_ignore_ascii_case(w)));
    let protocol = match () {
        () if says(&[
            "IMAP4rev1",
            "IMAP4rev2",
            "UIDPLUS",
            "IDLE",
            "LITERAL+",
            "NAMESPACE",
        ]) =>
        {
            "imap"
        }
        () if says(&[
            "8BITMIME",
            "ENHANCEDSTATUSCODES",
            "CHUNKING",
            "SMTPUTF8",
            "DSN",
        ]) =>
        {
            "smtp"
        }
        () if says(&["UIDL", "STLS", "RESP-CODES"]) => "pop3",
        () if says(&["fileinto", "envelope", "vacation"]) => "sieve",
        () => return,
    };
    if protocol == "smtp" || protocol == "pop3" {
        for line in text.lines().map(str::trim) {
            let first = line.split_whitespace().next().unwrap_or_default();
            if !is_keyword(first) {
                continue;
            }
            let mut reader = Reader {
                found: std::mem::take(found),
                ..Reader::default()
            };
            if protocol == "pop3" {
                reader.pop3(line);
            } else {
                reader.extension(first, line);
            }
            *found = reader.found;
        }
        return;
    }
    for word in words() {
        if protocol == "sieve"
            || is_keyword(word)
            || word.to_ascii_uppercase().starts_with("IMAP4REV")
        {
            found.add(protocol, word);
        }
    }
}
