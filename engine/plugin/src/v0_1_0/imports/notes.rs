//! Texts that a plugin leaves at a message.

use crate::guest::Guest;
use crate::v0_1_0::bindings::waxseal::plugin::notes::Host;

impl Host for Guest {
    fn get(&mut self, _key: String) -> wasmtime::Result<Option<String>> {
        Ok(None)
    }

    fn set(&mut self, _key: String, _value: String) -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg("not served yet"))
    }
}
