//! Any octets have an index, its offsets lie inside them and inside each other, and the index is the
//! same through the window.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use waxseal_mime::Parser;
use waxseal_ports::MessageParser;
use waxseal_ports::draft::Joined;

fuzz_target!(|octets: &[u8]| {
    let message = Bytes::copy_from_slice(octets);
    let parser = Parser::default();
    let index = parser.index(&message).expect("memory does not fail");
    assert_eq!(index.size, octets.len() as u64);
    assert!(!index.parts.is_empty());
    for part in &index.parts {
        let inner = part.inner_header_end.unwrap_or(part.content_start);
        let order = [
            part.header_start,
            part.content_start,
            inner,
            part.content_end,
            index.size,
        ];
        assert!(order.is_sorted(), "{part:?}");
        if let Some(parent) = part.parent {
            let parent = &index.parts[parent as usize];
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
    let middle = message.len() / 2;
    let joined = Joined {
        head: message.slice(..middle),
        tail: Arc::new(message.slice(middle..)),
    };
    assert_eq!(parser.index(&joined).expect("memory does not fail"), index);
});
