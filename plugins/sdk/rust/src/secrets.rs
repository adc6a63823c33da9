//! Secrets, granted by name as `secrets = ["api-token"]`. They never stand in [`config`](crate::config),
//! and the server hides them in log lines.

use crate::Error;
use crate::host::config;

/// A secret by its name; `None` where it is not granted or not there.
#[must_use]
pub fn get(name: &str) -> Option<String> {
    config::secret(name)
}

/// A secret by its name.
///
/// # Errors
/// `no-secret`, with what the administrator has to write.
pub fn require(name: &str) -> Result<String, Error> {
    let missing = || {
        let message = format!("there is no secret {name:?}: grant it with `secrets = [{name:?}]`");
        Error::new("no-secret", message)
    };
    get(name).ok_or_else(missing)
}
