//! What a plugin costs: fuel, time and memory a stage, beside a plugin of its world that does nothing.

mod empty;
mod report;
mod round;

pub use empty::component as empty_component;
pub use report::{Cost, Measured, StageCost};

use crate::AuthorError;
use crate::component::Subject;
use crate::message::Mail;
use round::Round;
use toml::Table;
use waxseal_plugin::{Metering, World};

/// What is measured.
#[derive(Debug, Clone)]
pub struct BenchPlan {
    /// The message that is judged or taken somewhere; its octets are the blob of storage plugins.
    pub mail: Mail,
    /// Rounds that are measured, 1 to 100,000.
    pub runs: u32,
    /// The plugin's settings, as `[[plugin]]`.
    pub table: Table,
}

/// Measures a plugin, and then an empty one of its world that is asked at the same stages, in whole rounds: a session with one message
/// (and a move of it, for a learner), one message through the queue, one blob to the disk and back.
///
/// # Errors
/// [`AuthorError`] where the plugin cannot be loaded, or fails at the message.
pub async fn bench(subject: &Subject, plan: &BenchPlan) -> Result<Measured, AuthorError> {
    if !(1..=100_000).contains(&plan.runs) {
        return Err(AuthorError::Wrong("--runs is 1 to 100000".to_owned()));
    }
    // What no server would load is refused when it is loaded.
    let world = subject.world()?.unwrap_or(World::Filter);
    let (plugin, stages) = measure((subject, world), plan.table.clone(), plan).await?;
    let folder = empty::Folder::new()?;
    let empty = folder.subject(world, &stages, subject)?;
    let (nothing, _) = measure((&empty, world), Table::new(), plan).await?;
    Ok(Measured {
        file: subject.file.clone(),
        world: world.as_str(),
        message_bytes: plan.mail.octets.len(),
        runs: plan.runs,
        plugin,
        empty: nothing,
    })
}

/// What it costs, and the stages that it wants.
async fn measure(
    (subject, world): (&Subject, World),
    table: Table,
    plan: &BenchPlan,
) -> Result<(Cost, Vec<String>), AuthorError> {
    let fueled = Round::start((subject, world), &table, Metering::Fuel).await?;
    let fuel = fueled.run(&plan.mail).await?;
    drop(fueled);
    let timed = Round::start((subject, world), &table, Metering::Epoch).await?;
    // The first rounds find cold caches.
    for _ in 0..(plan.runs / 10).min(20) {
        timed.run(&plan.mail).await?;
    }
    let mut runs = Vec::new();
    for _ in 0..plan.runs {
        runs.push(timed.run(&plan.mail).await?);
    }
    Ok((report::cost(&fuel, &runs), timed.stages))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The empty plugin of each world, measured: it costs nearly nothing, and all its stages are there.
    #[tokio::test]
    async fn every_world_is_measured() {
        for (world, stages) in [
            (World::Filter, "connect helo mail rcpt headers message"),
            (
                World::Learner,
                "connect helo mail rcpt headers message moved",
            ),
            (World::Delivery, "route transport"),
            (World::Storage, "encode decode"),
            (World::Holder, "put get delete"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("empty.wasm");
            std::fs::write(&file, empty::component(world, &[]).unwrap()).unwrap();
            let subject = Subject::new(&file, None).unwrap();
            let recipients = ["alice@example.test".to_owned()];
            let octets = format!("Subject: x\r\n\r\n{}", "y".repeat(200_000));
            let plan = BenchPlan {
                mail: Mail::new("bob@example.org", &recipients, octets.into()).unwrap(),
                runs: 2,
                table: Table::new(),
            };
            let measured = bench(&subject, &plan).await.unwrap();
            let seen = measured.plugin.stages.iter().map(|stage| stage.stage);
            assert_eq!(seen.collect::<Vec<_>>().join(" "), stages);
            assert_eq!(measured.plugin.fuel, measured.empty.fuel);
            let compared = measured.empty.stages.iter().map(|stage| stage.stage);
            assert_eq!(compared.collect::<Vec<_>>().join(" "), stages);
            assert!(
                measured.plugin.fuel > 0 && measured.plugin.memory_bytes > 0,
                "{world:?}"
            );
        }
    }

    /// The empty plugin is asked where the other is asked, and nowhere else.
    #[tokio::test]
    async fn like_is_compared_with_like() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.wasm");
        let wanted = ["rcpt".to_owned(), "message".to_owned()];
        std::fs::write(&file, empty::component(World::Filter, &wanted).unwrap()).unwrap();
        let subject = Subject::new(&file, None).unwrap();
        let plan = BenchPlan {
            mail: Mail::new("bob@example.org", &["a@b.test".to_owned()], "\r\n".into()).unwrap(),
            runs: 1,
            table: Table::new(),
        };
        let measured = bench(&subject, &plan).await.unwrap();
        for cost in [&measured.plugin, &measured.empty] {
            let seen: Vec<_> = cost.stages.iter().map(|stage| stage.stage).collect();
            assert_eq!(seen, wanted);
        }
    }
}
