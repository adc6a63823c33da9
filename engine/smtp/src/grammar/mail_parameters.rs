//! The parameters of MAIL (RFC 1870, RFC 6152, RFC 6531, RFC 3461, RFC 4954).

use super::{Parameters, SyntaxError, xtext};
use waxseal_mail::{BodyKind, DsnReturn};

/// Octets of an ENVID value as sent (RFC 3461 §4.4).
const ENVID_OCTETS_MAX: usize = 100;

/// What the parameters of one MAIL command say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailParameters {
    /// SIZE: how large the client thinks the message is (RFC 1870 §5). A number past 64 bits is
    /// `u64::MAX`.
    pub size: Option<u64>,
    /// BODY (RFC 6152 §3).
    pub body: BodyKind,
    /// SMTPUTF8 (RFC 6531 §3.4).
    pub smtputf8: bool,
    /// ENVID, decoded (RFC 3461 §4.4).
    pub envid: Option<String>,
    /// RET (RFC 3461 §4.3).
    pub dsn_return: Option<DsnReturn>,
}

/// Gives the parameters of MAIL their meaning.
///
/// # Errors
/// [`SyntaxError::UnknownParameter`] and [`SyntaxError::BadParameter`].
pub fn mail_parameters(parameters: &Parameters) -> Result<MailParameters, SyntaxError> {
    let mut read = MailParameters::default();
    for (keyword, value) in parameters {
        let value = value.as_deref();
        match keyword.as_str() {
            "SIZE" => read.size = Some(size(value)?),
            "BODY" => read.body = body(value)?,
            "SMTPUTF8" if value.is_none() => read.smtputf8 = true,
            "SMTPUTF8" => return Err(SyntaxError::BadParameter("SMTPUTF8")),
            "ENVID" => read.envid = Some(envid(value)?),
            "RET" => read.dsn_return = Some(ret(value)?),
            "AUTH" => auth(value)?,
            _ => return Err(SyntaxError::UnknownParameter("of MAIL")),
        }
    }
    Ok(read)
}

/// `size-value ::= 1*20DIGIT`, RFC 1870 §4.
fn size(value: Option<&str>) -> Result<u64, SyntaxError> {
    let digits =
        |text: &&str| (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let text = value
        .filter(digits)
        .ok_or(SyntaxError::BadParameter("SIZE"))?;
    Ok(text.parse().unwrap_or(u64::MAX))
}

/// `body-value ::= "7BIT" / "8BITMIME"`, RFC 6152 §3. BINARYMIME (RFC 3030) is not announced.
fn body(value: Option<&str>) -> Result<BodyKind, SyntaxError> {
    match value.map(str::to_ascii_uppercase).as_deref() {
        Some("7BIT") => Ok(BodyKind::SevenBit),
        Some("8BITMIME") => Ok(BodyKind::EightBitMime),
        Some("BINARYMIME") => Err(SyntaxError::UnknownParameter("BODY=BINARYMIME")),
        _ => Err(SyntaxError::BadParameter("BODY")),
    }
}

/// `envid-parameter = "ENVID=" xtext`, RFC 3461 §4.4.
fn envid(value: Option<&str>) -> Result<String, SyntaxError> {
    value
        .filter(|text| text.len() <= ENVID_OCTETS_MAX)
        .and_then(xtext)
        .ok_or(SyntaxError::BadParameter("ENVID"))
}

/// `ret-value = "FULL" / "HDRS"`, RFC 3461 §4.3.
fn ret(value: Option<&str>) -> Result<DsnReturn, SyntaxError> {
    match value.map(str::to_ascii_uppercase).as_deref() {
        Some("FULL") => Ok(DsnReturn::Full),
        Some("HDRS") => Ok(DsnReturn::Headers),
        _ => Err(SyntaxError::BadParameter("RET")),
    }
}

/// `AUTH=` mailbox in xtext or `<>`, RFC 4954 §5. Checked, then ignored: this server trusts no other
/// server's word about who wrote a message.
fn auth(value: Option<&str>) -> Result<(), SyntaxError> {
    let valid = value.is_some_and(|text| text == "<>" || xtext(text).is_some());
    if valid {
        Ok(())
    } else {
        Err(SyntaxError::BadParameter("AUTH"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameters;
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(input: &str, expected: &Expect) {
        let read = parameters(input).and_then(|parameters| mail_parameters(&parameters));
        expected.assert_eq(&match read {
            Ok(read) => format!("{read:?}"),
            Err(error) => format!("error: {error}"),
        });
    }

    #[test]
    fn parameters_of_mail() {
        check(
            " SIZE=5 BODY=8bitmime SMTPUTF8 RET=hdrs ENVID=a+20b AUTH=<>",
            &expect![[
                r#"MailParameters { size: Some(5), body: EightBitMime, smtputf8: true, envid: Some("a b"), dsn_return: Some(Headers) }"#
            ]],
        );
        check(
            " SIZE=18446744073709551621",
            &expect![[
                r#"MailParameters { size: Some(18446744073709551615), body: SevenBit, smtputf8: false, envid: None, dsn_return: None }"#
            ]],
        );
        check(" SIZE=-1", &expect!["error: parameter SIZE is malformed"]);
        check(" SIZE", &expect!["error: parameter SIZE is malformed"]);
        check(" BODY=9BIT", &expect!["error: parameter BODY is malformed"]);
        check(
            " BODY=BINARYMIME",
            &expect!["error: parameter BODY=BINARYMIME is not recognized or not implemented"],
        );
        check(
            " SMTPUTF8=yes",
            &expect!["error: parameter SMTPUTF8 is malformed"],
        );
        check(" RET=ALL", &expect!["error: parameter RET is malformed"]);
        check(
            " ENVID=+0D",
            &expect!["error: parameter ENVID is malformed"],
        );
        check(" AUTH", &expect!["error: parameter AUTH is malformed"]);
        check(
            " FUTURE=1",
            &expect!["error: parameter of MAIL is not recognized or not implemented"],
        );
    }
}
