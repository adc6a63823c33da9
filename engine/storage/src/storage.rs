//! The one object that is everything stored on this node.

use crate::blobs::{BlobDesk, DeskSettings};
use crate::commit::{Alone, Change, CommitSettings, Committer, View, Work, alone_ticket, ticket};
use crate::config::Config;
use crate::directory::{Passwords, Roster};
use crate::disk::{Disk, OsDisk};
use crate::folder::{DataFolder, OpenError};
use crate::health::Health;
use crate::mailboxes::{LoadShelves, Mailboxes};
use crate::outage::Outage;
use crate::pack::{
    HEADER_OCTETS, PackFile, PackSettings, PackShelf, PackWriter, Tail, end_of_valid,
};
use crate::queue::{QueueState, load_queue};
use crate::schema;
use crate::spool::SpoolPlace;
use sqlx::{Row, SqliteConnection, SqlitePool};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};
use waxseal_mail::AccountId;
use waxseal_ports::Clock;

/// Operations waiting for the writers; more wait at their callers.
const WAITING_MAX: usize = 4096;

/// Everything stored on this node: implements the ports Directory, Queue, Store and Spool.
pub struct Storage {
    config: Config,
    clock: Arc<dyn Clock>,
    spool: SpoolPlace,
    blobs: Arc<BlobDesk>,
    health: Health,
    view: Arc<View>,
    shelf: Arc<PackShelf>,
    readers: SqlitePool,
    passwords: Passwords,
    writers: Mutex<Option<Writers>>,
    /// Serialises compactions.
    pub(crate) compacting: tokio::sync::Mutex<()>,
    folder: DataFolder,
}

/// The ways to the two writing threads; dropping the senders ends them.
struct Writers {
    packs: mpsc::Sender<Box<dyn crate::commit::Ticket>>,
    commits: mpsc::Sender<Work>,
    threads: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Storage")
            .field("folder", &self.folder.root)
            .finish_non_exhaustive()
    }
}

impl Storage {
    /// Opens the data folder, creating what is missing, and takes its lock. What a crash left
    /// unfinished is set right here: a torn tail of the newest pack is cut off, the queue is read,
    /// leases are gone.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Arc<Self>, OpenError> {
        Self::open_on(config, clock, Arc::new(OsDisk)).await
    }

    /// As [`Storage::open`], on a disk that tests can make fail.
    pub(crate) async fn open_on(
        config: &Config,
        clock: Arc<dyn Clock>,
        disk: Arc<dyn Disk>,
    ) -> Result<Arc<Self>, OpenError> {
        let folder = DataFolder::open(&config.folder)?;
        let mut connection = schema::connect_writer(&folder.database).await?;
        let readers = schema::connect_readers(&folder.database, config.readers).await?;
        let shelf = Arc::new(PackShelf::new(folder.packs.clone()));
        let health = Health::default();
        let view = Arc::new(View {
            mailboxes: Mailboxes::new(config.accounts_cached_max, config.unwatched_messages_max),
            queue: QueueState::new(config.queue_memory_octets),
            roster: Roster::load(&mut connection, &config.subaddress_separators).await?,
        });
        view.queue.fill(load_queue(&mut connection).await?);
        let (tail, next_number) = find_tail(&shelf, &mut connection).await?;
        let pack_writer = PackWriter {
            shelf: shelf.clone(),
            disk: disk.clone(),
            health: health.clone(),
            settings: PackSettings {
                pack_octets_max: config.pack_octets_max.min(1 << 35),
                reserve_octets: config.reserve_octets,
                batch_operations_max: config.batch_operations_max.max(1),
                batch_octets_max: config.batch_octets_max,
            },
            tail,
            next_number,
        };
        let committer = Committer {
            connection,
            view: view.clone(),
            health: health.clone(),
            settings: CommitSettings {
                batch_operations_max: config.batch_operations_max.max(1),
            },
        };
        let writers = start(pack_writer, committer).map_err(|source| OpenError::Io {
            path: folder.root.display().to_string(),
            source,
        })?;
        let spool = SpoolPlace {
            disk,
            folder: folder.spool.clone(),
            reserve_octets: config.reserve_octets,
            memory_octets: config.spool_memory_octets,
        };
        Ok(Arc::new(Self {
            passwords: Passwords::new(&config.password)?,
            config: config.clone(),
            clock,
            blobs: Arc::new(BlobDesk::new(DeskSettings::of(config), spool.clone())),
            spool,
            health,
            view,
            shelf,
            readers,
            writers: Mutex::new(Some(writers)),
            compacting: tokio::sync::Mutex::new(()),
            folder,
        }))
    }

    /// Ends all writing after what was begun, and closes the database. Calls that write answer
    /// "unavailable" from now on.
    pub async fn close(&self) {
        let writers = self.lock_writers().take();
        if let Some(Writers {
            packs,
            commits,
            threads,
        }) = writers
        {
            drop((packs, commits));
            let joined = tokio::task::spawn_blocking(move || {
                threads.into_iter().all(|thread| thread.join().is_ok())
            });
            if !matches!(joined.await, Ok(true)) {
                tracing::error!("a storage thread had panicked");
            }
        }
        self.blobs.set_running(None);
        self.readers.close().await;
    }

    /// Whether writes can be trusted. `false` for ever after a flush or a commit failed in a way that
    /// leaves its outcome in doubt; reading goes on.
    #[must_use]
    pub fn healthy(&self) -> bool {
        self.health.is_good()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.lock_writers().is_some()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    pub(crate) const fn blobs(&self) -> &Arc<BlobDesk> {
        &self.blobs
    }

    pub(crate) fn view(&self) -> &Arc<View> {
        &self.view
    }

    pub(crate) fn shelf(&self) -> &Arc<PackShelf> {
        &self.shelf
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    pub(crate) const fn spool(&self) -> &SpoolPlace {
        &self.spool
    }

    fn lock_writers(&self) -> std::sync::MutexGuard<'_, Option<Writers>> {
        self.writers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a change together with whatever else waits.
    pub(crate) async fn batched<C: Change>(&self, change: C) -> Result<C::Output, C::Error> {
        let commits = self
            .lock_writers()
            .as_ref()
            .map(|writers| writers.commits.clone());
        let (ticket, answer) = ticket(change);
        self.ask(commits, Work::Batched(ticket), answer).await
    }

    /// As [`Storage::batched`], for changes with messages to write.
    pub(crate) async fn with_blobs<C: Change>(&self, change: C) -> Result<C::Output, C::Error> {
        let packs = self
            .lock_writers()
            .as_ref()
            .map(|writers| writers.packs.clone());
        let (ticket, answer) = ticket(change);
        self.ask(packs, ticket, answer).await
    }

    /// Runs an operation in a transaction of its own.
    pub(crate) async fn alone<A: Alone>(&self, operation: A) -> Result<A::Output, A::Error>
    where
        A::Output: Sync,
        A::Error: Sync,
    {
        let commits = self
            .lock_writers()
            .as_ref()
            .map(|writers| writers.commits.clone());
        let (ticket, answer) = alone_ticket(operation);
        self.ask(commits, Work::Alone(ticket), answer).await
    }

    /// Gives work to a writing thread and waits for the answer. The threads answer everything before
    /// they end, also when the storage is closed: one that does not has panicked, and what it did is
    /// in doubt.
    async fn ask<W, T, E: From<Outage>>(
        &self,
        thread: Option<mpsc::Sender<W>>,
        work: W,
        answer: oneshot::Receiver<Result<T, E>>,
    ) -> Result<T, E> {
        let Some(thread) = thread else {
            return Err(closed().into());
        };
        let sent = thread.send(work).await.is_ok();
        // Threads end when nobody can send any more.
        drop(thread);
        if sent && let Ok(outcome) = answer.await {
            return outcome;
        }
        self.health
            .condemn(&"a writing thread ended without an answer");
        Err(closed().into())
    }

    /// Brings the mailbox list of an account into memory.
    pub(crate) async fn ensure_shelf(&self, account: AccountId) -> Result<(), Outage> {
        if self.view.mailboxes.has_shelf(account) {
            return Ok(());
        }
        self.batched(LoadShelves(account)).await
    }
}

fn closed() -> Outage {
    Outage::broken("the storage is closed")
}

/// Starts the two writing threads: packs first, then commits.
fn start(pack_writer: PackWriter, committer: Committer) -> std::io::Result<Writers> {
    let (packs, pack_input) = mpsc::channel(WAITING_MAX);
    let (commits, commit_input) = mpsc::channel(WAITING_MAX);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let onward = commits.clone();
    let threads = vec![
        std::thread::Builder::new()
            .name("storage-packs".into())
            .spawn(move || pack_writer.run(pack_input, &onward))?,
        std::thread::Builder::new()
            .name("storage-commits".into())
            .spawn(move || runtime.block_on(committer.run(commit_input)))?,
    ];
    Ok(Writers {
        packs,
        commits,
        threads,
    })
}

/// The newest pack, cut off behind its last good record, and the number of the next one.
async fn find_tail(
    shelf: &PackShelf,
    connection: &mut SqliteConnection,
) -> Result<(Option<Tail>, u32), OpenError> {
    let failed = |source| OpenError::Io {
        path: shelf.folder().display().to_string(),
        source,
    };
    let numbers = shelf.numbers().map_err(failed)?;
    let row = sqlx::query("SELECT coalesce(max(pack), 0) FROM blob")
        .fetch_one(&mut *connection)
        .await?;
    let named: u32 = row.try_get(0)?;
    let newest = numbers.last().copied();
    let next_number = newest.unwrap_or(0).max(named) + 1;
    let Some(number) = newest.filter(|newest| *newest >= named) else {
        return Ok((None, next_number));
    };
    let row = sqlx::query("SELECT coalesce(max(offset + octets + ?), 0) FROM blob WHERE pack = ?")
        .bind(HEADER_OCTETS as i64)
        .bind(i64::from(number))
        .fetch_one(&mut *connection)
        .await?;
    let committed = row.try_get::<i64, _>(0)?.cast_unsigned();
    let file = shelf.reopen(number).map_err(failed)?;
    let octets = file.metadata().map_err(failed)?.len();
    if octets < committed {
        tracing::error!(
            pack = number,
            octets,
            committed,
            "a pack is shorter than it was"
        );
        return Ok((None, next_number));
    }
    let pack = PackFile { number, file };
    let end = end_of_valid(&pack, committed).map_err(failed)?;
    if end < octets {
        tracing::info!(
            pack = number,
            octets = octets - end,
            "cut off the torn tail of a pack"
        );
        pack.file
            .set_len(end)
            .and_then(|()| pack.file.sync_data())
            .map_err(failed)?;
    }
    let file = pack.file;
    Ok((Some(Tail { number, file, end }), next_number))
}
