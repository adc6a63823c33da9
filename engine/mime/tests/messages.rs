//! What the parser makes of the project's hard messages, held against the values beside them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use expect_test::expect_file;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waxseal_mail::{MessageIndex, Part};
use waxseal_mime::Parser;
use waxseal_ports::MessageParser;
use waxseal_ports::draft::Joined;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/messages")
}

/// Every message of the corpus, by name.
fn corpus() -> Vec<(PathBuf, Bytes)> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths
        .filter(|p| p.extension().is_some_and(|e| e == "eml"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 40, "{} messages", paths.len());
    let read = |path: PathBuf| {
        let octets = std::fs::read(&path).unwrap();
        (path, Bytes::from(octets))
    };
    paths.into_iter().map(read).collect()
}

fn show(message: &Bytes) -> String {
    let index = Parser::default().index(message).unwrap();
    let mut out = String::new();
    writeln!(
        out,
        "size {} header {} lines {}",
        index.size, index.header_octets, index.body_lines
    )
    .unwrap();
    writeln!(
        out,
        "date {:?}\nsubject {:?}",
        index.date_unix_secs, index.subject
    )
    .unwrap();
    writeln!(
        out,
        "from {:?}\nmessage-id {:?}",
        index.from, index.message_id
    )
    .unwrap();
    for (name, octets) in [
        ("envelope", &index.envelope),
        ("bodystructure", &index.bodystructure),
        ("body", &index.body),
    ] {
        let shown = octets.escape_ascii().to_string().replace("\\\"", "\"");
        writeln!(out, "{name} {shown}").unwrap();
    }
    for part in &index.parts {
        show_part(message, part, &mut out);
    }
    if index.truncated {
        out.push_str("truncated\n");
    }
    out
}

fn show_part(message: &Bytes, part: &Part, out: &mut String) {
    let section: Vec<_> = part.section.iter().map(u32::to_string).collect();
    let Part {
        media_type,
        media_subtype,
        charset,
        disposition,
        file_name,
        ..
    } = part;
    writeln!(
        out,
        "part [{}] in {:?} {media_type}/{media_subtype} {charset:?} {:?} {disposition:?} {file_name:?} \
         {}..{}..{} inner {:?}",
        section.join("."),
        part.parent,
        part.encoding,
        part.header_start,
        part.content_start,
        part.content_end,
        part.inner_header_end,
    )
    .unwrap();
    if media_type == "text" {
        let decoded = Parser::default().decode(message, part, 200).unwrap();
        let text = Parser::default().to_utf8(part, &decoded);
        writeln!(out, "  {text:?}").unwrap();
    }
}

#[test]
fn every_message_reads_as_expected() {
    for (path, message) in corpus() {
        let expected = path.with_extension("expected");
        expect_file![expected].assert_eq(&show(&message));
    }
}

/// A message read through the window, however it is laid out, has the same index; and every prefix
/// of it has one at all, with offsets inside it.
#[test]
fn windows_and_prefixes() {
    let parser = Parser::default();
    for (path, message) in corpus() {
        let whole = parser.index(&message).unwrap();
        let middle = message.len() / 2;
        let joined = Joined {
            head: message.slice(..middle),
            tail: Arc::new(message.slice(middle..)),
        };
        assert_eq!(parser.index(&joined).unwrap(), whole, "{}", path.display());
        for end in 0..message.len().min(3_000) {
            check_offsets(&parser.index(&message.slice(..end)).unwrap());
        }
    }
}

fn check_offsets(index: &MessageIndex) {
    assert_eq!(
        (index.parts[0].header_start, index.parts[0].content_end),
        (0, index.size)
    );
    for part in &index.parts {
        let inner = part.inner_header_end.unwrap_or(part.content_start);
        let order = [
            part.header_start,
            part.content_start,
            inner,
            part.content_end,
            index.size,
        ];
        assert!(order.is_sorted(), "{part:?} of {}", index.size);
        if let Some(parent) = part.parent {
            let parent = &index.parts[usize::try_from(parent).unwrap()];
            assert!(
                parent.content_start <= part.header_start,
                "{parent:?} {part:?}"
            );
            assert!(
                parent.content_end >= part.content_end,
                "{parent:?} {part:?}"
            );
        }
    }
}
