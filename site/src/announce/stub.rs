//! A claims file to start from, out of what was announced.

use std::fmt::Write as _;

use super::reading::Reading;

/// Claims for every recognised word. What the reader alone knows is left to fill in.
pub fn stub(reading: &Reading, product: Option<&str>) -> String {
    let product = product.unwrap_or("NAME");
    let mut text = format!("# content/products/{product}/claims.toml\n");
    for known in &reading.known {
        let quote = known.word.text.replace('\\', "\\\\").replace('"', "\\\"");
        let written = write!(
            text,
            "\n[[claim]]\nextension = \"{}\"\nsupport = \"yes\"\nevidence = \"source\"\n\
             source = \"https://WHERE-THE-ANSWER-CAN-BE-READ\"\nquote = \"{quote}\"\n\
             date = YYYY-MM-DD\n",
            known.id,
        );
        written.unwrap_or_default();
    }
    text
}
