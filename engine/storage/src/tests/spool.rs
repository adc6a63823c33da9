//! Spooled octets.

use super::{fixture, octets};
use waxseal_ports::Spool;
use waxseal_ports::read_at::read_all;

#[tokio::test]
async fn small_in_memory_large_in_a_file_without_a_name() {
    let fixture = fixture().await;
    for (size, in_memory) in [(0, true), (1000, true), (256 << 10, true), (2 << 20, false)] {
        let mut spool = fixture.start();
        for piece in octets(5, size).chunks(7001) {
            spool.write(piece).unwrap();
        }
        let spooled = spool.finish().unwrap();
        assert_eq!(spooled.as_bytes().is_some(), in_memory, "{size}");
        assert_eq!(
            read_all(spooled.as_ref()).unwrap(),
            octets(5, size),
            "{size}"
        );
        let left = std::fs::read_dir(fixture.folder.path().join("spool")).unwrap();
        assert_eq!(left.count(), 0, "{size}");
    }
}
