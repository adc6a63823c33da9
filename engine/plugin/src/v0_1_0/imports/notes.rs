//! Texts that a plugin leaves at a message.

use crate::guest::Guest;
use crate::v0_1_0::bindings::waxseal::plugin::notes::Host;

/// Octets of a key, octets of a text, notes a message and plugin.
const KEY_OCTETS_MAX: usize = 64;
const TEXT_OCTETS_MAX: usize = 4096;
const NOTES_MAX: usize = 32;

impl Host for Guest {
    fn get(&mut self, key: String) -> wasmtime::Result<Option<String>> {
        let state = self.state();
        let text = state.notes().get(&self.profile.name, &key);
        Ok(text.map(str::to_owned))
    }

    fn set(&mut self, key: String, value: String) -> wasmtime::Result<()> {
        let plain = key
            .bytes()
            .all(|octet| octet.is_ascii_graphic() || octet == b' ');
        if !plain || !(1..=KEY_OCTETS_MAX).contains(&key.len()) {
            let text = "the key of a note is not 1 to 64 printable ASCII characters";
            return Err(wasmtime::Error::msg(text));
        }
        if value.len() > TEXT_OCTETS_MAX {
            let text = format!("a note of {} octets, over {TEXT_OCTETS_MAX}", value.len());
            return Err(wasmtime::Error::msg(text));
        }
        let plugin = self.profile.name.as_str();
        let mut state = self.state();
        let notes = state.notes_mut();
        let is_new = notes.get(plugin, &key).is_none() && !value.is_empty();
        if is_new && notes.count(plugin) >= NOTES_MAX {
            return Err(wasmtime::Error::msg(format!("over {NOTES_MAX} notes")));
        }
        notes.set(plugin, &key, &value);
        Ok(())
    }
}
