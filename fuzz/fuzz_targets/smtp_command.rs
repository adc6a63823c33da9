//! Command lines: nothing panics, and a path that was understood is understood again when it is
//! printed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_smtp::grammar::{Command, mail_parameters, rcpt_parameters};

fuzz_target!(|line: &[u8]| {
    match Command::parse(line) {
        Ok(Command::Mail(path, parameters)) => {
            let printed = format!("MAIL FROM:<{path}>");
            let again = Command::parse(printed.as_bytes());
            assert_eq!(again, Ok(Command::Mail(path, Vec::new())), "{printed}");
            if let Ok(read) = mail_parameters(&parameters) {
                let printable = |text: &String| text.bytes().all(|b| (b' '..=b'~').contains(&b));
                assert!(read.envid.as_ref().is_none_or(printable));
            }
        }
        Ok(Command::Rcpt(path, parameters)) => {
            let printed = format!("RCPT TO:<{path}>");
            let again = Command::parse(printed.as_bytes());
            assert_eq!(again, Ok(Command::Rcpt(path, Vec::new())), "{printed}");
            if let Ok(read) = rcpt_parameters(&parameters) {
                assert!(!read.orcpt.unwrap_or_default().contains(char::is_control));
            }
        }
        Ok(Command::Hello(_, name)) => assert!(name.bytes().all(|b| b.is_ascii_graphic())),
        Ok(_) | Err(_) => {}
    }
});
