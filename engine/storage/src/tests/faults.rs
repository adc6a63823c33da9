//! Disks that fail or are full, and operations that fail beside others.

use super::reopen::stored;
use super::{Fixture, delivered, fixture, fixture_on, new_append, new_message, octets};
use crate::commit::{Alone, Batch, Change, RefRow, View};
use crate::disk::{Disk, OsDisk};
use crate::outage::Outage;
use crate::pack::{Place, blob_id};
use async_trait::async_trait;
use sqlx::SqliteConnection;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use waxseal_mail::MailboxName;
use waxseal_ports::queue::QueueError;
use waxseal_ports::spool::SpoolError;
use waxseal_ports::store::StoreError;
use waxseal_ports::{Queue, Spool, Store};

/// A disk that does what it is told.
struct FaultyDisk {
    /// Octets that can still be written; negative is full.
    room: AtomicI64,
    sync_fails: AtomicBool,
    free: AtomicU64,
}

impl FaultyDisk {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            room: AtomicI64::new(i64::MAX),
            sync_fails: AtomicBool::new(false),
            free: AtomicU64::new(u64::MAX),
        })
    }
}

impl Disk for FaultyDisk {
    fn write(&self, file: &File, offset: u64, octets: &[u8]) -> io::Result<()> {
        let count = i64::try_from(octets.len()).unwrap();
        let room = self.room.fetch_sub(count, Ordering::SeqCst).clamp(0, count);
        // What fits is written before the rest is refused, as a real disk does.
        OsDisk.write(file, offset, &octets[..usize::try_from(room).unwrap()])?;
        if room < count {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        if self.sync_fails.swap(false, Ordering::SeqCst) {
            return Err(io::Error::other("input/output error"));
        }
        OsDisk.sync(file)
    }

    fn free_octets(&self, _folder: &Path) -> io::Result<u64> {
        Ok(self.free.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn after_one_failed_flush_nothing_is_written_any_more() {
    let disk = FaultyDisk::new();
    let fixture = fixture_on(disk.clone()).await;
    let account = fixture.alice().await;
    let inbox = MailboxName::inbox();
    fixture
        .append(account, &inbox, vec![new_append("before")])
        .await
        .unwrap();
    disk.sync_fails.store(true, Ordering::SeqCst);
    let refused = fixture
        .append(account, &inbox, vec![new_append("lost")])
        .await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    assert!(!fixture.healthy());
    // The disk says yes again, and is not believed.
    let refused = fixture.accept(new_message(1, "later")).await;
    assert!(matches!(refused, Err(QueueError::Unavailable(_))));
    let refused = fixture
        .create(account, &MailboxName::new("x").unwrap(), None)
        .await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    assert_eq!(stored(&fixture, account).await, [(1, b"before".to_vec())]);
    let fixture = fixture.reopen().await;
    assert!(fixture.healthy());
    assert_eq!(stored(&fixture, account).await, [(1, b"before".to_vec())]);
}

#[tokio::test]
async fn a_full_disk_refuses_and_heals() {
    let disk = FaultyDisk::new();
    let fixture = fixture_on(disk.clone()).await;
    let account = fixture.alice().await;
    fixture
        .accept(new_message(1, octets(1, 4000)))
        .await
        .unwrap();
    let pack = fixture.folder.path().join("packs/00000001.pack");
    let before = pack.metadata().unwrap().len();
    for room in [0, 1, 64, 3000] {
        disk.room.store(room, Ordering::SeqCst);
        let refused = fixture.accept(new_message(2, octets(2, 4000))).await;
        assert!(matches!(refused, Err(QueueError::Full)), "room {room}");
        assert_eq!(pack.metadata().unwrap().len(), before, "room {room}");
    }
    assert!(fixture.healthy());
    disk.room.store(i64::MAX, Ordering::SeqCst);
    fixture
        .accept(new_message(2, octets(2, 4000)))
        .await
        .unwrap();
    check_both_arrive(&fixture, account).await;
}

async fn check_both_arrive(fixture: &Fixture, account: waxseal_mail::AccountId) {
    for _ in 0..2 {
        let leased = fixture.claim_one().await;
        fixture.settle(delivered(&leased, account)).await.unwrap();
    }
    let expected = [(1, octets(1, 4000)), (2, octets(2, 4000))];
    assert_eq!(stored(fixture, account).await, expected);
    assert!(fixture.verify().await.unwrap().damaged.is_empty());
}

#[tokio::test]
async fn below_the_reserve_only_what_grows_is_refused() {
    let disk = FaultyDisk::new();
    let fixture = fixture_on(disk.clone()).await;
    let account = fixture.alice().await;
    fixture
        .accept(new_message(1, octets(1, 4000)))
        .await
        .unwrap();
    disk.free.store(0, Ordering::SeqCst);
    let refused = fixture.accept(new_message(2, "x")).await;
    assert!(matches!(refused, Err(QueueError::Full)));
    let inbox = MailboxName::inbox();
    let refused = fixture.append(account, &inbox, vec![new_append("x")]).await;
    assert!(matches!(refused, Err(StoreError::Full)));
    let mut spool = fixture.start();
    assert!(matches!(
        spool.write(&vec![0; 1 << 20]),
        Err(SpoolError::Full)
    ));
    let leased = fixture.claim_one().await;
    fixture.settle(delivered(&leased, account)).await.unwrap();
    disk.free.store(u64::MAX, Ordering::SeqCst);
    fixture
        .accept(new_message(2, octets(2, 4000)))
        .await
        .unwrap();
}

/// Lets the database grow to so many pages and no more.
struct LimitPages(i64);

#[async_trait]
impl Alone for LimitPages {
    type Output = ();
    type Error = Outage;

    async fn run(&mut self, connection: &mut SqliteConnection, _view: &View) -> Result<(), Outage> {
        let sql = format!("PRAGMA max_page_count = {}", self.0);
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(connection)
            .await?;
        Ok(())
    }

    fn publish(&mut self, (): &(), _view: &View) {}
}

#[tokio::test]
async fn a_full_database_refuses_and_heals() {
    let fixture = fixture().await;
    let account = fixture.alice().await;
    let inbox = MailboxName::inbox();
    fixture.alone(LimitPages(1)).await.unwrap();
    let mut accepted = 0;
    loop {
        let messages = (0..50).map(|_| new_append("small")).collect();
        match fixture.append(account, &inbox, messages).await {
            Ok(_) => accepted += 50,
            Err(StoreError::Full) => break,
            Err(other) => panic!("{other}"),
        }
        assert!(accepted < 100_000, "the limit has no effect");
    }
    assert!(fixture.healthy());
    fixture.alone(LimitPages(1 << 30)).await.unwrap();
    let more = fixture
        .append(account, &inbox, vec![new_append("more")])
        .await;
    assert_eq!(more.unwrap().uids[0].get(), accepted + 1);
    let fixture = fixture.reopen().await;
    assert_eq!(stored(&fixture, account).await.len(), accepted as usize + 1);
}

/// Breaks the transaction it is in.
struct Spoiler;

impl Change for Spoiler {
    type Output = ();
    type Error = StoreError;

    fn plan(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let place = Place {
            id: blob_id(1, 0),
            pack: 1,
            offset: 0,
            octets: 1,
            crc: 0,
            plain: None,
        };
        let twice = || RefRow {
            place,
            refs: 1,
            held: None,
        };
        batch.rows.blobs.extend([twice(), twice()]);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_fails_does_not_fail_its_neighbours() {
    let fixture = fixture().await;
    let account = fixture.alice().await;
    let inbox = MailboxName::inbox();
    let nowhere = MailboxName::new("nowhere").unwrap();
    let mut good = tokio::task::JoinSet::new();
    let mut bad = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let (storage, inbox) = (fixture.storage.clone(), inbox.clone());
        good.spawn(async move { storage.append(account, &inbox, vec![new_append("x")]).await });
        let (storage, nowhere) = (fixture.storage.clone(), nowhere.clone());
        bad.spawn(async move {
            storage
                .append(account, &nowhere, vec![new_append("x")])
                .await
        });
        let storage = fixture.storage.clone();
        bad.spawn(async move {
            storage.batched(Spoiler).await?;
            panic!("a broken transaction was committed");
        });
    }
    for outcome in good.join_all().await {
        outcome.unwrap();
    }
    for outcome in bad.join_all().await {
        assert!(outcome.is_err());
    }
    assert!(fixture.healthy());
    let uids: Vec<_> = stored(&fixture, account)
        .await
        .iter()
        .map(|(uid, _)| *uid)
        .collect();
    assert_eq!(uids, (1..=40).collect::<Vec<_>>());
}

/// Ends the committing thread: before anything is done, or when its own change is committed.
enum Panics {
    WhilePlanning,
    AfterCommit,
}

impl Change for Panics {
    type Output = ();
    type Error = StoreError;

    fn plan(&mut self, _batch: &mut Batch<'_>) -> Result<(), StoreError> {
        panic!("a test's panic");
    }
}

#[async_trait]
impl Alone for Panics {
    type Output = ();
    type Error = Outage;

    async fn run(
        &mut self,
        _connection: &mut SqliteConnection,
        _view: &View,
    ) -> Result<(), Outage> {
        Ok(())
    }

    fn publish(&mut self, (): &(), _view: &View) {
        panic!("a test's panic");
    }
}

#[tokio::test]
async fn a_writing_thread_that_ended_is_noticed() {
    for panics in [Panics::WhilePlanning, Panics::AfterCommit] {
        let fixture = fixture().await;
        fixture.alice().await;
        let answered = match panics {
            Panics::WhilePlanning => fixture.batched(panics).await.is_ok(),
            Panics::AfterCommit => fixture.alone(panics).await.is_ok(),
        };
        assert!(!answered && !fixture.healthy());
        let refused = fixture.accept(new_message(1, "later")).await;
        assert!(matches!(refused, Err(QueueError::Unavailable(_))));
        let fixture = fixture.reopen().await;
        assert!(fixture.healthy());
        fixture.accept(new_message(1, "later")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_condemns_nothing() {
    let fixture = fixture().await;
    let account = fixture.alice().await;
    let mut appends = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let storage = fixture.storage.clone();
        appends.spawn(async move {
            let inbox = MailboxName::inbox();
            let messages = vec![new_append("x")];
            storage.append(account, &inbox, messages).await.is_ok()
        });
    }
    fixture.close().await;
    let done = appends.join_all().await;
    assert!(fixture.healthy());
    let refused = fixture.accept(new_message(1, "later")).await;
    assert!(matches!(refused, Err(QueueError::Unavailable(_))));
    assert!(fixture.healthy());
    let fixture = fixture.reopen().await;
    let count = done.into_iter().filter(|done| *done).count();
    let stored = stored(&fixture, account).await.len();
    assert!(stored >= count, "{stored} of {count} that were answered");
}
