//! `serve --dev`: follows the content folder.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use waxseal_site::serve::dev::Dev;

use crate::{listen_until_told, today};

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Serves until told to stop.
pub(crate) fn run(content: &Path, listen: SocketAddr) -> anyhow::Result<ExitCode> {
    let dev = Dev::start(content, &today()?)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let follower = tokio::spawn(follow(Arc::clone(&dev)));
        let ending = Arc::clone(&dev);
        let served = listen_until_told(dev.router(), listen, move || ending.stop()).await;
        follower.abort();
        served
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn follow(dev: Arc<Dev>) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    let mut seen = dev.stamp().ok();
    loop {
        ticks.tick().await;
        let looked = Arc::clone(&dev);
        let Ok(now) = tokio::task::spawn_blocking(move || looked.stamp().ok()).await else {
            return;
        };
        // A folder in the middle of a change may not be readable; the next look sees it whole.
        if now.is_none() || now == seen {
            continue;
        }
        seen = now;
        let read = Arc::clone(&dev);
        match tokio::task::spawn_blocking(move || read.refresh()).await {
            Ok(Ok(errors)) => tracing::info!(errors, "content was read again"),
            Ok(Err(error)) => tracing::warn!(%error, "content could not be read"),
            Err(error) => tracing::error!(%error, "reading content failed"),
        }
    }
}
