//! What may go to a terminal.

/// `text` in one line: control characters of peers and plugins never reach the terminal.
pub(crate) fn printable(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(clean).collect()
}
