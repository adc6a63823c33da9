//! The in-memory adapters hold what every adapter of a port must.

use std::sync::Arc;
use std::time::Duration;
use waxseal_mail::Timestamp;
use waxseal_ports::contract::{CodecTrial, Tampering};
use waxseal_ports::memory::{FakeClock, Memory, MemoryCodecs, MemoryKeyValue};
use waxseal_ports::queue::QueueError;
use waxseal_ports::spool::SpoolError;
use waxseal_ports::{BlobCodecs, Clock, Directory, Queue, Spool, contract};

fn fresh() -> Arc<Memory> {
    Arc::new(Memory::new(Arc::new(FakeClock::default())))
}

#[tokio::test]
async fn directory() {
    contract::directory(async || fresh()).await;
}

#[tokio::test]
async fn store() {
    contract::store(async || fresh()).await;
}

#[tokio::test]
async fn queue() {
    contract::queue(async || fresh()).await;
}

#[tokio::test]
async fn key_value() {
    contract::key_value(async |clock| Arc::new(MemoryKeyValue::new(clock))).await;
}

#[tokio::test]
async fn codecs_and_holders() {
    let codecs: Arc<dyn BlobCodecs> = Arc::new(MemoryCodecs::default());
    let spool = fresh();
    let trial = |name| CodecTrial {
        codecs: codecs.clone(),
        name,
        spool: &*spool,
    };
    trial("xor").codec(Tampering::Changes).await;
    trial("reverse").codec(Tampering::Changes).await;
    trial("shelf").holder().await;
}

#[tokio::test]
async fn the_example_world_is_the_demo() {
    let memory = Memory::example();
    for (user, password) in [("alice", "secret1"), ("bob", "secret2")] {
        let user = format!("{user}@example.test");
        let account = memory.authenticate(&user, password).await.unwrap();
        assert_eq!(account.unwrap().address.to_string(), user);
    }
    let aliases = memory.aliases(None).await.unwrap();
    assert_eq!(aliases[0].address.to_string(), "postmaster@example.test");
}

#[tokio::test]
async fn the_clock_makes_messages_due() {
    let memory = fresh();
    let message = || waxseal_ports::queue::NewMessage {
        id: waxseal_mail::MessageId(1),
        envelope: waxseal_mail::Envelope {
            reverse_path: waxseal_mail::ReversePath::Null,
            recipients: vec![waxseal_mail::Recipient {
                forward_path: waxseal_mail::ForwardPath::Postmaster,
                orcpt: None,
                notify: waxseal_mail::DsnNotify::default(),
            }],
            body: waxseal_mail::BodyKind::SevenBit,
            smtputf8: false,
            envid: None,
            dsn_return: None,
        },
        message: Arc::new(bytes::Bytes::from_static(b"\r\n")),
        received: Timestamp::utc(0),
        tags: Vec::new(),
        notes: Default::default(),
        quarantine: None,
        hold: None,
        trace: Vec::new(),
    };
    memory.set_full(true);
    let refused = memory.accept(message()).await;
    assert!(matches!(refused, Err(QueueError::Full)));
    let refused = memory.start().write(b"x");
    assert!(matches!(refused, Err(SpoolError::Full)));
    memory.set_full(false);
    memory.accept(message()).await.unwrap();
    let leased = memory.claim(1).await.unwrap();
    let mut due = memory.clock().wall();
    due.unix_secs += 900;
    memory.release(leased[0].id, due).await;
    let started = memory.clock().monotonic();
    let (claimed, ()) = tokio::join!(memory.claim(1), async {
        memory.clock().advance(Duration::from_secs(899));
        memory.clock().advance(Duration::from_secs(1));
    });
    assert_eq!(claimed.unwrap()[0].id, leased[0].id);
    let passed = memory.clock().monotonic() - started;
    assert_eq!(passed, Duration::from_secs(900));
}

#[test]
fn the_spool_gives_back_what_was_written() {
    let memory = fresh();
    let mut place = memory.start();
    place.write(b"one ").unwrap();
    place.write(b"two").unwrap();
    let octets = place.finish().unwrap();
    assert_eq!(
        waxseal_ports::read_at::read_all(&*octets).unwrap(),
        "one two"
    );
}
