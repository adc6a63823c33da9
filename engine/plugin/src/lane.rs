//! Keeps guests from holding up the reactor.
//!
//! A call is polled once where it is; nearly all end there, without a change of thread. One that is
//! still running at the next epoch tick yields, and goes on on a thread of its own, of which there
//! are few: sessions with quick filters never wait behind a slow guest. One that waits for the host
//! (a name server, a database) waits on the reactor and holds no thread.

use crate::config::Limits;
use crate::error::CallFailure;
use crate::pulse::Pulse;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::Sleep;

/// A call under way.
pub(crate) type Run<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The threads for long calls.
pub(crate) struct Lane {
    slow: Arc<Semaphore>,
}

/// The call came to no end of its own.
#[derive(Debug)]
pub(crate) enum Lost {
    /// Its thread ended first: a panic in the host, or the end of the runtime.
    Thread,
    /// It was waiting when its time was over.
    Wall,
}

impl Lost {
    /// Under these limits, with the value as it is configured.
    pub(crate) fn failure(&self, limits: &Limits) -> CallFailure {
        match self {
            Self::Thread => CallFailure::Trap("the thread of the call ended".to_owned()),
            Self::Wall => CallFailure::Wall(limits.wall_millis),
        }
    }
}

/// How far a call has come.
enum Step<T> {
    Done(T),
    /// It would run on.
    Runs(Run<T>),
    /// It waits for the host.
    Waits(Run<T>),
}

/// Ends the running call at its next tick when nobody waits for it any longer.
struct CancelOnDrop(Option<Arc<Pulse>>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(pulse) = &self.0 {
            pulse.cancel();
        }
    }
}

impl Lane {
    pub(crate) fn new(slow_max: usize) -> Self {
        Self {
            slow: Arc::new(Semaphore::new(slow_max)),
        }
    }

    /// Runs a call to its end. After `wall` it ends the call: a running one at its next tick, a
    /// waiting one at once.
    ///
    /// # Errors
    /// [`Lost`].
    pub(crate) async fn drive<T: Send + 'static>(
        &self,
        mut run: Run<T>,
        pulse: Arc<Pulse>,
        wall: Duration,
    ) -> Result<T, Lost> {
        let first = std::future::poll_fn(|context| Poll::Ready(poll(&mut run, &pulse, context)));
        if let Poll::Ready(done) = first.await {
            return Ok(done);
        }
        let mut guard = CancelOnDrop(Some(pulse.clone()));
        let mut deadline = Box::pin(tokio::time::sleep(wall));
        let mut step = step(run, &pulse);
        let ended = loop {
            let next = match step {
                Step::Done(done) => break Ok(done),
                Step::Runs(run) => self.drive_apart(run, &pulse, &mut deadline).await,
                Step::Waits(run) => drive_here(run, &pulse, &mut deadline).await,
            };
            match next {
                Ok(next) => step = next,
                Err(lost) => break Err(lost),
            }
        };
        guard.0 = None;
        ended
    }

    /// Runs a call on a thread of its own until it ends or waits for the host.
    async fn drive_apart<T: Send + 'static>(
        &self,
        run: Run<T>,
        pulse: &Arc<Pulse>,
        deadline: &mut Pin<Box<Sleep>>,
    ) -> Result<Step<T>, Lost> {
        let permit = tokio::select! {
            permit = self.slow.clone().acquire_owned() => permit.map_err(|_| Lost::Thread)?,
            () = &mut *deadline => return Err(Lost::Wall),
        };
        let (handle, seen) = (Handle::current(), pulse.clone());
        let mut ended = tokio::task::spawn_blocking(move || {
            let step = handle.block_on(until(run, &seen, |pulse| pulse.is_waiting()));
            drop(permit);
            step
        });
        tokio::select! {
            joined = &mut ended => joined.map_err(|_| Lost::Thread),
            () = &mut *deadline => {
                pulse.cancel();
                match ended.await.map_err(|_| Lost::Thread)? {
                    Step::Done(done) => Ok(Step::Done(done)),
                    Step::Runs(_) | Step::Waits(_) => Err(Lost::Wall),
                }
            }
        }
    }
}

/// Waits on the reactor until the call ends or would run on.
async fn drive_here<T>(
    run: Run<T>,
    pulse: &Pulse,
    deadline: &mut Pin<Box<Sleep>>,
) -> Result<Step<T>, Lost> {
    tokio::select! {
        step = until(run, pulse, |pulse| !pulse.is_waiting()) => Ok(step),
        () = deadline => Err(Lost::Wall),
    }
}

/// Polls a call until it ends, or is pending in the way that `leave` looks for.
async fn until<T>(run: Run<T>, pulse: &Pulse, leave: impl Fn(&Pulse) -> bool) -> Step<T> {
    let mut held = Some(run);
    std::future::poll_fn(|context| {
        let Some(run) = &mut held else {
            return Poll::Pending;
        };
        match poll(run, pulse, context) {
            Poll::Ready(done) => Poll::Ready(Step::Done(done)),
            Poll::Pending if leave(pulse) => held
                .take()
                .map_or(Poll::Pending, |run| Poll::Ready(step(run, pulse))),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

fn step<T>(run: Run<T>, pulse: &Pulse) -> Step<T> {
    if pulse.is_waiting() {
        Step::Waits(run)
    } else {
        Step::Runs(run)
    }
}

fn poll<T>(run: &mut Run<T>, pulse: &Pulse, context: &mut Context<'_>) -> Poll<T> {
    pulse.begin_poll();
    run.as_mut().poll(context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    fn run<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Run<T> {
        Box::pin(future)
    }

    fn pulse() -> Arc<Pulse> {
        Arc::new(Pulse::new())
    }

    /// As a host function waits.
    async fn wait(pulse: Arc<Pulse>, future: impl Future<Output = ()>) {
        let mut future = Box::pin(future);
        std::future::poll_fn(|context| {
            let polled = future.as_mut().poll(context);
            if polled.is_pending() {
                pulse.wait();
            }
            polled
        })
        .await;
    }

    #[tokio::test]
    async fn quick_calls_stay_and_slow_ones_move() {
        let lane = Lane::new(1);
        let wall = Duration::from_secs(5);
        let here = std::thread::current().id();
        let quick = run(async { std::thread::current().id() });
        let pulse = pulse();
        assert_eq!(lane.drive(quick, pulse.clone(), wall).await.unwrap(), here);
        let slow = run(async {
            tokio::task::yield_now().await;
            std::thread::current().id()
        });
        assert_ne!(lane.drive(slow, pulse.clone(), wall).await.unwrap(), here);
        assert!(!pulse.is_cancelled());
    }

    #[tokio::test]
    async fn waiting_calls_hold_no_thread() {
        let lane = Lane::new(1);
        let here = std::thread::current().id();
        let barrier = Arc::new(tokio::sync::Barrier::new(20));
        let meeting = |n: u32| {
            let (pulse, barrier) = (pulse(), barrier.clone());
            let waits = pulse.clone();
            let run = run(async move {
                if n.is_multiple_of(2) {
                    tokio::task::yield_now().await;
                }
                let met = async {
                    barrier.wait().await;
                };
                wait(waits, met).await;
                std::thread::current().id()
            });
            lane.drive(run, pulse, Duration::from_secs(10))
        };
        let mut ended = Vec::new();
        let mut all: Vec<_> = (0..20).map(|n| Box::pin(meeting(n))).collect();
        std::future::poll_fn(|context| {
            all.retain_mut(|one| match one.as_mut().poll(context) {
                Poll::Ready(thread) => {
                    ended.push(thread.unwrap());
                    false
                }
                Poll::Pending => true,
            });
            if all.is_empty() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        // The last one to come has nothing to wait for, and may end on its own thread.
        let elsewhere = ended.iter().filter(|thread| **thread != here).count();
        assert!(
            elsewhere <= 1,
            "{elsewhere} waited on a thread of their own"
        );
    }

    #[tokio::test]
    async fn the_wall_limit_cancels_running_and_waiting_calls() {
        let lane = Lane::new(1);
        let until_cancelled = |pulse: Arc<Pulse>| {
            run(async move {
                while !pulse.is_cancelled() {
                    tokio::task::yield_now().await;
                }
            })
        };
        let (one, two, three) = (pulse(), pulse(), pulse());
        let waits = run(wait(three.clone(), std::future::pending()));
        let wall = Duration::from_millis(20);
        let all = async {
            tokio::join!(
                lane.drive(until_cancelled(one.clone()), one.clone(), wall),
                lane.drive(until_cancelled(two.clone()), two.clone(), wall / 2),
                lane.drive(waits, three.clone(), wall),
            )
        };
        let ended = timeout(Duration::from_secs(10), all).await;
        let (first, second, third) = ended.expect("all are ended");
        assert!(first.is_ok());
        assert!(matches!(second, Err(Lost::Wall)), "it got no thread");
        assert!(matches!(third, Err(Lost::Wall)));
    }

    #[tokio::test]
    async fn a_session_that_goes_away_cancels_its_call() {
        let lane = Arc::new(Lane::new(1));
        let pulse = pulse();
        let seen = pulse.clone();
        let (ended, end) = tokio::sync::oneshot::channel::<()>();
        let endless = run(async move {
            while !seen.is_cancelled() {
                tokio::task::yield_now().await;
            }
            drop(ended);
        });
        let task = {
            let lane = lane.clone();
            tokio::spawn(async move { lane.drive(endless, pulse, Duration::from_secs(60)).await })
        };
        while lane.slow.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        task.abort();
        let gone = timeout(Duration::from_secs(10), end).await;
        assert!(gone.expect("it ended").is_err());
    }
}
