//! The store in a folder of its own.

use super::KeyValueStore;
use bytes::Bytes;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use waxseal_ports::clock::{Clock, SystemClock};
use waxseal_ports::key_value::{KeyValue, KeyValueError, Owner};
use waxseal_ports::memory::FakeClock;

struct Opened {
    store: Arc<KeyValueStore>,
    folder: TempDir,
}

impl Deref for Opened {
    type Target = KeyValueStore;
    fn deref(&self) -> &KeyValueStore {
        &self.store
    }
}

async fn open(clock: Arc<dyn Clock>) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let store = KeyValueStore::open(folder.path(), clock).await.unwrap();
    Opened { store, folder }
}

impl Opened {
    async fn again(self, clock: Arc<dyn Clock>) -> Self {
        self.store.close().await;
        let store = KeyValueStore::open(self.folder.path(), clock)
            .await
            .unwrap();
        Self { store, ..self }
    }
}

fn owner(octets_max: u64) -> Owner {
    Owner {
        tenant: "t.test".to_owned(),
        plugin: "greylist".to_owned(),
        octets_max,
    }
}

fn octets(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

#[tokio::test]
async fn it_keeps_the_contract() {
    waxseal_ports::contract::key_value(async |clock| open(clock).await).await;
}

#[tokio::test]
async fn a_restart_changes_nothing() {
    let clock = Arc::new(FakeClock::default());
    let store = open(clock.clone()).await;
    let (owner, keys) = (owner(12), ["a\0b".to_owned(), "n".to_owned()]);
    let ttl = Some(Duration::from_secs(60));
    store
        .set(&owner, &keys[0], octets("1234"), ttl)
        .await
        .unwrap();
    store
        .incr_many(&owner, &[(keys[1].clone(), 5)], None)
        .await
        .unwrap();
    let store = store.again(clock.clone()).await;
    let values = store.get_many(&owner, &keys).await.unwrap();
    assert_eq!(values, [Some(octets("1234")), Some(octets("5"))]);
    let over = store.set(&owner, "x", octets("123"), None).await;
    assert!(
        matches!(over, Err(KeyValueError::Quota)),
        "9 of 12 are known to be used"
    );
    clock.advance(Duration::from_secs(60));
    let store = store.again(clock.clone()).await;
    let values = store.get_many(&owner, &keys).await.unwrap();
    assert_eq!(values, [None, Some(octets("5"))]);
    store
        .set(&owner, "x", octets("123456789"), None)
        .await
        .unwrap();
    store.close().await;
    let closed = store.set(&owner, "y", octets("1"), None).await;
    assert!(matches!(closed, Err(KeyValueError::Unavailable(_))));
}

/// What is expired makes room when room is needed, and is removed in time.
#[tokio::test]
async fn expired_entries_are_swept() {
    let clock = Arc::new(FakeClock::default());
    let store = open(clock.clone()).await;
    let owner = owner(100);
    let ttl = Some(Duration::from_secs(10));
    for n in 10..60 {
        store
            .set(&owner, &n.to_string(), Bytes::new(), ttl)
            .await
            .unwrap();
    }
    let full = store.set(&owner, "60", Bytes::new(), ttl).await;
    assert!(matches!(full, Err(KeyValueError::Quota)));
    clock.advance(Duration::from_secs(10));
    let all = Bytes::from(vec![b'v'; 98]);
    store.set(&owner, "60", all, None).await.unwrap();
    let rows = sqlx::query("SELECT 1 FROM entry")
        .fetch_all(&store.readers)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
}

/// Octets that expired are not counted after a restart, also where they made room in vain.
#[tokio::test]
async fn room_made_in_vain_is_kept() {
    let clock = Arc::new(FakeClock::default());
    let store = open(clock.clone()).await;
    let owner = owner(100);
    let ttl = Some(Duration::from_secs(10));
    for n in 10..60 {
        store
            .set(&owner, &n.to_string(), Bytes::new(), ttl)
            .await
            .unwrap();
    }
    clock.advance(Duration::from_secs(10));
    let over = Bytes::from(vec![b'v'; 99]);
    let full = store.set(&owner, "60", over, None).await;
    assert!(matches!(full, Err(KeyValueError::Quota)));
    let store = store.again(clock).await;
    let all = Bytes::from(vec![b'v'; 98]);
    store.set(&owner, "60", all, None).await.unwrap();
}

/// Sixty-four callers as greylisting has them: a look and a note for each message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_share_commits() {
    let store = open(Arc::new(SystemClock)).await;
    let began = SystemClock.monotonic();
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..64 {
        let store = store.store.clone();
        callers.spawn(async move {
            let owner = owner(1 << 30);
            for n in 0..50 {
                let key = format!("192.0.2.0/24 a{caller}@x.test b{n}@y.test");
                let found = store
                    .get_many(&owner, std::slice::from_ref(&key))
                    .await
                    .unwrap();
                assert_eq!(found, [None]);
                let ttl = Some(Duration::from_secs(3_600));
                store
                    .set(&owner, &key, octets("1795498174"), ttl)
                    .await
                    .unwrap();
            }
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended.unwrap();
    }
    let took = SystemClock.monotonic().saturating_duration_since(began);
    let rows = sqlx::query("SELECT 1 FROM entry")
        .fetch_all(&store.readers)
        .await
        .unwrap();
    assert_eq!(rows.len(), 3_200);
    println!("{:.0} messages a second", 3_200.0 / took.as_secs_f64());
}
