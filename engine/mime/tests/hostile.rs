//! Messages made to hurt: each is read in linear time, within the limits, and says where it stopped.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use std::time::{Duration, Instant};
use waxseal_mail::MessageIndex;
use waxseal_mime::{Limits, Parser};
use waxseal_ports::MessageParser;

/// 200 ms in an optimised build on an idle machine; tests are neither.
const TIME_MAX: Duration = Duration::from_secs(2);

#[track_caller]
fn read(message: impl Into<Bytes>) -> MessageIndex {
    let message = message.into();
    #[expect(clippy::disallowed_methods, reason = "the test is about real time")]
    let started = Instant::now();
    let index = Parser::default().index(&message).unwrap();
    let took = started.elapsed();
    assert!(took < TIME_MAX, "{took:?} for {} octets", message.len());
    index
}

#[test]
fn fifty_thousand_parts() {
    let part = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n";
    let head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    let index = read(format!("{head}{}--b--\r\n", part.repeat(50_000)));
    assert!(index.truncated);
    assert_eq!(index.parts.len(), Limits::default().parts_max);
    assert_eq!(
        index.parts[0].content_end, index.size,
        "the rest is content of the multipart"
    );
}

#[test]
fn ten_thousand_levels() {
    let mut message = String::new();
    for level in 0..10_000 {
        message +=
            &format!("Content-Type: multipart/mixed; boundary=b{level}z\r\n\r\n--b{level}z\r\n");
    }
    let index = read(message + "\r\nin the deep\r\n");
    assert!(index.truncated);
    assert_eq!(index.parts.len(), Limits::default().depth_max);
    let index = read("Content-Type: message/rfc822\r\n\r\n".repeat(10_000));
    assert!(index.truncated);
    assert_eq!(index.parts.len(), Limits::default().depth_max);
}

/// A hundred boundaries that begin alike, and lines that begin like all of them.
#[test]
fn boundaries_inside_each_other() {
    let mut message = String::new();
    let mut boundary = "x".repeat(900);
    for _ in 0..99 {
        boundary.push('y');
        message += &format!(
            "Content-Type: multipart/mixed;\r\n boundary={boundary}\r\n\r\n--{boundary}\r\n"
        );
    }
    message += "\r\n";
    let near = format!("--{}\r\n", "x".repeat(900));
    message += &near.repeat(5_000);
    let index = read(message);
    assert_eq!(index.parts.len(), 100);
}

#[test]
fn fifty_thousand_pieces_of_a_parameter() {
    let mut message = "Content-Type: text/plain".to_owned();
    for piece in (0..50_000).rev() {
        message += &format!(";\r\n name*{piece}*=utf-8''x");
    }
    let index = read(message + "\r\n\r\n");
    assert!(index.truncated);
    assert_eq!(index.parts[0].media_type, "text");
}

#[test]
fn deep_comments_and_long_lists() {
    let deep = "(".repeat(200_000);
    let index = read(format!(
        "From: {deep}\r\nContent-Type: text/html {deep}\r\n\r\n"
    ));
    assert_eq!(index.parts[0].media_subtype, "html");
    let many = "a@b.test,\r\n ".repeat(100_000);
    let index = read(format!("To: {many}\r\nSubject: after\r\n\r\n"));
    assert!(index.truncated);
    assert!(index.envelope.len() < 64 * Limits::default().addresses_max);
    let quotes = format!("From: {}\r\n\r\n", "\"\\\"".repeat(200_000));
    assert!(!read(quotes).envelope.is_empty());
}

/// Header sections of 50 MB: one field, many fields, many that are kept.
#[test]
fn huge_header_sections() {
    let index = read(format!(
        "X-Long: {}\r\nSubject: end\r\n\r\n",
        "x".repeat(50_000_000)
    ));
    assert_eq!((index.subject.as_str(), index.truncated), ("end", false));
    let index = read(format!(
        "{}Subject: end\r\n\r\n",
        "X-Y: z\r\n".repeat(2_000_000)
    ));
    assert_eq!((index.subject.as_str(), index.truncated), ("end", false));
    let index = read(format!("{}\r\n", "Subject: kept\r\n".repeat(500_000)));
    assert!(index.truncated && index.envelope.len() < 2_000_000);
    let index = read(format!(
        "Subject: {}\r\n\r\n",
        "=?utf-8?q?x".repeat(1_000_000)
    ));
    assert!(index.truncated && index.subject.len() <= Limits::default().header_octets_max);
}
