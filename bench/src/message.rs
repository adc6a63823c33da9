//! The messages that are judged.

use bytes::Bytes;
use waxseal_mail::{
    BodyKind, DsnNotify, Envelope, ForwardPath, HeaderSection, Mailbox, Recipient, ReversePath,
};
use waxseal_ports::Draft;

/// Who sends, who receives.
pub const SENDER: &str = "carol@client.example";
/// The only recipient.
pub const RECIPIENT: &str = "alice@example.test";

/// Words that running text is made of.
const WORDS: &[&str] = &[
    "meeting", "report", "weekly", "budget", "garden", "station", "ticket", "schedule", "invoice",
    "holiday", "project", "answer", "morning", "library", "contract", "measure", "window",
    "summer", "paper", "number", "letter", "friend", "music", "travel", "kitchen", "release",
    "server", "network", "question", "picture", "market", "season",
];

/// A message with its envelope.
#[derive(Clone)]
pub struct Sample {
    /// `4 KB` or `1 MB`.
    pub name: &'static str,
    octets: Bytes,
    envelope: Envelope,
}

impl Sample {
    /// A multipart message of about 4,000 octets: text and the same as HTML.
    ///
    /// # Errors
    /// Never in practice: the addresses are written here.
    pub fn small() -> anyhow::Result<Self> {
        Self::new("4 KB", text(4_000, 7))
    }

    /// A multipart message of about 1,000,000 octets: text, and an attached picture in base64.
    ///
    /// # Errors
    /// Never in practice: the addresses are written here.
    pub fn large() -> anyhow::Result<Self> {
        Self::new("1 MB", with_picture(1_000_000))
    }

    fn new(name: &'static str, octets: String) -> anyhow::Result<Self> {
        let mailbox = |address: &str| {
            Mailbox::parse(address).map_err(|error| anyhow::anyhow!("{address}: {error}"))
        };
        let envelope = Envelope {
            reverse_path: ReversePath::Mailbox(mailbox(SENDER)?),
            recipients: vec![Recipient {
                forward_path: ForwardPath::Mailbox(mailbox(RECIPIENT)?),
                orcpt: None,
                notify: DsnNotify::default(),
            }],
            body: BodyKind::SevenBit,
            smtputf8: false,
            envid: None,
            dsn_return: None,
        };
        Ok(Self {
            name,
            octets: Bytes::from(octets),
            envelope,
        })
    }

    /// Octets of the message.
    #[must_use]
    pub fn octets(&self) -> &Bytes {
        &self.octets
    }

    /// The envelope, ready to be edited.
    #[must_use]
    pub fn envelope(&self) -> Envelope {
        self.envelope.clone()
    }

    /// The message, ready to be edited. Copies nothing.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let (header, body) = HeaderSection::split(&self.octets);
        Draft {
            header,
            body: std::sync::Arc::new(self.octets.slice(body..)),
        }
    }
}

/// A message of running text, the same for the same `seed`.
#[must_use]
pub(crate) fn text(octets: usize, seed: u64) -> String {
    let mut message = header(seed, "multipart/alternative");
    for subtype in ["plain", "html"] {
        message.push_str(&format!(
            "--part\r\nContent-Type: text/{subtype}; charset=utf-8\r\n\r\n"
        ));
        let end = match subtype {
            "plain" => octets / 2,
            _ => octets.saturating_sub(20),
        };
        words(&mut message, end, seed);
    }
    message.push_str("--part--\r\n");
    message
}

fn with_picture(octets: usize) -> String {
    let mut message = header(3, "multipart/mixed");
    message.push_str("--part\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
    words(&mut message, 3_000, 3);
    message.push_str(
        "--part\r\nContent-Type: image/jpeg; name=\"garden.jpg\"\r\n\
         Content-Disposition: attachment; filename=\"garden.jpg\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n",
    );
    let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n";
    while message.len() < octets {
        message.push_str(line);
    }
    message.push_str("--part--\r\n");
    message
}

fn header(seed: u64, kind: &str) -> String {
    let subject = WORDS[usize::try_from(seed).unwrap_or(0) % WORDS.len()];
    format!(
        "Received: from client.example (client.example [192.0.2.7])\r\n\
         \tby mx.example.test with ESMTP id {seed:08x}; Tue, 24 Nov 2026 05:00:00 +0000\r\n\
         Date: Tue, 24 Nov 2026 05:00:00 +0000\r\n\
         From: Carol <{SENDER}>\r\n\
         To: Alice <{RECIPIENT}>\r\n\
         Subject: The {subject} of this week\r\n\
         Message-ID: <{seed}.bench@client.example>\r\n\
         MIME-Version: 1.0\r\n\
         X-Mailer: bench\r\n\
         Content-Type: {kind}; boundary=\"part\"\r\n\r\n"
    )
}

/// Appends lines of words until `message` has `end` octets. A plain linear congruence chooses them.
fn words(message: &mut String, end: usize, seed: u64) {
    let mut state = seed;
    while message.len() < end {
        for _ in 0..9 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(state >> 33).unwrap_or(0) % WORDS.len();
            // Numbered words, so that a message has hundreds of different ones.
            message.push_str(&format!("{}{} ", WORDS[at], (state >> 40) % 16));
        }
        message.push_str("\r\n");
    }
}
