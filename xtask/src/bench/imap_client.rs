//! An IMAP client that costs little: it looks only for the tagged line at the end.

use anyhow::{Context, Result, ensure};
use std::io::{Read, Write};
use std::net::TcpStream;

/// Octets asked of the kernel at once.
const READ_OCTETS: usize = 256 * 1024;
/// Octets kept to find the last line in.
const TAIL_OCTETS: usize = 1024;

/// One logged-in connection.
pub(crate) struct ImapClient {
    stream: TcpStream,
    buffer: Vec<u8>,
    commands: u32,
}

impl ImapClient {
    /// Connects to 127.0.0.1 and logs in.
    pub(crate) fn login(port: u16, user: &str, password: &str) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        let mut client = Self {
            stream,
            buffer: vec![0; READ_OCTETS],
            commands: 0,
        };
        let greeting = client.stream.read(&mut client.buffer)?;
        ensure!(
            client.buffer[..greeting].starts_with(b"* OK"),
            "no greeting"
        );
        client.command(&format!("LOGIN {user} {password}"))?;
        Ok(client)
    }

    /// Sends a command and reads until its tagged OK; answers the octets that came and the tail.
    pub(crate) fn command(&mut self, command: &str) -> Result<(u64, String)> {
        self.commands += 1;
        let tag = format!("b{:06}", self.commands);
        self.stream
            .write_all(format!("{tag} {command}\r\n").as_bytes())?;
        self.until_tagged(&tag)
            .with_context(|| command.chars().take(60).collect::<String>())
    }

    /// Appends messages to a mailbox, one command a message with a non-synchronising literal, in
    /// batches that are pipelined.
    pub(crate) fn append(&mut self, mailbox: &str, messages: &[String]) -> Result<()> {
        for batch in messages.chunks(50) {
            let mut octets = Vec::new();
            for message in batch {
                self.commands += 1;
                let head = format!(
                    "b{:06} APPEND {mailbox} {{{}+}}\r\n",
                    self.commands,
                    message.len()
                );
                octets.extend_from_slice(head.as_bytes());
                octets.extend_from_slice(message.as_bytes());
                octets.extend_from_slice(b"\r\n");
            }
            let mut writer = self.stream.try_clone()?;
            let sender = std::thread::spawn(move || writer.write_all(&octets));
            let last = format!("b{:06}", self.commands);
            self.until_tagged(&last).context("APPEND")?;
            sender
                .join()
                .map_err(|_| anyhow::anyhow!("the sender thread failed"))??;
        }
        Ok(())
    }

    fn until_tagged(&mut self, tag: &str) -> Result<(u64, String)> {
        let (mut total, mut tail) = (0_u64, Vec::with_capacity(TAIL_OCTETS * 2));
        loop {
            let octets = self.stream.read(&mut self.buffer)?;
            ensure!(octets > 0, "the server closed the connection");
            total += octets as u64;
            let fresh = &self.buffer[..octets];
            tail.extend_from_slice(&fresh[fresh.len().saturating_sub(TAIL_OCTETS)..]);
            let cut = tail.len().saturating_sub(TAIL_OCTETS);
            tail.drain(..cut);
            if !tail.ends_with(b"\r\n") {
                continue;
            }
            let lines = String::from_utf8_lossy(&tail).into_owned();
            let last = lines.trim_end().rsplit("\r\n").next().unwrap_or_default();
            if let Some(rest) = last.strip_prefix(tag) {
                ensure!(rest.starts_with(" OK"), "the server answered:{rest}");
                return Ok((total, lines));
            }
        }
    }
}
