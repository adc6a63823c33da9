//! Prints ENVELOPE and BODYSTRUCTURE of the message files named on the command line, to hold them
//! beside what another server answers.

use bytes::Bytes;
use std::io::Write;
use waxseal_mime::Parser;
use waxseal_ports::MessageParser;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let message = Bytes::from(std::fs::read(&path)?);
        let index = Parser::default().index(&message)?;
        for octets in [&index.envelope, &index.bodystructure] {
            writeln!(out, "{path}\t{}", octets.escape_ascii())?;
        }
    }
    Ok(())
}
