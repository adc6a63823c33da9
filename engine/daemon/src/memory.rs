//! Memory that nobody uses goes back to the system at once.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Milliseconds that the allocator keeps freed pages for itself. It reads this once, before `main`.
const PURGE_DELAY: &str = "MIMALLOC_PURGE_DELAY";

/// Puts this program in its own place with the allocator told to keep nothing: left to itself, an idle
/// server holds on to 40 MB that a burst or a compiled plugin once took, and throughput gains nothing
/// from it. A value that the administrator set stands.
///
/// Returns where there is nothing to do, or where the program cannot be started again; the server then
/// only takes more memory.
pub(crate) fn give_back_at_once() {
    if env::var_os(PURGE_DELAY).is_some() {
        return;
    }
    let Ok(program) = env::current_exe() else {
        return;
    };
    let mut arguments = env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    let failure = again.args(arguments).env(PURGE_DELAY, "0").exec();
    // `exec` returns only when it failed; nothing is lost but some memory.
    drop(failure);
}
