//! Reading a password without showing it.

use crate::cli::PasswordArgs;
use crate::failure::{Failure, Outcome};
use anyhow::{Context, Result};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{BufRead, IsTerminal, Write};

/// From the command line, a file, or whoever sits there; from a terminal twice and without echo.
pub(super) fn read(args: &PasswordArgs, address: &str) -> Outcome<String> {
    if let Some(password) = &args.password {
        return Ok(password.clone());
    }
    if let Some(file) = &args.password_file {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("reading the password from {}", file.display()))?;
        return Ok(first_line(&text).to_owned());
    }
    if !std::io::stdin().is_terminal() {
        return Ok(line()?);
    }
    let first = prompt(&format!("Password for {address}: "))?;
    let second = prompt("Once more: ")?;
    if first == second {
        Ok(first)
    } else {
        Err(Failure::wrong("the two passwords differ"))
    }
}

fn prompt(question: &str) -> Result<String> {
    let mut screen = std::io::stderr();
    write!(screen, "{question}")
        .and_then(|()| screen.flush())
        .context("asking for a password")?;
    let typed = without_echo(line);
    writeln!(screen).context("asking for a password")?;
    typed
}

/// Runs `typing` with the terminal's echo off.
fn without_echo(typing: impl FnOnce() -> Result<String>) -> Result<String> {
    let stdin = std::io::stdin();
    let before = tcgetattr(&stdin).context("looking at the terminal")?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &silent).context("silencing the terminal")?;
    let typed = typing();
    tcsetattr(&stdin, OptionalActions::Flush, &before).context("restoring the terminal")?;
    typed
}

fn line() -> Result<String> {
    let mut text = String::new();
    let stdin = std::io::stdin();
    stdin
        .lock()
        .read_line(&mut text)
        .context("reading the password")?;
    Ok(first_line(&text).to_owned())
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
