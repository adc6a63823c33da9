//! What a filter costs: fuel, time and memory a stage, beside a filter that does nothing.

mod empty;
mod report;

#[cfg(test)]
pub(crate) use empty::component as empty_component;
pub use report::{Cost, Measured, StageCost};

use crate::component::Subject;
use crate::message::Mail;
use crate::stub::{StubDns, StubEntropy, StubHttp};
use crate::witness::{Figures, Witness};
use crate::{AuthorError, world};
use std::sync::Arc;
use toml::Table;
use waxseal_mail::SessionId;
use waxseal_plugin::{Host, Instruments, Metering};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::{Protocol, SessionInfo};
use waxseal_ports::memory::{FakeClock, MemoryKeyValue};
use waxseal_ports::{Clock, Filter};

/// What is measured.
#[derive(Debug, Clone)]
pub struct BenchPlan {
    /// The message that is judged.
    pub mail: Mail,
    /// Sessions that are measured, 1 to 100,000.
    pub runs: u32,
    /// The plugin's settings, as `[[plugin]]`.
    pub table: Table,
}

/// Measures a filter or learner, and then the empty filter, in whole sessions.
///
/// # Errors
/// [`AuthorError`] where the plugin judges no mail, cannot be loaded, or fails at the message.
pub async fn bench(subject: &Subject, plan: &BenchPlan) -> Result<Measured, AuthorError> {
    if !(1..=100_000).contains(&plan.runs) {
        return Err(AuthorError::Wrong("--runs is 1 to 100000".to_owned()));
    }
    subject.must_judge()?;
    let folder = empty::Folder::new()?;
    let empty = folder.subject(subject)?;
    let plugin = measure(subject, plan.table.clone(), plan).await?;
    let nothing = measure(&empty, Table::new(), plan).await?;
    Ok(Measured {
        file: subject.file.clone(),
        message_bytes: plan.mail.octets.len(),
        runs: plan.runs,
        plugin,
        empty: nothing,
    })
}

async fn measure(subject: &Subject, table: Table, plan: &BenchPlan) -> Result<Cost, AuthorError> {
    let fueled = Bed::start(subject, table.clone(), Metering::Fuel).await?;
    let fuel = fueled.session(plan).await?;
    drop(fueled);
    let timed = Bed::start(subject, table, Metering::Epoch).await?;
    // The first sessions find cold caches.
    for _ in 0..(plan.runs / 10).min(20) {
        timed.session(plan).await?;
    }
    let mut runs = Vec::new();
    for _ in 0..plan.runs {
        runs.push(timed.session(plan).await?);
    }
    Ok(report::cost(&fuel, &runs))
}

/// A host with one plugin, and who watches it.
struct Bed {
    host: Host,
    witness: Arc<Witness>,
}

/// One session: the figures of its calls in order, and of its whole.
pub(crate) struct SessionFigures {
    pub(crate) calls: Vec<Figures>,
    pub(crate) micros: f64,
}

impl Bed {
    async fn start(
        subject: &Subject,
        table: Table,
        metering: Metering,
    ) -> Result<Self, AuthorError> {
        let witness = Arc::new(Witness::default());
        let services = world::Reach {
            clock: Arc::new(SystemClock),
            key_value: Arc::new(MemoryKeyValue::new(Arc::new(FakeClock::default()))),
            entropy: Arc::new(StubEntropy::new(0)),
            dns: Arc::new(StubDns::default()),
            http: Arc::new(StubHttp::default()),
        };
        let instruments = Instruments {
            metering,
            watch: Some(witness.clone()),
        };
        let config = subject.configured(table)?;
        let host = Host::start_with(config, services.services(subject), instruments).await;
        let host = host.map_err(|error| AuthorError::Wrong(error.to_string()))?;
        Ok(Self { host, witness })
    }

    /// One session with one message.
    async fn session(&self, plan: &BenchPlan) -> Result<SessionFigures, AuthorError> {
        self.witness.take();
        let began = SystemClock.monotonic();
        let mut session = self.host.session(SessionInfo {
            id: SessionId(1),
            protocol: Protocol::Smtp,
            peer: ([192, 0, 2, 1], 4000).into(),
            tls: None,
        });
        session.connect().await;
        session.helo("client.example.org").await;
        session.mail(&plan.mail.envelope.reverse_path, &[]).await;
        for recipient in plan.mail.recipients() {
            session.rcpt(&recipient, &[]).await;
        }
        let mut envelope = plan.mail.envelope.clone();
        let mut draft = plan.mail.draft();
        session.message(&mut envelope, &mut draft).await;
        session.disconnect().await;
        drop(session);
        let took = SystemClock.monotonic().saturating_duration_since(began);
        self.host.shutdown().await;
        let seen = self.witness.take();
        match seen.failures.first() {
            Some(failure) => Err(AuthorError::Failed(format!(
                "a call failed: {}",
                failure.text
            ))),
            None => Ok(SessionFigures {
                calls: seen.figures,
                micros: took.as_secs_f64() * 1_000_000.0,
            }),
        }
    }
}
