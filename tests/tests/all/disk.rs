//! Disks that fail: full ones and ones whose fsync fails.

use std::path::{Path, PathBuf};
use waxseal_tests::{Client, Folder, Server, until};

/// A small tmpfs over the data folder, unmounted at the end. `None` without the right to mount.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: &Path) -> Option<Self> {
        let mount = Client::new("mount").args(["-t", "tmpfs", "-o", "size=256m", "tmpfs"]);
        let mounted = mount.arg(path.display()).run().unwrap();
        (mounted.code == 0).then(|| Self(path.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Client::new("umount")
            .arg("-l")
            .arg(self.0.display())
            .run()
            .map(|_| ())
            .unwrap_or_default();
    }
}

/// A full disk answers 452, keeps everything acknowledged, and takes mail again once there is space.
#[test]
fn a_full_disk_defers_and_recovers() {
    let folder = Folder::new("full").unwrap();
    let path = folder.path().to_owned();
    let Some(_disk) = SmallDisk::mount(&path) else {
        eprintln!("no right to mount a tmpfs here; run as root to fill a disk");
        return;
    };
    let server = Server::start_in(folder, &[]).unwrap();
    let client = server.python("full_disk.py").arg(path.display());
    let text = client
        .succeed()
        .unwrap_or_else(|error| panic!("{error}\n{}", server.log()));
    assert!(text.contains("recovered"), "{text}");
}

/// After a failed fsync nothing is acknowledged any more and readiness is gone; reading goes on.
#[test]
fn a_failed_fsync_stops_acknowledging() {
    let server = Server::start("fsync").unwrap();
    server.python("append_many.py").arg(3).succeed().unwrap();
    let inject = "-e inject=fdatasync,fsync:error=EIO -e trace=fdatasync,fsync";
    let trace = server.folder.path().join("strace");
    let mut strace = std::process::Command::new("strace");
    strace
        .args(["-f", "-p", &server.pid().to_string()])
        .args(inject.split(' '));
    strace
        .arg("-o")
        .arg(&trace)
        .stderr(std::process::Stdio::null());
    let mut strace = strace.spawn().unwrap();
    let attached = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
        !status.contains("TracerPid:\t0")
    };
    until(
        "strace attaches",
        std::time::Duration::from_secs(20),
        attached,
    )
    .unwrap();
    let text = server.python("failed_fsync.py").succeed();
    strace.kill().unwrap();
    strace.wait().unwrap();
    let text = text.unwrap_or_else(|error| panic!("{error}\n{}", server.log()));
    assert!(text.contains("refused"), "{text}");
}
