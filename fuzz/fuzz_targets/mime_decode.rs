//! Every part of any message can be decoded, within the limit asked for, and read as text; a smaller
//! limit answers the beginning of what a larger one does.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use waxseal_mime::Parser;
use waxseal_ports::MessageParser;

fuzz_target!(|octets: &[u8]| {
    let message = Bytes::copy_from_slice(octets);
    let parser = Parser::default();
    let index = parser.index(&message).expect("memory does not fail");
    for part in index.parts.iter().take(50) {
        let all = parser
            .decode(&message, part, 1 << 20)
            .expect("memory does not fail");
        let few = parser
            .decode(&message, part, 10)
            .expect("memory does not fail");
        assert!(few.len() <= 10 && all.starts_with(&few));
        parser.to_utf8(part, &all);
    }
});
