//! Whether the storage still keeps its promises.

use async_trait::async_trait;
use std::sync::Arc;
use waxseal_admin::Check;
use waxseal_mail::MessageId;
use waxseal_ports::Queue;
use waxseal_storage::Storage;

/// Writes are trusted, and the database answers.
pub(super) struct StorageCheck(pub(super) Arc<Storage>);

#[async_trait]
impl Check for StorageCheck {
    fn name(&self) -> &'static str {
        "storage"
    }

    async fn check(&self) -> Result<(), String> {
        if !self.0.healthy() {
            return Err("a write could not be made durable; restart after mending the disk".into());
        }
        let asked = self.0.show(MessageId(0)).await;
        asked.map(drop).map_err(|error| error.to_string())
    }
}
