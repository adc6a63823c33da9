//! Messages for the mailbox benches: the same octets for every server.

/// A message of about `octets` octets: usual header section, two text parts, CRLF line ends.
pub(crate) fn message(number: usize, octets: usize) -> String {
    let mut message = format!(
        "Received: from client.example.test (client.example.test [127.0.0.1])\r\n\
         \tby mx.example.test with ESMTP id {number:08x}; Tue, 24 Nov 2026 05:00:00 +0000\r\n\
         Date: Tue, 24 Nov 2026 05:00:00 +0000\r\n\
         From: Sender Number {number} <sender{number}@client.example.test>\r\n\
         To: Alice <alice@example.test>, Team <team@example.test>\r\n\
         Subject: Report {number} of the weekly run\r\n\
         Message-ID: <{number}.bench@client.example.test>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=\"part-{number}\"\r\n\
         X-Mailer: bench\r\n\r\n"
    );
    for subtype in ["plain", "html"] {
        message.push_str(&format!(
            "--part-{number}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n\
             Content-Transfer-Encoding: 7bit\r\n\r\n"
        ));
        let target = if subtype == "plain" {
            octets / 2
        } else {
            octets.saturating_sub(30)
        };
        let mut line = 0_usize;
        while message.len() < target {
            line += 1;
            message.push_str(&format!(
                "Line {line} of message {number}: all values are in range.\r\n"
            ));
        }
    }
    message.push_str(&format!("--part-{number}--\r\n"));
    message
}
