//! Named points at which a test may end the process, to see what a crash leaves.

/// Aborts the process at the n-th passing of the point named by `WAXSEAL_CRASH_AT` (`name` or
/// `name:n`, counted from 1). Does nothing unless built with the feature `crash-points`.
#[cfg(not(feature = "crash-points"))]
#[inline(always)]
pub(crate) const fn point(_name: &'static str) {}

#[cfg(feature = "crash-points")]
pub(crate) fn point(name: &'static str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static WANTED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static HITS: AtomicU64 = AtomicU64::new(0);
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("WAXSEAL_CRASH_AT").ok()?;
        match text.split_once(':') {
            Some((name, hit)) => Some((name.to_owned(), hit.parse().ok()?)),
            None => Some((text, 1)),
        }
    });
    if let Some((_, hit)) = wanted.as_ref().filter(|(wanted, _)| wanted == name)
        && HITS.fetch_add(1, Ordering::SeqCst) + 1 == *hit
    {
        std::process::abort();
    }
}

/// Every point there is; the crash test walks through them.
#[cfg(feature = "crash-points")]
pub const POINTS: &[&str] = &[
    "encoded",
    "given-to-holder",
    "pack-created",
    "pack-before-write",
    "pack-written",
    "pack-synced",
    "commit-before",
    "commit-done",
    "published",
    "reply-before",
    "compact-copied",
    "compact-before-unlink",
    "compact-unlinked",
    "holder-forgot",
];
