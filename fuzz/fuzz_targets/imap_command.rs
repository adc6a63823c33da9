//! Any octets as one command: never a panic, and what APPEND would see of them neither.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_imap::Limits;
use waxseal_imap::grammar::append::{announced_literal, append_mailbox, append_message};
use waxseal_imap::grammar::command::{command, tag};
use waxseal_imap::grammar::cursor::Cursor;
use waxseal_imap::grammar::modified_utf7;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let mut cursor = Cursor::new(data, &limits);
    if tag(&mut cursor).is_ok() {
        let mut append = cursor.clone();
        let _parsed = command(&mut cursor);
        if append.eat_word("APPEND ") && append_mailbox(&mut append).is_ok() {
            let _parsed = append_message(&mut append);
        }
    }
    let _announced = announced_literal(data);
    if let Some(name) = modified_utf7::decode(data) {
        let wire = modified_utf7::encode(&name);
        assert_eq!(modified_utf7::decode(wire.as_bytes()), Some(name));
    }
});
