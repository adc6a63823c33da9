//! Command lines (RFC 5321 §4.1.1; RFC 2033 §4.1; RFC 3030 §2; RFC 3207 §4; RFC 4954 §4).

use super::{Parameters, SyntaxError, domain_or_literal, forward_path, parameters, reverse_path};
use waxseal_mail::{ForwardPath, ReversePath};

/// Which greeting a client used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hello {
    /// HELO: no extensions.
    Helo,
    /// EHLO.
    Ehlo,
    /// LHLO (RFC 2033 §4.1).
    Lhlo,
}

/// One command, read from its line without CRLF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command<'line> {
    /// EHLO, HELO or LHLO.
    Hello(Hello, &'line str),
    /// MAIL FROM.
    Mail(ReversePath, Parameters),
    /// RCPT TO.
    Rcpt(ForwardPath, Parameters),
    /// DATA.
    Data,
    /// BDAT (RFC 3030 §2).
    Bdat {
        /// Octets that follow the line.
        octets: u64,
        /// Whether the message ends with them.
        last: bool,
    },
    /// RSET.
    Rset,
    /// VRFY.
    Vrfy,
    /// EXPN.
    Expn,
    /// HELP.
    Help,
    /// NOOP.
    Noop,
    /// QUIT.
    Quit,
    /// STARTTLS (RFC 3207).
    StartTls,
    /// AUTH (RFC 4954 §4).
    Auth {
        /// The mechanism as sent.
        mechanism: &'line str,
        /// The initial response, still in base64.
        initial: Option<&'line str>,
    },
}

impl<'line> Command<'line> {
    /// Reads a line without its CRLF. Verbs match without regard to case; white space at the end is
    /// tolerated (RFC 5321 §4.1.1).
    ///
    /// # Errors
    /// Any [`SyntaxError`].
    pub fn parse(line: &'line [u8]) -> Result<Self, SyntaxError> {
        let text = str::from_utf8(line).map_err(|_| SyntaxError::Octets)?;
        if text.chars().any(|c| c.is_control() && c != '\t') {
            return Err(SyntaxError::Octets);
        }
        let text = text.trim_end_matches([' ', '\t']);
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut upper = [0; 8];
        let verb = upper.get_mut(..verb.len()).map_or("", |upper| {
            upper.copy_from_slice(verb.as_bytes());
            upper.make_ascii_uppercase();
            str::from_utf8(upper).unwrap_or("")
        });
        match verb {
            "EHLO" => Ok(Self::Hello(Hello::Ehlo, domain_or_literal(rest.trim())?)),
            "HELO" => Ok(Self::Hello(Hello::Helo, domain_or_literal(rest.trim())?)),
            "LHLO" => Ok(Self::Hello(Hello::Lhlo, domain_or_literal(rest.trim())?)),
            "MAIL" => mail(rest),
            "RCPT" => rcpt(rest),
            "BDAT" => bdat(rest),
            "AUTH" => auth(rest),
            "VRFY" if rest.trim().is_empty() => Err(SyntaxError::Expected("VRFY and a name")),
            "EXPN" if rest.trim().is_empty() => Err(SyntaxError::Expected("EXPN and a name")),
            "VRFY" => Ok(Self::Vrfy),
            "EXPN" => Ok(Self::Expn),
            "HELP" => Ok(Self::Help),
            "NOOP" => Ok(Self::Noop),
            "DATA" => alone(Self::Data, rest),
            "RSET" => alone(Self::Rset, rest),
            "QUIT" => alone(Self::Quit, rest),
            "STARTTLS" => alone(Self::StartTls, rest),
            _ => Err(SyntaxError::UnknownCommand),
        }
    }
}

/// A command that takes no argument.
fn alone<'line>(command: Command<'line>, rest: &str) -> Result<Command<'line>, SyntaxError> {
    if rest.is_empty() {
        Ok(command)
    } else {
        Err(SyntaxError::Expected("no argument"))
    }
}

/// `"MAIL FROM:" Reverse-path [SP Mail-parameters]`, RFC 5321 §4.1.1.2.
fn mail(rest: &str) -> Result<Command<'_>, SyntaxError> {
    let rest = keyword(rest, "FROM:").ok_or(SyntaxError::Expected("MAIL FROM:<address>"))?;
    let (reverse_path, rest) = reverse_path(rest)?;
    Ok(Command::Mail(reverse_path, parameters(rest)?))
}

/// `"RCPT TO:" Forward-path [SP Rcpt-parameters]`, RFC 5321 §4.1.1.3.
fn rcpt(rest: &str) -> Result<Command<'_>, SyntaxError> {
    let rest = keyword(rest, "TO:").ok_or(SyntaxError::Expected("RCPT TO:<address>"))?;
    let (forward_path, rest) = forward_path(rest)?;
    Ok(Command::Rcpt(forward_path, parameters(rest)?))
}

/// What follows `word`, without regard to case. Spaces behind it are against the grammar, but many
/// clients send them and they change no meaning.
fn keyword<'line>(rest: &'line str, word: &str) -> Option<&'line str> {
    let rest = rest.trim_start_matches(' ');
    let (start, after) = rest.split_at_checked(word.len())?;
    start
        .eq_ignore_ascii_case(word)
        .then(|| after.trim_start_matches(' '))
}

/// `"BDAT" SP chunk-size [SP "LAST"]`, RFC 3030 §2: `chunk-size` is decimal digits and fits into
/// 64 bits.
fn bdat(rest: &str) -> Result<Command<'_>, SyntaxError> {
    let (size, end) = rest.split_once(' ').unwrap_or((rest, ""));
    let last = end.trim().eq_ignore_ascii_case("LAST");
    let digits = !size.is_empty() && size.bytes().all(|b| b.is_ascii_digit());
    if !digits || !(last || end.is_empty()) {
        return Err(SyntaxError::ChunkSize);
    }
    let octets = size.parse().map_err(|_| SyntaxError::ChunkSize)?;
    Ok(Command::Bdat { octets, last })
}

/// `"AUTH" SP sasl-mech [SP initial-response]`, RFC 4954 §4.
fn auth(rest: &str) -> Result<Command<'_>, SyntaxError> {
    let mut words = rest.split(' ').filter(|word| !word.is_empty());
    let mechanism = words.next().ok_or(SyntaxError::Expected("a mechanism"))?;
    let initial = words.next();
    if words.next().is_some() {
        return Err(SyntaxError::Expected("at most one initial response"));
    }
    Ok(Command::Auth { mechanism, initial })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(line: &str, expected: &Expect) {
        expected.assert_eq(&match Command::parse(line.as_bytes()) {
            Ok(command) => format!("{command:?}"),
            Err(error) => format!("error: {error}"),
        });
    }

    #[test]
    fn commands() {
        check("ehlo x.test", &expect![[r#"Hello(Ehlo, "x.test")"#]]);
        check(
            "LHLO [192.0.2.1] ",
            &expect![[r#"Hello(Lhlo, "[192.0.2.1]")"#]],
        );
        check("DATA", &expect!["Data"]);
        check("data \t", &expect!["Data"]);
        check("DATA x", &expect!["error: syntax: no argument"]);
        check("NOOP anything", &expect!["Noop"]);
        check("VRFY", &expect!["error: syntax: VRFY and a name"]);
        check("MAIL FROM:<>", &expect!["Mail(Null, [])"]);
        check("mail from: <>", &expect!["Mail(Null, [])"]);
        check("MAIL <a@b>", &expect!["error: syntax: MAIL FROM:<address>"]);
        check(
            "MAIL FROM:<>x",
            &expect!["error: syntax: a space after the path"],
        );
        check("RCPT TO:<Postmaster>", &expect!["Rcpt(Postmaster, [])"]);
        check("AUTH", &expect!["error: syntax: a mechanism"]);
        check(
            "AUTH PLAIN = x",
            &expect!["error: syntax: at most one initial response"],
        );
        check("", &expect!["error: command not recognized"]);
        check(
            "STARTTLSSTARTTLS",
            &expect!["error: command not recognized"],
        );
        check(
            "NOOP \u{0}",
            &expect!["error: the line holds octets that no command may hold"],
        );
    }

    #[test]
    fn chunk_sizes() {
        check("BDAT 5", &expect!["Bdat { octets: 5, last: false }"]);
        check("BDAT 0 last", &expect!["Bdat { octets: 0, last: true }"]);
        check(
            "BDAT 4294967301",
            &expect!["Bdat { octets: 4294967301, last: false }"],
        );
        for bad in [
            "BDAT",
            "BDAT -1",
            "BDAT +1",
            "BDAT 0x10",
            "BDAT 18446744073709551621",
            "BDAT 1 FIRST",
            "BDAT 1 LAST x",
        ] {
            assert_eq!(
                Command::parse(bad.as_bytes()),
                Err(SyntaxError::ChunkSize),
                "{bad}"
            );
        }
    }
}
