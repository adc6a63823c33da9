//! Keys and values of several owners.

use crate::key_value::{
    KEY_OCTETS_MAX, KEYS_MAX, KeyValue, KeyValueError, Owner, VALUE_OCTETS_MAX,
};
use crate::memory::FakeClock;
use bytes::Bytes;
use std::time::Duration;

fn owner(tenant: &str, plugin: &str) -> Owner {
    Owner {
        tenant: tenant.to_owned(),
        plugin: plugin.to_owned(),
        octets_max: 1 << 20,
    }
}

fn rules() -> Owner {
    owner("", "rules")
}

/// The values of keys named in one text, as text; `-` where there is none.
async fn got<S: KeyValue>(store: &S, owner: &Owner, keys: &str) -> String {
    let keys: Vec<_> = keys.split(' ').map(str::to_owned).collect();
    let values = store.get_many(owner, &keys).await.unwrap();
    let text = |value: &Option<Bytes>| match value {
        Some(value) => String::from_utf8_lossy(value).into_owned(),
        None => "-".to_owned(),
    };
    values.iter().map(text).collect::<Vec<_>>().join(" ")
}

async fn set<S: KeyValue>(store: &S, owner: &Owner, key: &str, value: &'static str) {
    let value = Bytes::from_static(value.as_bytes());
    store.set(owner, key, value, None).await.unwrap();
}

fn changes(list: &[(&str, i32)]) -> Vec<(String, i32)> {
    list.iter()
        .map(|(key, by)| ((*key).to_owned(), *by))
        .collect()
}

pub(super) async fn values_come_and_go<S: KeyValue>(store: &S) {
    let owner = rules();
    assert_eq!(got(store, &owner, "a b").await, "- -");
    set(store, &owner, "a", "one").await;
    set(store, &owner, "b", "").await;
    assert_eq!(got(store, &owner, "b a c a").await, " one - one");
    set(store, &owner, "a", "two").await;
    assert_eq!(got(store, &owner, "a").await, "two");
    store.delete(&owner, "a").await.unwrap();
    store.delete(&owner, "a").await.unwrap();
    assert_eq!(got(store, &owner, "a b").await, "- ");
    assert!(store.get_many(&owner, &[]).await.unwrap().is_empty());
}

pub(super) async fn owners_are_apart<S: KeyValue>(store: &S) {
    // The last two would meet if the names were put together without care.
    let owners = [
        owner("", "rules"),
        owner("", "bayes"),
        owner("a.test", "rules"),
        owner("b.test", "rules"),
    ];
    for owner in &owners {
        assert_eq!(got(store, owner, "k").await, "-");
        store
            .set(owner, "k", Bytes::from(owner.to_string()), None)
            .await
            .unwrap();
    }
    store.delete(&owners[1], "k").await.unwrap();
    assert_eq!(got(store, &owners[0], "k").await, "/rules");
    assert_eq!(got(store, &owners[1], "k").await, "-");
    assert_eq!(got(store, &owners[2], "k").await, "a.test/rules");
    assert_eq!(got(store, &owners[3], "k").await, "b.test/rules");
}

pub(super) async fn sums<S: KeyValue>(store: &S) {
    let owner = rules();
    let add =
        async |list: &[(&str, i32)]| store.incr_many(&owner, &changes(list), None).await.unwrap();
    assert_eq!(add(&[("a", 2), ("b", -1), ("a", 3)]).await, [2, -1, 5]);
    assert_eq!(got(store, &owner, "a b").await, "5 -1");
    set(store, &owner, "a", "7").await;
    set(store, &owner, "b", "seven").await;
    assert_eq!(add(&[("a", 1), ("b", 1)]).await, [8, 1]);
    assert_eq!(
        add(&[("c", i32::MAX), ("c", 5)]).await,
        [i32::MAX, i32::MAX]
    );
    assert_eq!(
        add(&[("d", i32::MIN), ("d", -5)]).await,
        [i32::MIN, i32::MIN]
    );
    assert!(add(&[]).await.is_empty());
}

/// No addition is lost where many happen at once.
pub(super) async fn sums_meet_concurrently<S: KeyValue>(store: &S) {
    let owner = rules();
    let add = async || {
        for _ in 0..25 {
            let change = changes(&[("n", 1)]);
            store.incr_many(&owner, &change, None).await.unwrap();
        }
    };
    tokio::join!(add(), add(), add(), add());
    assert_eq!(got(store, &owner, "n").await, "100");
}

pub(super) async fn times_run_out<S: KeyValue>(store: &S, clock: &FakeClock) {
    let owner = rules();
    let ttl = Some(Duration::from_secs(10));
    store
        .set(&owner, "a", Bytes::from_static(b"x"), ttl)
        .await
        .unwrap();
    let add = async |ttl| {
        store
            .incr_many(&owner, &changes(&[("n", 1)]), ttl)
            .await
            .unwrap()
    };
    assert_eq!(add(ttl).await, [1]);
    clock.advance(Duration::from_secs(9));
    assert_eq!(got(store, &owner, "a n").await, "x 1");
    assert_eq!(add(ttl).await, [2], "the time that there is stays");
    clock.advance(Duration::from_secs(1));
    assert_eq!(got(store, &owner, "a n").await, "- -");
    assert_eq!(add(None).await, [1], "it begins anew");
    set(store, &owner, "a", "y").await;
    clock.advance(Duration::from_secs(1_000_000));
    assert_eq!(got(store, &owner, "a n").await, "y 1");
}

pub(super) async fn limits<S: KeyValue>(store: &S) {
    let owner = rules();
    let longest = "k".repeat(KEY_OCTETS_MAX);
    let too_large = |result: Result<(), KeyValueError>| {
        assert!(matches!(result, Err(KeyValueError::TooLarge)), "{result:?}");
    };
    let largest = Bytes::from(vec![b'v'; VALUE_OCTETS_MAX]);
    store.set(&owner, &longest, largest, None).await.unwrap();
    let larger = Bytes::from(vec![b'v'; VALUE_OCTETS_MAX + 1]);
    too_large(store.set(&owner, "k", larger, None).await);
    for key in ["", &"k".repeat(KEY_OCTETS_MAX + 1)] {
        too_large(store.set(&owner, key, Bytes::new(), None).await);
        too_large(store.delete(&owner, key).await);
        too_large(store.get_many(&owner, &[key.to_owned()]).await.map(drop));
        let change = changes(&[("fine", 1), (key, 1)]);
        too_large(store.incr_many(&owner, &change, None).await.map(drop));
    }
    let keys: Vec<_> = (0..=KEYS_MAX).map(|n| n.to_string()).collect();
    too_large(store.get_many(&owner, &keys).await.map(drop));
    let values = store.get_many(&owner, &keys[1..]).await.unwrap();
    assert_eq!(values.len(), KEYS_MAX);
    let many: Vec<_> = keys.into_iter().map(|key| (key, 1)).collect();
    too_large(store.incr_many(&owner, &many, None).await.map(drop));
    let sums = store.incr_many(&owner, &many[1..], None).await.unwrap();
    assert!(sums.len() == KEYS_MAX && sums.iter().all(|sum| *sum == 1));
    assert_eq!(got(store, &owner, "fine").await, "-");
}

pub(super) async fn quota<S: KeyValue>(store: &S) {
    let mut owner = rules();
    owner.octets_max = 10;
    let over = |result: Result<(), KeyValueError>| {
        assert!(matches!(result, Err(KeyValueError::Quota)), "{result:?}");
    };
    set(store, &owner, "a", "1234").await;
    set(store, &owner, "b", "1234").await;
    let octet = || Bytes::from_static(b"1");
    over(store.set(&owner, "c", octet(), None).await);
    over(
        store
            .set(&owner, "a", Bytes::from_static(b"12345"), None)
            .await,
    );
    over(
        store
            .incr_many(&owner, &changes(&[("a", 1), ("c", 1)]), None)
            .await
            .map(drop),
    );
    assert_eq!(got(store, &owner, "a b c").await, "1234 1234 -");
    store.delete(&owner, "b").await.unwrap();
    set(store, &owner, "c", "1234").await;
    owner.octets_max = 5;
    set(store, &owner, "c", "123").await;
    over(
        store
            .set(&owner, "c", Bytes::from_static(b"12345"), None)
            .await,
    );
    assert_eq!(got(store, &owner, "a b c").await, "1234 - 123");
}
