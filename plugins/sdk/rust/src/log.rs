//! Lines in the server's log; plugin and session are named by the server.

pub use crate::bindings::waxseal::plugin::log::Level;
use crate::host::log;

/// Writes a line with fields.
pub fn write(level: Level, message: &str, fields: &[(&str, &str)]) {
    let owned = fields
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    log::write(level, message, &owned.collect::<Vec<_>>());
}

/// For authors.
pub fn debug(message: &str) {
    write(Level::Debug, message, &[]);
}

/// Worth knowing.
pub fn info(message: &str) {
    write(Level::Info, message, &[]);
}

/// Something is wrong, work goes on.
pub fn warn(message: &str) {
    write(Level::Warn, message, &[]);
}

/// Something failed.
pub fn error(message: &str) {
    write(Level::Error, message, &[]);
}
