//! What the client says in SASL mechanisms that send the password.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::table;

/// The client's answers in order, in Base64, and the mechanism's extension.
pub(crate) struct Exchange {
    /// `sasl/plain`, …
    pub(crate) extension: &'static str,
    /// In this order.
    pub(crate) answers: Vec<String>,
}

/// The exchange of a mechanism, if the prober speaks it.
pub(crate) fn exchange(mechanism: &str, user: &str, password: &str) -> Option<Exchange> {
    let answers = match mechanism.to_ascii_uppercase().as_str() {
        "PLAIN" => vec![format!("\0{user}\0{password}")],
        "LOGIN" => vec![user.to_owned(), password.to_owned()],
        _ => return None,
    };
    Some(Exchange {
        extension: table::extension("sasl", mechanism)?,
        answers: answers.iter().map(|text| STANDARD.encode(text)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_are_as_the_rfcs_say() {
        let plain = exchange("plain", "tim", "tanstaaftanstaaf").unwrap();
        assert_eq!(plain.answers, ["AHRpbQB0YW5zdGFhZnRhbnN0YWFm"]);
        assert_eq!(plain.extension, "sasl/plain");
        assert_eq!(
            exchange("LOGIN", "a", "b").unwrap().answers,
            ["YQ==", "Yg=="]
        );
        assert!(exchange("GSSAPI", "a", "b").is_none());
    }
}
