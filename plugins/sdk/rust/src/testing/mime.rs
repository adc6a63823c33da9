//! A small parser of MIME messages, for tests: well-formed messages give what the server would give.

use crate::bindings::waxseal::plugin::types::Header;
use crate::mime::Part;

/// The fields of a header section.
pub(super) fn fields(head: &[u8]) -> Vec<Header> {
    let mut fields: Vec<Header> = Vec::new();
    for line in head.split_inclusive(|octet| *octet == b'\n') {
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
        match (bare.first(), fields.last_mut()) {
            (None, _) => break,
            (Some(b' ' | b'\t'), Some(field)) => {
                field.value.extend_from_slice(b"\r\n");
                field.value.extend_from_slice(bare);
            }
            _ => {
                let Some(colon) = bare.iter().position(|octet| *octet == b':') else {
                    continue;
                };
                let (name, value) = bare.split_at(colon);
                fields.push(Header {
                    name: String::from_utf8_lossy(name).trim().to_owned(),
                    value: value.get(1..).unwrap_or_default().to_vec(),
                });
            }
        }
    }
    fields
}

/// The parts of a message, and the octets of each.
pub(super) struct Tree {
    pub(super) parts: Vec<Part>,
    contents: Vec<Vec<u8>>,
}

impl Tree {
    pub(super) fn of(message: &[u8]) -> Self {
        let mut tree = Self {
            parts: Vec::new(),
            contents: Vec::new(),
        };
        tree.add(message, None, 0);
        tree
    }

    fn add(&mut self, entity: &[u8], parent: Option<u32>, depth: u32) {
        let (head, body) = split(entity);
        let fields = fields(head);
        let value = |name: &str| {
            let mut all = fields.iter();
            let field = all.find(|field| field.name.eq_ignore_ascii_case(name));
            field.map(|field| String::from_utf8_lossy(&field.value).replace("\r\n", ""))
        };
        let content_type = value("Content-Type").unwrap_or_else(|| "text/plain".into());
        let disposition = value("Content-Disposition").unwrap_or_default();
        let encoding = value("Content-Transfer-Encoding").unwrap_or_default();
        let file_name = parameter(&disposition, "filename");
        let index = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        let media_type = first(&content_type);
        self.parts.push(Part {
            index,
            parent,
            content_type: media_type.clone(),
            charset: parameter(&content_type, "charset")
                .unwrap_or_default()
                .to_lowercase(),
            disposition: first(&disposition),
            filename: file_name
                .or_else(|| parameter(&content_type, "name"))
                .unwrap_or_default(),
            encoded_size: u32::try_from(body.len()).unwrap_or(u32::MAX),
        });
        self.contents.push(decode(body, encoding.trim()));
        if depth > 20 {
            return;
        }
        if media_type == "message/rfc822" {
            self.add(body, Some(index), depth + 1);
        } else if media_type.starts_with("multipart/")
            && let Some(boundary) = parameter(&content_type, "boundary")
        {
            for inner in entities(body, &boundary) {
                self.add(inner, Some(index), depth + 1);
            }
        }
    }

    pub(super) fn decoded(&self, index: u32) -> Vec<u8> {
        self.contents
            .get(index as usize)
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn text(&self, index: u32, max: usize) -> Option<String> {
        let part = self.parts.get(index as usize)?;
        let is_text = part.content_type.starts_with("text/");
        let octets = self.decoded(index);
        let mut text = match part.charset.as_str() {
            "iso-8859-1" => octets.iter().copied().map(char::from).collect(),
            _ => String::from_utf8_lossy(&octets).into_owned(),
        };
        let end = (0..=max.min(text.len()))
            .rev()
            .find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        is_text.then_some(text)
    }
}

/// Header section and body.
fn split(entity: &[u8]) -> (&[u8], &[u8]) {
    if let Some(body) = entity.strip_prefix(b"\r\n") {
        return (&[], body);
    }
    let end = entity.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.map_or(entity.len(), |end| end + 4);
    entity.split_at_checked(end).unwrap_or((entity, &[]))
}

/// The entities between the lines of a boundary, without the CRLF before each line.
fn entities<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let line = format!("--{boundary}").into_bytes();
    let mut found = Vec::new();
    let (mut start, mut at) = (None, 0);
    for text in body.split_inclusive(|octet| *octet == b'\n') {
        if text.starts_with(&line) {
            if let Some(start) = start {
                let entity: &[u8] = body.get(start..at).unwrap_or_default();
                found.push(entity.strip_suffix(b"\r\n").unwrap_or(entity));
            }
            let rest = text.get(line.len()..).unwrap_or_default();
            if rest.starts_with(b"--") {
                return found;
            }
            start = Some(at + text.len());
        }
        at += text.len();
    }
    if let Some(start) = start {
        found.push(body.get(start..).unwrap_or_default());
    }
    found
}

/// What stands before the parameters, in lower case.
fn first(value: &str) -> String {
    let first = value.split(';').next().unwrap_or_default();
    first.trim().to_ascii_lowercase()
}

fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let is_it = key.trim().eq_ignore_ascii_case(name);
        is_it.then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn decode(body: &[u8], encoding: &str) -> Vec<u8> {
    match encoding.to_ascii_lowercase().as_str() {
        "base64" => base64(body),
        "quoted-printable" => quoted_printable(body),
        _ => body.to_vec(),
    }
}

fn base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for octet in text {
        let six = match octet {
            b'A'..=b'Z' => octet - b'A',
            b'a'..=b'z' => octet - b'a' + 26,
            b'0'..=b'9' => octet - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.extend(u8::try_from((bits >> held) & 0xff));
        }
    }
    out
}

fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((octet, after)) = rest.split_first() {
        rest = after;
        if *octet != b'=' {
            out.push(*octet);
        } else if let Some(after) = rest.strip_prefix(b"\r\n") {
            rest = after;
        } else if let Some((code, after)) = rest.split_at_checked(2) {
            let code = std::str::from_utf8(code).ok();
            match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
                Some(decoded) => {
                    out.push(decoded);
                    rest = after;
                }
                None => out.push(b'='),
            }
        }
    }
    out
}

/// The URLs in the text parts: each runs to the next octet that ends one.
pub(super) fn urls(tree: &Tree, max: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in &tree.parts {
        let text = tree.text(part.index, usize::MAX).unwrap_or_default();
        for (start, _) in text.match_indices("http") {
            let rest = text.get(start..).unwrap_or_default();
            if !rest.starts_with("http://") && !rest.starts_with("https://") {
                continue;
            }
            let ends = |c: char| c.is_whitespace() || "\"'<>)".contains(c);
            let url = rest.split(ends).next().unwrap_or_default();
            let url = url.trim_end_matches(['.', ',']).to_owned();
            if !found.contains(&url) && found.len() < max {
                found.push(url);
            }
        }
    }
    found
}
