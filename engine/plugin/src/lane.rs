//! Keeps guests from holding up the reactor.
//!
//! A call is polled once where it is; nearly all end there, without a change of thread. One that is
//! still running at the next epoch tick yields, and goes on on a thread of its own, of which there
//! are few: sessions with quick filters never wait behind a slow guest.

use crate::error::CallFailure;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// A call under way.
pub(crate) type Run<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The threads for long calls.
pub(crate) struct Lane {
    slow: Arc<Semaphore>,
}

/// The thread of a call ended before the call: a panic in the host, or the end of the runtime.
#[derive(Debug)]
pub(crate) struct Lost;

impl From<Lost> for CallFailure {
    fn from(_: Lost) -> Self {
        Self::Trap("the thread of the call ended".to_owned())
    }
}

/// Ends the running call at its next tick when nobody waits for it any longer.
struct CancelOnDrop(Option<Arc<AtomicBool>>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(cancel) = &self.0 {
            cancel.store(true, Ordering::Relaxed);
        }
    }
}

impl Lane {
    pub(crate) fn new(slow_max: usize) -> Self {
        Self {
            slow: Arc::new(Semaphore::new(slow_max)),
        }
    }

    /// Runs a call to its end. After `wall` it sets `cancel`, which ends the guest at its next tick.
    ///
    /// # Errors
    /// [`Lost`].
    pub(crate) async fn drive<T: Send + 'static>(
        &self,
        mut run: Run<T>,
        cancel: Arc<AtomicBool>,
        wall: Duration,
    ) -> Result<T, Lost> {
        let first = std::future::poll_fn(|context| match run.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => Poll::Ready(None),
        });
        if let Some(done) = first.await {
            return Ok(done);
        }
        let mut guard = CancelOnDrop(Some(cancel.clone()));
        let ended = self.drive_apart(run, &cancel, wall).await;
        guard.0 = None;
        ended
    }

    async fn drive_apart<T: Send + 'static>(
        &self,
        run: Run<T>,
        cancel: &AtomicBool,
        wall: Duration,
    ) -> Result<T, Lost> {
        let deadline = tokio::time::sleep(wall);
        tokio::pin!(deadline);
        let permit = tokio::select! {
            permit = self.slow.clone().acquire_owned() => permit.map_err(|_| Lost)?,
            () = &mut deadline => {
                // The guest gets one more tick to find out that its time is over.
                cancel.store(true, Ordering::Relaxed);
                return Ok(run.await);
            }
        };
        let handle = Handle::current();
        let mut ended = tokio::task::spawn_blocking(move || {
            let done = handle.block_on(run);
            drop(permit);
            done
        });
        let joined = tokio::select! {
            joined = &mut ended => joined,
            () = &mut deadline => {
                cancel.store(true, Ordering::Relaxed);
                ended.await
            }
        };
        joined.map_err(|_| Lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    fn run<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Run<T> {
        Box::pin(future)
    }

    #[tokio::test]
    async fn quick_calls_stay_and_slow_ones_move() {
        let lane = Lane::new(1);
        let wall = Duration::from_secs(5);
        let here = std::thread::current().id();
        let quick = run(async { std::thread::current().id() });
        let cancel = Arc::new(AtomicBool::new(false));
        assert_eq!(lane.drive(quick, cancel.clone(), wall).await.unwrap(), here);
        let slow = run(async {
            tokio::task::yield_now().await;
            std::thread::current().id()
        });
        assert_ne!(lane.drive(slow, cancel.clone(), wall).await.unwrap(), here);
        assert!(!cancel.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn the_wall_limit_cancels_running_and_waiting_calls() {
        let lane = Lane::new(1);
        let until_cancelled = |cancel: Arc<AtomicBool>| {
            run(async move {
                while !cancel.load(Ordering::Relaxed) {
                    tokio::task::yield_now().await;
                }
            })
        };
        let (one, two) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicBool::new(false)),
        );
        let wall = Duration::from_millis(20);
        let both = async {
            tokio::join!(
                lane.drive(until_cancelled(one.clone()), one.clone(), wall),
                lane.drive(until_cancelled(two.clone()), two.clone(), wall / 2),
            )
        };
        let ended = timeout(Duration::from_secs(10), both).await;
        let (first, second) = ended.expect("both are cancelled");
        assert!(first.is_ok() && second.is_ok());
    }

    #[tokio::test]
    async fn a_session_that_goes_away_cancels_its_call() {
        let lane = Arc::new(Lane::new(1));
        let cancel = Arc::new(AtomicBool::new(false));
        let seen = cancel.clone();
        let (ended, end) = tokio::sync::oneshot::channel::<()>();
        let endless = run(async move {
            while !seen.load(Ordering::Relaxed) {
                tokio::task::yield_now().await;
            }
            drop(ended);
        });
        let task = {
            let (lane, cancel) = (lane.clone(), cancel.clone());
            tokio::spawn(async move { lane.drive(endless, cancel, Duration::from_secs(60)).await })
        };
        while lane.slow.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        task.abort();
        let gone = timeout(Duration::from_secs(10), end).await;
        assert!(gone.expect("it ended").is_err());
    }
}
