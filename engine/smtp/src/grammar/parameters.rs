//! ESMTP parameters of MAIL and RCPT (RFC 5321 §4.1.2).

use super::SyntaxError;

/// Parameters of one command; more than any set of extensions defines.
pub const ESMTP_PARAMETERS_MAX: usize = 16;

/// Keywords in upper case with their values, in the order they were sent.
pub type Parameters = Vec<(String, Option<String>)>;

/// `Mail-parameters = esmtp-param *(SP esmtp-param)`, RFC 5321 §4.1.2: all of `input`, which is
/// empty or starts with a space.
///
/// # Errors
/// [`SyntaxError::Expected`]; [`SyntaxError::BadParameter`] for one that is there twice.
pub fn parameters(input: &str) -> Result<Parameters, SyntaxError> {
    let mut found = Parameters::new();
    if input.is_empty() {
        return Ok(found);
    }
    if !input.starts_with(' ') {
        return Err(SyntaxError::Expected("a space after the path"));
    }
    for text in input.split(' ').filter(|text| !text.is_empty()) {
        let (keyword, value) = esmtp_param(text)?;
        if found.len() >= ESMTP_PARAMETERS_MAX {
            return Err(SyntaxError::Expected("fewer parameters"));
        }
        if found.iter().any(|(known, _)| *known == keyword) {
            return Err(SyntaxError::BadParameter("that is given twice"));
        }
        found.push((keyword, value));
    }
    Ok(found)
}

/// `esmtp-param = esmtp-keyword ["=" esmtp-value]`, RFC 5321 §4.1.2.
fn esmtp_param(text: &str) -> Result<(String, Option<String>), SyntaxError> {
    let (keyword, value) = match text.split_once('=') {
        Some((keyword, value)) => (keyword, Some(value)),
        None => (text, None),
    };
    if !is_esmtp_keyword(keyword) {
        return Err(SyntaxError::Expected("a parameter keyword"));
    }
    if value.is_some_and(|value| !is_esmtp_value(value)) {
        return Err(SyntaxError::Expected("a parameter value"));
    }
    Ok((keyword.to_ascii_uppercase(), value.map(str::to_owned)))
}

/// `esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")`, RFC 5321 §4.1.2.
fn is_esmtp_keyword(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(allowed)
}

/// `esmtp-value = 1*(%d33-60 / %d62-126)`, and UTF-8 (RFC 6531 §3.3). A further `=` is let through,
/// since xtext and AUTH values of real clients hold it.
fn is_esmtp_value(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c > ' ' && !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_keywords_and_values() {
        let read = parameters(" SIZE=100  body=8BITMIME SMTPUTF8").unwrap();
        let expected = [
            ("SIZE".to_owned(), Some("100".to_owned())),
            ("BODY".to_owned(), Some("8BITMIME".to_owned())),
            ("SMTPUTF8".to_owned(), None),
        ];
        assert_eq!(read, expected);
        assert_eq!(parameters(""), Ok(Vec::new()));
    }

    #[test]
    fn refuses_what_is_no_parameter() {
        for bad in [
            "SIZE=1",
            " =1",
            " -A=1",
            " A=",
            " A_B=1",
            " A=1 a=2",
            " A=\u{7f}",
            " ä=1",
        ] {
            assert!(parameters(bad).is_err(), "{bad:?}");
        }
        let many = (0..=ESMTP_PARAMETERS_MAX).map(|n| format!(" A{n}=1"));
        assert!(parameters(&many.collect::<String>()).is_err());
    }
}
