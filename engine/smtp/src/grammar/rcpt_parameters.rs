//! The parameters of RCPT (RFC 3461 §4.1, §4.2; RFC 6533 §3).

use super::{Parameters, SyntaxError, unitext, xtext};
use waxseal_mail::DsnNotify;

/// Octets of an ORCPT value as sent (RFC 3461 §4.2).
const ORCPT_OCTETS_MAX: usize = 500;

/// What the parameters of one RCPT command say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RcptParameters {
    /// ORCPT: `addr-type;address`, the address decoded.
    pub orcpt: Option<String>,
    /// NOTIFY.
    pub notify: DsnNotify,
}

/// Gives the parameters of RCPT their meaning.
///
/// # Errors
/// [`SyntaxError::UnknownParameter`] and [`SyntaxError::BadParameter`].
pub fn rcpt_parameters(parameters: &Parameters) -> Result<RcptParameters, SyntaxError> {
    let mut read = RcptParameters::default();
    for (keyword, value) in parameters {
        match keyword.as_str() {
            "ORCPT" => {
                let decoded = value.as_deref().and_then(original_recipient);
                read.orcpt = Some(decoded.ok_or(SyntaxError::BadParameter("ORCPT"))?);
            }
            "NOTIFY" => {
                let notify = value.as_deref().and_then(notify);
                read.notify = notify.ok_or(SyntaxError::BadParameter("NOTIFY"))?;
            }
            _ => return Err(SyntaxError::UnknownParameter("of RCPT")),
        }
    }
    Ok(read)
}

/// `original-recipient-address = addr-type ";" xtext`, RFC 3461 §4.2; for the type `utf-8` the
/// encodings of RFC 6533 §3.
fn original_recipient(value: &str) -> Option<String> {
    let (addr_type, address) = value
        .split_once(';')
        .filter(|_| value.len() <= ORCPT_OCTETS_MAX)?;
    let is_atom = !addr_type.is_empty()
        && addr_type
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let decoded = if addr_type.eq_ignore_ascii_case("utf-8") {
        unitext(address).or_else(|| xtext(address))
    } else {
        xtext(address)
    };
    let decoded = decoded.filter(|decoded| is_atom && !decoded.is_empty())?;
    Some(format!("{addr_type};{decoded}"))
}

/// `notify-esmtp-value = "NEVER" / 1#notify-list-element`, RFC 3461 §4.1.
fn notify(value: &str) -> Option<DsnNotify> {
    let mut asked = DsnNotify {
        success: false,
        failure: false,
        delay: false,
    };
    if value.eq_ignore_ascii_case("NEVER") {
        return Some(asked);
    }
    for element in value.split(',') {
        match element.to_ascii_uppercase().as_str() {
            "SUCCESS" => asked.success = true,
            "FAILURE" => asked.failure = true,
            "DELAY" => asked.delay = true,
            _ => return None,
        }
    }
    Some(asked)
}

#[cfg(test)]
mod tests {
    use super::super::parameters;
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(input: &str, expected: &Expect) {
        let read = parameters(input).and_then(|parameters| rcpt_parameters(&parameters));
        expected.assert_eq(&match read {
            Ok(read) => format!("{:?} {:?}", read.orcpt, read.notify),
            Err(error) => format!("error: {error}"),
        });
    }

    #[test]
    fn parameters_of_rcpt() {
        check(
            " NOTIFY=success,DELAY ORCPT=rfc822;Bob+2Bx@example.test",
            &expect![[
                r#"Some("rfc822;Bob+x@example.test") DsnNotify { success: true, failure: false, delay: true }"#
            ]],
        );
        check(
            " NOTIFY=NEVER",
            &expect!["None DsnNotify { success: false, failure: false, delay: false }"],
        );
        check(
            r" ORCPT=utf-8;pel\x{E9}@x",
            &expect![[
                r#"Some("utf-8;pelé@x") DsnNotify { success: false, failure: true, delay: true }"#
            ]],
        );
        for bad in [
            " NOTIFY=NEVER,SUCCESS",
            " NOTIFY=",
            " NOTIFY",
            " NOTIFY=SUCCESS,",
            " NOTIFY=OFTEN",
        ] {
            assert!(
                parameters(bad).and_then(|p| rcpt_parameters(&p)).is_err(),
                "{bad}"
            );
        }
        check(
            " ORCPT=bob",
            &expect!["error: parameter ORCPT is malformed"],
        );
        check(
            " ORCPT=rfc822;",
            &expect!["error: parameter ORCPT is malformed"],
        );
        check(
            " ORCPT=rfc822;a+0D+0Ab",
            &expect!["error: parameter ORCPT is malformed"],
        );
        check(
            " SIZE=1",
            &expect!["error: parameter of RCPT is not recognized or not implemented"],
        );
    }
}
