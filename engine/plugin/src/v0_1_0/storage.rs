//! The exports of storage plugins and holders.

use super::bindings::waxseal::plugin::types;
use super::{Exports, convert};
use crate::error::CallFailure;
use crate::guest::Guest;
use crate::storage::{StorageAnswer, StorageCall};
use crate::versions::wrong_world;
use wasmtime::Store;
use waxseal_ports::blob_codec::BlobMeta;

impl Exports {
    /// Asks a storage plugin or a holder. The inner error is the plugin's own.
    pub(crate) async fn store(
        &self,
        store: &mut Store<Guest>,
        call: &StorageCall,
    ) -> wasmtime::Result<Result<StorageAnswer, CallFailure>> {
        let answer = match (self, call) {
            (Self::Storage(world), StorageCall::Encode(asked)) => {
                let hooks = world.waxseal_plugin_storage_hooks();
                let attributes = hooks.call_encode(store, &meta(asked)?).await?;
                attributes.map(StorageAnswer::Attributes)
            }
            (Self::Storage(world), StorageCall::Decode(asked)) => {
                let hooks = world.waxseal_plugin_storage_hooks();
                let done = hooks.call_decode(store, &meta(asked)?).await?;
                done.map(|()| StorageAnswer::Done)
            }
            (Self::Holder(world), StorageCall::Put(asked)) => {
                let backend = world.waxseal_plugin_storage_backend();
                let key = backend.call_put(store, &meta(asked)?).await?;
                key.map(StorageAnswer::Key)
            }
            (Self::Holder(world), StorageCall::Get(key)) => {
                let backend = world.waxseal_plugin_storage_backend();
                let done = backend.call_get(store, key).await?;
                done.map(|()| StorageAnswer::Done)
            }
            (Self::Holder(world), StorageCall::Delete(key)) => {
                let backend = world.waxseal_plugin_storage_backend();
                let done = backend.call_delete(store, key).await?;
                done.map(|()| StorageAnswer::Done)
            }
            (
                Self::Storage(_),
                StorageCall::Put(_) | StorageCall::Get(_) | StorageCall::Delete(_),
            ) => {
                return Err(wrong_world("holder"));
            }
            (Self::Holder(_), StorageCall::Encode(_) | StorageCall::Decode(_))
            | (Self::Filter(_) | Self::Learner(_) | Self::Delivery(_), _) => {
                return Err(wrong_world("storage plugin"));
            }
        };
        Ok(answer.map_err(convert::own_error))
    }
}

/// The size was looked at before.
fn meta(meta: &BlobMeta) -> wasmtime::Result<types::BlobMeta> {
    Ok(types::BlobMeta {
        account: meta.account.clone(),
        id: meta.id.clone(),
        size: u32::try_from(meta.octets)?,
        attributes: meta.attributes.clone(),
    })
}
