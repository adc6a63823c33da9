//! Guests written as core modules in text form, encoded as components on the spot.

use std::fmt::Write;
use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Where the data of a guest begins.
const DATA_START: usize = 1024;

/// Which world a guest is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Filter,
    Learner,
    Delivery,
}

/// A guest under construction. It wants the stages `mail` and `message`. Its behaviour `at_mail` is
/// run where the sender begins with `b`; `at_message` where that transaction's sender did.
pub(crate) struct Guest {
    data: Vec<u8>,
    /// Further module fields: imports, functions.
    pub(crate) fields: String,
    /// Instructions that leave the address of a `result<outcome, plugin-error>`.
    pub(crate) at_mail: String,
    /// The same.
    pub(crate) at_message: String,
    /// Run where the recipient begins with `b`: leaves the address of a
    /// `result<list<action>, plugin-error>`.
    pub(crate) at_route: String,
    /// The same with a `result<transport-result, plugin-error>`.
    pub(crate) at_deliver: String,
    /// Run where the account begins with `b`: leaves the address of a `result<_, plugin-error>`.
    pub(crate) at_moved: String,
    /// The same.
    pub(crate) configure: String,
    /// Stages.
    pub(crate) stages: Vec<&'static str>,
    /// Version of the interface.
    pub(crate) version: &'static str,
    /// Its world.
    pub(crate) kind: Kind,
}

impl Guest {
    /// A guest whose behaviour is to have no opinion.
    pub(crate) fn new() -> Self {
        Self {
            // The first 64 octets are a zeroed outcome: ok, next, no edits, no scores.
            data: vec![0; 64],
            fields: String::new(),
            at_mail: String::new(),
            at_message: String::new(),
            at_route: String::new(),
            at_deliver: String::new(),
            at_moved: String::new(),
            configure: String::new(),
            stages: vec!["mail", "message"],
            version: "0.1.0",
            kind: Kind::Filter,
        }
    }

    /// A delivery plugin without an opinion, whose handovers succeed.
    pub(crate) fn delivery(stages: &[&'static str]) -> Self {
        Self {
            stages: stages.to_vec(),
            kind: Kind::Delivery,
            ..Self::new()
        }
    }

    /// A learner that only learns.
    pub(crate) fn learner() -> Self {
        Self {
            stages: vec!["moved"],
            kind: Kind::Learner,
            ..Self::new()
        }
    }

    /// Puts octets into the guest's memory and answers their address.
    pub(crate) fn put(&mut self, octets: &[u8]) -> u32 {
        while !self.data.len().is_multiple_of(8) {
            self.data.push(0);
        }
        let at = DATA_START + self.data.len();
        self.data.extend_from_slice(octets);
        at as u32
    }

    /// Puts words into the guest's memory and answers their address.
    pub(crate) fn words(&mut self, words: &[u32]) -> u32 {
        let octets: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(&octets)
    }

    /// Instructions for an outcome: verdict case, reply code and text, edits (address, number).
    pub(crate) fn outcome(
        &mut self,
        case: u32,
        code: u32,
        text: &str,
        edits: (u32, u32),
    ) -> String {
        let (at, octets) = (self.put(text.as_bytes()), text.len() as u32);
        // ok, case, code, no enhanced status, its text, text, edits, scores
        let words = [0, case, code, 0, 0, 0, at, octets, edits.0, edits.1, 0, 0];
        format!("(i32.const {})", self.words(&words))
    }

    /// Instructions for the plugin's own error, as an outcome or as an answer to `configure`.
    pub(crate) fn error(&mut self, code: &str, message: &str) -> String {
        let code = (self.put(code.as_bytes()), code.len() as u32);
        let message = (self.put(message.as_bytes()), message.len() as u32);
        let at = self.words(&[1, code.0, code.1, message.0, message.1, 0]);
        format!("(i32.const {at})")
    }

    /// One `add-header` edit, as the address of an `edit`.
    pub(crate) fn add_header(&mut self, name: &str, value: &str) -> u32 {
        let name = (self.put(name.as_bytes()), name.len() as u32);
        let value = (self.put(value.as_bytes()), value.len() as u32);
        self.words(&[0, name.0, name.1, value.0, value.1, 0])
    }

    /// Puts a text into memory: its address and length, as words.
    pub(crate) fn text(&mut self, text: &[u8]) -> [u32; 2] {
        [self.put(text), text.len() as u32]
    }

    /// Instructions for an answer of `route`: actions of a case and up to eight words each.
    pub(crate) fn actions(&mut self, actions: &[(u32, &[u32])]) -> String {
        let mut words = Vec::new();
        for (case, payload) in actions {
            words.push(*case);
            words.extend_from_slice(payload);
            words.resize(words.len() + 8 - payload.len(), 0);
        }
        let list = self.words(&words);
        let answer = self.words(&[0, list, actions.len() as u32, 0, 0, 0]);
        format!("(i32.const {answer})")
    }

    /// Instructions for an answer of `deliver`: case, reply code and text.
    pub(crate) fn result(&mut self, case: u32, code: u32, text: &str) -> String {
        let [at, octets] = self.text(text.as_bytes());
        let words = match case {
            // delivered, some text
            0 => [0, 0, 1, at, octets, 0, 0, 0],
            // a reply without enhanced status
            _ => [0, case, code, 0, 0, 0, at, octets],
        };
        format!("(i32.const {})", self.words(&words))
    }

    /// Writes the component to `path`.
    pub(crate) fn write(self, path: &Path) {
        std::fs::write(path, self.component()).unwrap();
    }

    /// The component.
    pub(crate) fn component(mut self) -> Vec<u8> {
        let mut module = wat::parse_str(self.module()).unwrap_or_else(|e| panic!("{e}"));
        let wit = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schemas/wit/waxseal-plugin/0.1.0/plugin.wit"
        );
        let text = std::fs::read_to_string(wit).unwrap();
        let text = text.replace(
            "waxseal:plugin@0.1.0",
            &format!("waxseal:plugin@{}", self.version),
        );
        let mut resolve = Resolve::default();
        let package = resolve.push_str("plugin.wit", &text).unwrap();
        let world = match self.kind {
            Kind::Filter => "filter",
            Kind::Learner => "learner",
            Kind::Delivery => "delivery",
        };
        let world = resolve.select_world(&[package], Some(world)).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
            .unwrap();
        let mut encoder = ComponentEncoder::default();
        encoder
            .validate(true)
            .module(&module)
            .unwrap()
            .encode()
            .unwrap()
    }

    fn module(&mut self) -> String {
        let about = self.about();
        let configure = or_next(&self.configure);
        let data = self.data.iter().fold(String::new(), |mut text, octet| {
            write!(text, "\\{octet:02x}").unwrap();
            text
        });
        let (version, fields) = (self.version, &self.fields);
        let lifecycle = format!("waxseal:plugin/lifecycle@{version}#");
        let hooks = match self.kind {
            Kind::Filter => self.filter_hooks(),
            Kind::Learner => self.filter_hooks() + &self.mailbox_hooks(),
            Kind::Delivery => self.delivery_hooks(),
        };
        format!(
            r#"(module
            {fields}
            (memory (export "memory") 2)
            (data (i32.const {DATA_START}) "{data}")
            (global $top (mut i32) (i32.const 65536))
            (global $bad (mut i32) (i32.const 0))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (global.get $top)
                (global.set $top (i32.and
                    (i32.add (i32.add (global.get $top) (local.get 3)) (i32.const 15))
                    (i32.const -8))))
            (func (export "{lifecycle}describe") (result i32) (i32.const {about}))
            (func (export "{lifecycle}configure") (result i32) {configure})
            {hooks})"#
        )
    }

    fn filter_hooks(&self) -> String {
        let (mail, message) = (or_next(&self.at_mail), or_next(&self.at_message));
        let next = DATA_START;
        let hooks = format!("waxseal:plugin/filter-hooks@{}#", self.version);
        format!(
            r#"
            (func (export "{hooks}on-connect") (result i32) (i32.const {next}))
            (func (export "{hooks}on-helo") (param i32 i32) (result i32) (i32.const {next}))
            (func (export "{hooks}on-auth") (param i32 i32 i32 i32 i32) (result i32)
                (i32.const {next}))
            (func (export "{hooks}on-mail") (param i32 i32 i32 i32) (result i32)
                (global.set $bad (i32.eq (i32.load8_u (local.get 0)) (i32.const 98)))
                (if (result i32) (global.get $bad) (then {mail}) (else (i32.const {next}))))
            (func (export "{hooks}on-rcpt") (param i32 i32 i32 i32) (result i32)
                (i32.const {next}))
            (func (export "{hooks}on-headers") (result i32) (i32.const {next}))
            (func (export "{hooks}on-message") (result i32)
                (if (result i32) (global.get $bad) (then {message}) (else (i32.const {next}))))
            (func (export "{hooks}on-disconnect"))"#
        )
    }

    fn mailbox_hooks(&self) -> String {
        let hooks = format!("waxseal:plugin/mailbox-hooks@{}#", self.version);
        let moved = if_bad(&self.at_moved);
        format!(
            r#"
            (func (export "{hooks}on-moved") (param i32 i32 i32 i32) (result i32) {moved})"#
        )
    }

    fn delivery_hooks(&self) -> String {
        let hooks = format!("waxseal:plugin/delivery-hooks@{}#", self.version);
        let (route, deliver) = (if_bad(&self.at_route), if_bad(&self.at_deliver));
        format!(
            r#"
            (func (export "{hooks}route") (param i32 i32) (result i32) {route})
            (func (export "{hooks}deliver") (param i32 i32 i32) (result i32) {deliver})"#
        )
    }

    /// The address of `about`.
    fn about(&mut self) -> u32 {
        let name = (self.put(b"guest"), 5);
        let version = (self.put(b"1.0"), 3);
        let stages = self.stages.clone();
        let mut list = Vec::new();
        for stage in &stages {
            list.extend([self.put(stage.as_bytes()), stage.len() as u32]);
        }
        let list = self.words(&list);
        let stages = stages.len() as u32;
        self.words(&[name.0, name.1, version.0, version.1, list, stages])
    }
}

/// Instructions for zeros, where there is no behaviour.
fn or_next(code: &str) -> String {
    match code {
        "" => format!("(i32.const {DATA_START})"),
        code => code.to_owned(),
    }
}

/// The behaviour where the text in the first two parameters begins with `b`.
fn if_bad(code: &str) -> String {
    let (code, next) = (or_next(code), DATA_START);
    format!(
        "(if (result i32) (i32.eq (i32.load8_u (local.get 0)) (i32.const 98))
            (then {code}) (else (i32.const {next})))"
    )
}
