//! Storage plugins and holders written as core modules in text form.

use std::fmt::Write;
use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Where the data of a guest begins.
const DATA_START: usize = 1024;

/// Reads all octets in pieces of 64 KiB and runs the instructions in the middle on each: its address
/// is at 512, its length at 516.
pub(crate) fn each_piece(instructions: &str) -> String {
    format!(
        "(local.set $mark (global.get $top))
        (loop $l
            (global.set $top (local.get $mark))
            (call $read (i32.const 65536) (i32.const 512))
            (if (i32.load (i32.const 516)) (then {instructions} (br $l))))"
    )
}

/// Writes a piece as it is.
pub(crate) const WRITE: &str =
    "(call $write (i32.load (i32.const 512)) (i32.load (i32.const 516)))";
/// Changes every octet of a piece to and fro.
pub(crate) const XOR: &str = "(local.set $at (i32.load (i32.const 512)))
    (local.set $end (i32.add (local.get $at) (i32.load (i32.const 516))))
    (loop $x
        (i32.store8 (local.get $at) (i32.xor (i32.load8_u (local.get $at)) (i32.const 0x5a)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $x (i32.lt_u (local.get $at) (local.get $end))))";
/// Leaves the last octet of a piece out.
pub(crate) const SHORT: &str = "(call $write (i32.load (i32.const 512))
    (i32.sub (i32.load (i32.const 516)) (i32.const 1)))";

/// A guest under construction.
pub(crate) struct Guest {
    data: Vec<u8>,
    holder: bool,
    /// Instructions of `encode` or `put`, without the answer.
    pub(crate) on_write: String,
    /// Instructions of `decode` or `get`, without the answer.
    pub(crate) on_read: String,
    /// Instructions that leave the address of the answer to `encode` or `put`.
    pub(crate) answer: String,
}

impl Guest {
    fn new(holder: bool) -> Self {
        Self {
            // The first 64 octets are a zeroed answer: ok, and an empty list.
            data: vec![0; 64],
            holder,
            on_write: String::new(),
            on_read: String::new(),
            answer: format!("(i32.const {DATA_START})"),
        }
    }

    /// A codec that does the same to and fro.
    pub(crate) fn codec(to_and_fro: &str) -> Self {
        let mut guest = Self::new(false);
        guest.on_write = to_and_fro.to_owned();
        guest.on_read = to_and_fro.to_owned();
        guest
    }

    /// A holder that keeps nothing, answers one key, and gives out `octets` for it.
    pub(crate) fn holder(key: &str, octets: &[u8]) -> Self {
        let mut guest = Self::new(true);
        let at = guest.put(octets);
        let count = octets.len();
        guest.on_write = each_piece("");
        guest.on_read = format!("(call $write (i32.const {at}) (i32.const {count}))");
        let key_at = guest.put(key.as_bytes());
        let answer = guest.words(&[0, key_at, u32::try_from(key.len()).unwrap()]);
        guest.answer = format!("(i32.const {answer})");
        guest
    }

    /// Puts octets into the guest's memory and answers their address.
    pub(crate) fn put(&mut self, octets: &[u8]) -> u32 {
        while !self.data.len().is_multiple_of(8) {
            self.data.push(0);
        }
        let at = DATA_START + self.data.len();
        self.data.extend_from_slice(octets);
        u32::try_from(at).unwrap()
    }

    /// Puts words into the guest's memory and answers their address.
    pub(crate) fn words(&mut self, words: &[u32]) -> u32 {
        let octets: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(&octets)
    }

    /// Answers `encode` with so many attributes, each with a value of so many octets.
    pub(crate) fn attributes(&mut self, count: u32, octets: u32) {
        let value = self.put(&vec![b'v'; usize::try_from(octets).unwrap()]);
        let key = self.put(b"k");
        let list: Vec<u32> = (0..count).flat_map(|_| [key, 1, value, octets]).collect();
        let list = self.words(&list);
        let answer = self.words(&[0, list, count]);
        self.answer = format!("(i32.const {answer})");
    }

    /// Answers everything with the plugin's own error.
    pub(crate) fn error(&mut self, code: &str, message: &str) {
        let texts = [code, message].map(|text| {
            let count = u32::try_from(text.len()).unwrap();
            (self.put(text.as_bytes()), count)
        });
        let [code, message] = texts;
        let answer = self.words(&[1, code.0, code.1, message.0, message.1, 0]);
        self.answer = format!("(i32.const {answer})");
    }

    /// Writes the component to `path`.
    pub(crate) fn write(self, path: &Path) {
        std::fs::write(path, self.component()).unwrap();
    }

    fn component(mut self) -> Vec<u8> {
        let mut module = wat::parse_str(self.module()).unwrap_or_else(|e| panic!("{e}"));
        let wit = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schemas/wit/waxseal-plugin/0.1.0/plugin.wit"
        );
        let mut resolve = Resolve::default();
        let text = std::fs::read_to_string(wit).unwrap();
        let package = resolve.push_str("plugin.wit", &text).unwrap();
        let world = if self.holder {
            "storage-holder"
        } else {
            "storage"
        };
        let world = resolve.select_world(&[package], Some(world)).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
            .unwrap();
        let mut encoder = ComponentEncoder::default();
        let encoder = encoder.validate(true).module(&module).unwrap();
        encoder.encode().unwrap()
    }

    fn module(&mut self) -> String {
        let name = (self.put(b"guest"), 5);
        let version = (self.put(b"1.0"), 3);
        let about = self.words(&[name.0, name.1, version.0, version.1, 0, 0]);
        let data = self.data.iter().fold(String::new(), |mut text, octet| {
            write!(text, "\\{octet:02x}").unwrap();
            text
        });
        let (on_write, on_read, answer) = (&self.on_write, &self.on_read, &self.answer);
        let locals = "(local $mark i32) (local $at i32) (local $end i32)";
        let meta = "(param i32 i32 i32 i32 i32 i32 i32 i32)";
        let lifecycle = "waxseal:plugin/lifecycle@0.1.0#";
        let hooks = if self.holder {
            let backend = "waxseal:plugin/storage-backend@0.1.0#";
            format!(
                r#"(func (export "{backend}put") {meta} (result i32) {locals} {on_write} {answer})
                (func (export "{backend}get") (param i32 i32) (result i32) {locals}
                    {on_read} (i32.const {DATA_START}))
                (func (export "{backend}delete") (param i32 i32) (result i32)
                    (i32.const {DATA_START}))"#
            )
        } else {
            let hooks = "waxseal:plugin/storage-hooks@0.1.0#";
            format!(
                r#"(func (export "{hooks}encode") {meta} (result i32) {locals} {on_write} {answer})
                (func (export "{hooks}decode") {meta} (result i32) {locals}
                    {on_read} (i32.const {DATA_START}))"#
            )
        };
        format!(
            r#"(module
            (import "waxseal:plugin/blob-io@0.1.0" "read" (func $read (param i32 i32)))
            (import "waxseal:plugin/blob-io@0.1.0" "write" (func $write (param i32 i32)))
            (memory (export "memory") 40)
            (data (i32.const {DATA_START}) "{data}")
            (global $top (mut i32) (i32.const 1048576))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (global.get $top)
                (global.set $top (i32.and
                    (i32.add (i32.add (global.get $top) (local.get 3)) (i32.const 15))
                    (i32.const -8))))
            (func (export "{lifecycle}describe") (result i32) (i32.const {about}))
            (func (export "{lifecycle}configure") (result i32) (i32.const {DATA_START}))
            {hooks})"#
        )
    }
}
