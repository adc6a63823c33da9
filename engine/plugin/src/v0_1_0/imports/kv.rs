//! The plugin's own keys and values.

use crate::guest::Guest;
use crate::v0_1_0::bindings::waxseal::plugin::kv::{Error, Host};

impl Host for Guest {
    async fn get(&mut self, _key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        Ok(Err(Error::Denied))
    }

    async fn get_many(
        &mut self,
        _keys: Vec<String>,
    ) -> wasmtime::Result<Result<Vec<Option<Vec<u8>>>, Error>> {
        Ok(Err(Error::Denied))
    }

    async fn set(
        &mut self,
        _key: String,
        _value: Vec<u8>,
        _ttl_seconds: Option<u32>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(Err(Error::Denied))
    }

    async fn delete(&mut self, _key: String) -> wasmtime::Result<Result<(), Error>> {
        Ok(Err(Error::Denied))
    }

    async fn incr(
        &mut self,
        _key: String,
        _by: i32,
        _ttl_seconds: Option<u32>,
    ) -> wasmtime::Result<Result<i32, Error>> {
        Ok(Err(Error::Denied))
    }

    async fn incr_many(
        &mut self,
        _changes: Vec<(String, i32)>,
    ) -> wasmtime::Result<Result<Vec<i32>, Error>> {
        Ok(Err(Error::Denied))
    }
}
