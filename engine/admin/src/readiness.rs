//! Whether the server can do its work now.

use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long one check may take before it counts as failed.
const CHECK_WAIT_MAX: Duration = Duration::from_secs(2);

/// One thing that must work.
#[async_trait]
pub trait Check: Send + Sync {
    /// What is checked, in one or two words.
    fn name(&self) -> &'static str;

    /// Looks. Cheap, since load balancers ask every second.
    ///
    /// # Errors
    /// What is wrong.
    async fn check(&self) -> Result<(), String>;
}

/// Answers `/readyz`: every check passes, all listeners are up, the server is not stopping.
pub struct Readiness {
    checks: Vec<Arc<dyn Check>>,
    listening: AtomicBool,
    stop: CancellationToken,
}

impl Readiness {
    /// With these checks; `stop` is cancelled when the server stops.
    #[must_use]
    pub fn new(checks: Vec<Arc<dyn Check>>, stop: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            checks,
            listening: AtomicBool::new(false),
            stop,
        })
    }

    /// All listeners are up.
    pub fn set_listening(&self) {
        self.listening.store(true, Ordering::Release);
    }

    /// What stands in the way, one line each; empty when ready.
    pub async fn obstacles(&self) -> Vec<String> {
        let mut obstacles = Vec::new();
        if self.stop.is_cancelled() {
            obstacles.push("the server is stopping".to_owned());
        } else if !self.listening.load(Ordering::Acquire) {
            obstacles.push("the listeners are not up yet".to_owned());
        }
        for check in &self.checks {
            let outcome = tokio::time::timeout(CHECK_WAIT_MAX, check.check()).await;
            match outcome {
                Ok(Ok(())) => {}
                Ok(Err(problem)) => obstacles.push(format!("{}: {problem}", check.name())),
                Err(_) => obstacles.push(format!(
                    "{}: no answer within {} s",
                    check.name(),
                    CHECK_WAIT_MAX.as_secs()
                )),
            }
        }
        obstacles
    }
}
