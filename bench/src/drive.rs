//! One session with one message, whoever judges it.

use crate::message::{RECIPIENT, Sample};
use std::time::Duration;
use waxseal_mail::SessionId;
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::{Protocol, Ruling, SessionInfo};
use waxseal_ports::read_at::read_all;
use waxseal_ports::{Clock, Filter};

/// What a session came to.
pub struct Judged {
    /// From the first stage to the last.
    pub took: Duration,
    /// What was said of the message.
    pub ruling: Ruling,
    /// The header section as the filter left it.
    pub header: Vec<u8>,
}

/// Leads one client through all stages with one message.
pub async fn session(filter: &dyn Filter, sample: &Sample) -> Judged {
    let (mut envelope, mut draft) = (sample.envelope(), sample.draft());
    let sender = envelope.reverse_path.clone();
    let began = SystemClock.monotonic();
    let mut session = filter.session(SessionInfo {
        id: SessionId(1),
        protocol: Protocol::Smtp,
        peer: ([192, 0, 2, 7], 4000).into(),
        tls: None,
    });
    session.connect().await;
    session.helo("client.example").await;
    session.mail(&sender, &[]).await;
    session.rcpt(RECIPIENT, &[]).await;
    let ruling = session.message(&mut envelope, &mut draft).await;
    session.disconnect().await;
    drop(session);
    let took = SystemClock.monotonic().saturating_duration_since(began);
    let header = read_all(&draft.header.to_bytes());
    Judged {
        took,
        ruling,
        header: header.map(|octets| octets.to_vec()).unwrap_or_default(),
    }
}
