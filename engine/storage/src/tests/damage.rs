//! Damaged and torn packs.

use super::reopen::stored;
use super::{delivered, fixture, new_append, new_message, octets};
use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use waxseal_mail::MailboxName;
use waxseal_ports::read_at::{read_all, read_range};
use waxseal_ports::{Queue, Store};

fn first_pack(folder: &Path) -> PathBuf {
    folder.join("packs").join("00000001.pack")
}

#[tokio::test]
async fn a_torn_tail_is_cut_off() {
    for tail in [&b"WXR1"[..], &[0; 64], &[0xff; 1000]] {
        let fixture = fixture().await;
        let account = fixture.alice().await;
        fixture
            .accept(new_message(1, octets(1, 3000)))
            .await
            .unwrap();
        let path = first_pack(fixture.folder.path());
        let octets_before = path.metadata().unwrap().len();
        let mut pack = OpenOptions::new().append(true).open(&path).unwrap();
        pack.write_all(tail).unwrap();
        let report = fixture.verify().await.unwrap();
        assert_eq!((report.good, report.torn_octets), (1, tail.len() as u64));

        let fixture = fixture.reopen().await;
        assert_eq!(path.metadata().unwrap().len(), octets_before);
        fixture
            .accept(new_message(2, octets(2, 3000)))
            .await
            .unwrap();
        for id in [1, 2] {
            let leased = fixture.claim_one().await;
            assert_eq!(leased.id.0, id);
            assert_eq!(read_all(leased.message.as_ref()).unwrap(), octets(id, 3000));
            fixture.settle(delivered(&leased, account)).await.unwrap();
        }
        let report = fixture.verify().await.unwrap();
        assert_eq!((report.packs, report.good, report.torn_octets), (1, 2, 0));
        assert!(report.damaged.is_empty());
    }
}

#[tokio::test]
async fn a_whole_record_nobody_named_is_garbage() {
    let fixture = fixture().await;
    let account = fixture.alice().await;
    let inbox = MailboxName::inbox();
    fixture
        .append(account, &inbox, vec![new_append("kept")])
        .await
        .unwrap();
    let path = first_pack(fixture.folder.path());
    let record = std::fs::read(&path).unwrap();
    let mut pack = OpenOptions::new().append(true).open(&path).unwrap();
    pack.write_all(&record).unwrap();
    let fixture = fixture.reopen().await;
    let report = fixture.verify().await.unwrap();
    assert_eq!((report.good, report.unnamed), (2, 1));
    assert_eq!(stored(&fixture, account).await, [(1, b"kept".to_vec())]);
}

#[tokio::test]
async fn flipped_bits_are_found_on_reading() {
    let fixture = fixture().await;
    let account = fixture.alice().await;
    let inbox = MailboxName::inbox();
    let sizes = [3000, 700_000];
    let messages = sizes.iter().map(|size| new_append(octets(9, *size)));
    let appended = fixture
        .append(account, &inbox, messages.collect())
        .await
        .unwrap();
    let path = first_pack(fixture.folder.path());
    let mut pack = OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    let original = std::fs::read(&path).unwrap();
    for at in [64 + 2999, 3064 + 64 + 600_000] {
        pack.seek(SeekFrom::Start(at)).unwrap();
        pack.write_all(&[original[usize::try_from(at).unwrap()] ^ 4])
            .unwrap();
    }
    let messages = fixture
        .messages(account, appended.mailbox, &appended.uids)
        .await;
    for (uid, message) in messages.unwrap() {
        assert!(read_all(message.as_ref()).is_err(), "UID {uid}");
    }
    let messages = fixture
        .messages(account, appended.mailbox, &appended.uids)
        .await;
    let messages = messages.unwrap();
    let small = messages[0].1.as_ref();
    assert!(
        read_range(small, 10, 100).is_err(),
        "a part of a damaged message"
    );
    let large = messages[1].1.as_ref();
    let pieces = (0..7).map(|piece| read_range(large, piece * 100_000, 100_000).is_err());
    let refused: Vec<_> = pieces.collect();
    assert_eq!(refused, [false, false, false, false, false, false, true]);
    let report = fixture.verify().await.unwrap();
    assert_eq!((report.good, report.damaged.len()), (0, 2));
}
