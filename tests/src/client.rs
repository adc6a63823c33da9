//! Foreign clients: programs run to their end with a time limit.

use anyhow::{Context, Result, ensure};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// No client may take longer, in seconds (enforced by coreutils' `timeout`).
const CLIENT_SECS_MAX: &str = "240";

/// A client program being set up.
pub struct Client {
    command: Command,
    input: Option<Vec<u8>>,
}

/// What a client printed, and how it ended.
#[derive(Debug)]
pub struct Output {
    /// Its exit code; -1 if a signal ended it.
    pub code: i32,
    /// Standard output, then standard error.
    pub text: String,
}

fn path_of(script: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("clients");
    folder.join(script)
}

impl Client {
    /// A program of the PATH.
    #[must_use]
    pub fn new(program: &str) -> Self {
        let mut command = Command::new("timeout");
        command
            .args([CLIENT_SECS_MAX, program])
            .env("LC_ALL", "C.UTF-8");
        Self {
            command,
            input: None,
        }
    }

    /// A script of `tests/clients`, run by Python.
    #[must_use]
    pub fn python(script: &str) -> Self {
        Self::new("python3").arg(path_of(script).display())
    }

    /// The same in the network of the process `pid`.
    #[must_use]
    pub fn python_beside(pid: u32, script: &str) -> Self {
        let enter = Self::new("nsenter").args(["--net", "--target"]).arg(pid);
        enter.arg("python3").arg(path_of(script).display())
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl ToString) -> Self {
        self.command.arg(argument.to_string());
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(arguments);
        self
    }

    /// An environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl ToString) -> Self {
        self.command.env(name, value.to_string());
        self
    }

    /// What it reads from standard input.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(mut self) -> Result<Output> {
        let stdin = if self.input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        };
        self.command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self
            .command
            .spawn()
            .with_context(|| format!("{:?}", self.command))?;
        if let (Some(input), Some(mut stdin)) = (self.input, child.stdin.take()) {
            // A client that ends early closes the pipe; its exit code tells why.
            stdin.write_all(&input).unwrap_or_default();
        }
        let output = child.wait_with_output()?;
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Ok(Output {
            code: output.status.code().unwrap_or(-1),
            text,
        })
    }

    /// Runs it and demands success.
    ///
    /// # Errors
    /// When it cannot be started or does not exit with 0; the error holds what it printed.
    pub fn succeed(self) -> Result<String> {
        let shown = format!("{:?}", self.command);
        let output = self.run()?;
        ensure!(
            output.code == 0,
            "{shown}\nended with {}:\n{}",
            output.code,
            output.text
        );
        Ok(output.text)
    }
}
