//! The two streams of a storage call.

use crate::guest::Guest;
use crate::v0_1_0::bindings::waxseal::plugin::blob_io::Host;

impl Host for Guest {
    async fn read(&mut self, max: u32) -> wasmtime::Result<Vec<u8>> {
        let streams = self.blob.streams()?;
        if streams.leaves_reactor(0) {
            tokio::task::yield_now().await;
        }
        streams.read(max)
    }

    async fn write(&mut self, octets: Vec<u8>) -> wasmtime::Result<()> {
        let streams = self.blob.streams()?;
        if streams.leaves_reactor(octets.len()) {
            tokio::task::yield_now().await;
        }
        streams.write(&octets)
    }
}
