//! The grammar of commands (RFC 1939 §9, RFC 2449 §4).

use std::num::NonZeroU32;

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// RFC 5034: mechanism and initial response; without a mechanism, which there are.
    Auth(Option<(String, Option<String>)>),
    /// RFC 2449 §5.
    Capa,
    Dele(NonZeroU32),
    List(Option<NonZeroU32>),
    Noop,
    Pass(String),
    Quit,
    Retr(NonZeroU32),
    Rset,
    Stat,
    /// RFC 2595 §4.
    Stls,
    Top(NonZeroU32, u64),
    Uidl(Option<NonZeroU32>),
    User(String),
}

/// Why a line is no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SyntaxError {
    #[error("unknown command")]
    Unknown,
    #[error("a message number is expected")]
    Number,
    #[error("a message number and a number of lines are expected")]
    TopNumbers,
    #[error("an argument is missing")]
    Missing,
    #[error("no argument is expected")]
    Unexpected,
    #[error("the line is not UTF-8 or holds a control character")]
    Characters,
}

impl Command {
    /// Reads a line without its line end. Keywords are told without regard to case; arguments are
    /// separated by one space, but the password is all there is behind the first.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, SyntaxError> {
        let text = str::from_utf8(line).map_err(|_| SyntaxError::Characters)?;
        if text.chars().any(|c| c.is_control() && c != '\t') {
            return Err(SyntaxError::Characters);
        }
        let (keyword, rest) = match text.split_once(' ') {
            Some((keyword, rest)) => (keyword, Some(rest)),
            None => (text, None),
        };
        let keyword = keyword.to_ascii_uppercase();
        if keyword == "PASS" {
            let password = rest.filter(|rest| !rest.is_empty());
            return Ok(Self::Pass(password.ok_or(SyntaxError::Missing)?.to_owned()));
        }
        let argument = rest.map(str::trim).filter(|rest| !rest.is_empty());
        match keyword.as_str() {
            "AUTH" => Ok(Self::Auth(argument.map(auth))),
            "DELE" => number(argument).map(Self::Dele),
            "RETR" => number(argument).map(Self::Retr),
            "LIST" => optional_number(argument).map(Self::List),
            "UIDL" => optional_number(argument).map(Self::Uidl),
            "TOP" => top(argument),
            "USER" => Ok(Self::User(argument.ok_or(SyntaxError::Missing)?.to_owned())),
            "CAPA" => alone(argument, Self::Capa),
            "NOOP" => alone(argument, Self::Noop),
            "QUIT" => alone(argument, Self::Quit),
            "RSET" => alone(argument, Self::Rset),
            "STAT" => alone(argument, Self::Stat),
            "STLS" => alone(argument, Self::Stls),
            _ => Err(SyntaxError::Unknown),
        }
    }
}

fn alone(argument: Option<&str>, command: Command) -> Result<Command, SyntaxError> {
    match argument {
        Some(_) => Err(SyntaxError::Unexpected),
        None => Ok(command),
    }
}

/// At most nine digits, so that it fits whatever stands before it.
fn number(argument: Option<&str>) -> Result<NonZeroU32, SyntaxError> {
    let argument = argument.ok_or(SyntaxError::Number)?;
    let digits = argument.bytes().all(|b| b.is_ascii_digit());
    let number = argument.parse().ok().filter(|_| digits);
    number.ok_or(SyntaxError::Number)
}

fn optional_number(argument: Option<&str>) -> Result<Option<NonZeroU32>, SyntaxError> {
    argument.map(|text| number(Some(text))).transpose()
}

fn top(argument: Option<&str>) -> Result<Command, SyntaxError> {
    let (message, lines) = argument
        .and_then(|argument| argument.split_once(' '))
        .ok_or(SyntaxError::TopNumbers)?;
    let message = number(Some(message)).map_err(|_| SyntaxError::TopNumbers)?;
    let lines = lines.trim_start();
    let digits = !lines.is_empty() && lines.bytes().all(|b| b.is_ascii_digit());
    let lines = lines.parse().ok().filter(|_| digits);
    Ok(Command::Top(message, lines.ok_or(SyntaxError::TopNumbers)?))
}

fn auth(argument: &str) -> (String, Option<String>) {
    let (mechanism, initial) = match argument.split_once(' ') {
        Some((mechanism, initial)) => (mechanism, Some(initial.trim().to_owned())),
        None => (argument, None),
    };
    (mechanism.to_ascii_uppercase(), initial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Result<Command, SyntaxError>) {
        assert_eq!(Command::parse(line.as_bytes()), expected, "{line:?}");
    }

    fn n(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    #[test]
    fn commands() {
        check("stat", Ok(Command::Stat));
        check("LiSt", Ok(Command::List(None)));
        check("LIST 12", Ok(Command::List(Some(n(12)))));
        check("UIDL 1 ", Ok(Command::Uidl(Some(n(1)))));
        check("TOP 1 0", Ok(Command::Top(n(1), 0)));
        check(
            "TOP 3  18446744073709551615",
            Ok(Command::Top(n(3), u64::MAX)),
        );
        check("PASS  two words ", Ok(Command::Pass(" two words ".into())));
        check(
            "USER alice@example.test",
            Ok(Command::User("alice@example.test".into())),
        );
        check("AUTH", Ok(Command::Auth(None)));
        check(
            "auth plain",
            Ok(Command::Auth(Some(("PLAIN".into(), None)))),
        );
        check(
            "AUTH PLAIN =",
            Ok(Command::Auth(Some(("PLAIN".into(), Some("=".into()))))),
        );
    }

    #[test]
    fn not_commands() {
        check("", Err(SyntaxError::Unknown));
        check("XYZZY 1", Err(SyntaxError::Unknown));
        check("STAT 1", Err(SyntaxError::Unexpected));
        check("RETR", Err(SyntaxError::Number));
        check("RETR 0", Err(SyntaxError::Number));
        check("RETR +1", Err(SyntaxError::Number));
        check("RETR -1", Err(SyntaxError::Number));
        check("DELE 4294967297", Err(SyntaxError::Number));
        check("LIST 1 2", Err(SyntaxError::Number));
        check("TOP 1", Err(SyntaxError::TopNumbers));
        check("TOP 1 -1", Err(SyntaxError::TopNumbers));
        check("TOP 1 99999999999999999999", Err(SyntaxError::TopNumbers));
        check("USER", Err(SyntaxError::Missing));
        check("PASS ", Err(SyntaxError::Missing));
        check("USER a\0b", Err(SyntaxError::Characters));
        assert_eq!(Command::parse(b"USER \xff"), Err(SyntaxError::Characters));
    }
}
