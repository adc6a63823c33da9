//! The native filters behind a milter socket: what an existing mail server would have to do.

use crate::native::NativeFilter;
use crate::way::Kind;
use anyhow::{Context, Result, anyhow};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use waxseal_milter::{Listener, Milter, MilterConfig, Server, ServerConfig, ServerPorts, Socket};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::filter::Protocol;
use waxseal_ports::memory::Memory;

/// A milter on a thread of its own, as it would be a process of its own.
pub(crate) struct Served {
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
    socket: Socket,
}

impl Served {
    /// Serves a native filter at a Unix socket below `folder`.
    pub(crate) fn start(kind: Kind, folder: &Path) -> Result<Self> {
        let socket = Socket::Unix(folder.join(format!("{kind}.sock")));
        let stop = CancellationToken::new();
        let (ready, is_ready) = mpsc::channel();
        let (at, until) = (socket.clone(), stop.clone());
        let thread = std::thread::spawn(move || serve(kind, &at, &until, &ready));
        let began = is_ready.recv().context("the milter's thread ended")?;
        began.map_err(|error| anyhow!("{error}"))?;
        Ok(Self {
            stop,
            thread: Some(thread),
            socket,
        })
    }

    /// The server's own client of it. `kept` connections serve later sessions too, which Postfix's
    /// do not.
    pub(crate) fn client(&self, kept: u32) -> Milter {
        let mut config = MilterConfig::new("bench", self.socket.clone());
        config.limits.idle_connections_max = kept;
        let spool = Arc::new(Memory::example());
        Milter::new(config, "mx.example.test", spool, Arc::new(SystemClock))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A milter that failed said so to its clients.
            thread.join().unwrap_or_default();
        }
    }
}

fn serve(
    kind: Kind,
    socket: &Socket,
    stop: &CancellationToken,
    ready: &Sender<Result<(), String>>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let served = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        // What `bayes` has learned belongs to the thread that judges.
        let (judge, learned) = kind.native()?;
        runtime.block_on(async {
            let ports = ServerPorts {
                filter: Arc::new(NativeFilter(judge)),
                spool: Arc::new(Memory::example()),
                clock: Arc::new(SystemClock),
            };
            let server = Arc::new(Server::new(ServerConfig::default(), Protocol::Smtp, ports));
            let listener = Listener::bind(socket, None).await?;
            ready.send(Ok(()))?;
            server.run(listener, stop.clone(), TaskTracker::new()).await;
            anyhow::Ok(())
        })?;
        drop(learned);
        anyhow::Ok(())
    });
    if let Err(error) = served {
        // Whoever waits for the start is told; later there is nobody.
        ready.send(Err(format!("{error:#}"))).unwrap_or_default();
    }
}
