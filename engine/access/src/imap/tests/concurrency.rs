//! Several sessions on one mailbox, at random: what each client can work out from the responses must
//! agree with the store, and EXPUNGE must come only when it may (RFC 9051 §7.5.1).

use super::client::{Client, UNDER_TLS, World, now};
use proptest::prelude::*;
use waxseal_mail::{FlagBits, MailboxName};
use waxseal_ports::Store;

/// What one client knows.
struct Model {
    client: Client,
    /// By sequence number: UID and whether `\Deleted` and `\Seen` are set, as far as was told.
    messages: Vec<Known>,
    idle: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Known {
    uid: Option<u32>,
    flags: Option<(bool, bool)>,
}

#[derive(Debug, Clone)]
enum Action {
    Append,
    Noop,
    Idle,
    Fetch(usize, bool),
    FetchBody(usize),
    Store(usize, bool, bool, bool),
    UidStore(u32, bool),
    Search(bool),
    Expunge,
    UidExpunge(u32),
    Copy(usize, bool),
    UidMove(u32),
}

impl Model {
    fn new(world: &World) -> Self {
        let mut client = world.connect(UNDER_TLS);
        client.command("a LOGIN alice@example.test secret1");
        let mut model = Self {
            client,
            messages: Vec::new(),
            idle: false,
        };
        model.command("SELECT INBOX", true);
        model
    }

    /// Sends a command, after ending IDLE, and learns from what comes back.
    fn command(&mut self, command: &str, expunges: bool) {
        if self.idle {
            self.idle = false;
            let text = self.client.command("DONE");
            self.learn(&text, true);
        }
        let text = self.client.command(&format!("t {command}"));
        self.learn(&text, expunges);
        let last = text.lines().last().unwrap_or_default();
        assert!(
            last.starts_with("t ") || command == "IDLE",
            "{command}: {text}"
        );
        assert!(!last.starts_with("t BAD"), "{command}: {text}");
    }

    fn learn(&mut self, text: &str, expunges: bool) {
        for line in text.lines() {
            let words: Vec<_> = line.split(' ').collect();
            let number = words.get(1).and_then(|word| word.parse::<usize>().ok());
            match (number, words.get(2).copied()) {
                (Some(n), Some("EXISTS")) => {
                    assert!(n >= self.messages.len(), "EXISTS goes down: {text}");
                    self.messages.resize(n, Known::default());
                }
                (Some(n), Some("EXPUNGE")) => {
                    assert!(expunges, "EXPUNGE where it may not be: {text}");
                    assert!((1..=self.messages.len()).contains(&n), "{text}");
                    self.messages.remove(n - 1);
                }
                (Some(n), Some("FETCH")) => self.learn_fetch(n, line),
                _ => {}
            }
        }
    }

    fn learn_fetch(&mut self, n: usize, line: &str) {
        assert!(
            (1..=self.messages.len()).contains(&n),
            "no message {n}: {line}"
        );
        let known = &mut self.messages[n - 1];
        if let Some((_, rest)) = line.split_once("UID ") {
            let digits = rest
                .split(|c: char| !c.is_ascii_digit())
                .next()
                .unwrap_or_default();
            let uid: u32 = digits.parse().unwrap();
            assert!(
                known.uid.is_none_or(|known| known == uid),
                "{n} is another: {line}"
            );
            known.uid = Some(uid);
        }
        if let Some((_, rest)) = line.split_once("FLAGS (") {
            let flags = rest.split(')').next().unwrap_or_default();
            known.flags = Some((flags.contains("\\Deleted"), flags.contains("\\Seen")));
        }
    }

    fn pick(&self, n: usize) -> Option<usize> {
        (!self.messages.is_empty()).then(|| n % self.messages.len() + 1)
    }

    fn perform(&mut self, action: &Action) {
        match action {
            Action::Append => {}
            Action::Noop => self.command("NOOP", true),
            Action::Idle => {
                self.command("IDLE", true);
                self.idle = true;
            }
            Action::Fetch(n, true) => {
                if self.pick(*n).is_some() {
                    self.command("FETCH 1:* (UID FLAGS)", false);
                }
            }
            Action::Fetch(n, false) => self.command(&format!("UID FETCH {}:* FLAGS", n + 1), true),
            Action::FetchBody(n) => self.fetch_body(*n),
            Action::Store(n, deleted, add, silent) => self.store(*n, (*deleted, *add, *silent)),
            Action::UidStore(uid, add) => {
                let sign = if *add { '+' } else { '-' };
                self.command(&format!("UID STORE {uid} {sign}FLAGS (\\Deleted)"), true);
            }
            Action::Search(true) => {
                if !self.messages.is_empty() {
                    self.command("SEARCH BODY body 1:*", false);
                }
            }
            Action::Search(false) => self.command("UID SEARCH SUBJECT message UNSEEN", true),
            Action::Expunge => self.command("EXPUNGE", true),
            Action::UidExpunge(uid) => self.command(&format!("UID EXPUNGE {uid}"), true),
            Action::Copy(n, uid) => {
                let (word, n) = if *uid {
                    ("UID COPY", Some(*n + 1))
                } else {
                    ("COPY", self.pick(*n))
                };
                if let Some(n) = n {
                    self.command(&format!("{word} {n} Trash"), true);
                }
            }
            Action::UidMove(uid) => self.command(&format!("UID MOVE {uid} Trash"), true),
        }
    }

    /// A sequence number leads to the body of the message that was told to have it.
    fn fetch_body(&mut self, n: usize) {
        let Some(n) = self.pick(n) else { return };
        if self.idle {
            self.command("NOOP", true);
        }
        if n > self.messages.len() {
            return;
        }
        let text = self
            .client
            .command(&format!("t FETCH {n} (UID BODY[TEXT])"));
        self.learn(&text, false);
        // The flags stand behind the literal.
        if let Some((_, after)) = text.split_once("\r\n FLAGS ") {
            self.learn_fetch(n, &format!("FLAGS {after}"));
        }
        let uid = self.messages[n - 1].uid;
        if let Some(uid) = uid.filter(|_| text.contains("BODY[TEXT] {")) {
            assert!(
                text.contains(&format!("\r\nbody {uid}\r\n")),
                "UID {uid}: {text}"
            );
        }
    }

    fn store(&mut self, n: usize, (deleted, add, silent): (bool, bool, bool)) {
        if self.idle {
            self.command("NOOP", true);
        }
        let Some(n) = self.pick(n) else { return };
        let flag = if deleted { "\\Deleted" } else { "\\Seen" };
        let sign = if add { '+' } else { '-' };
        let dot = if silent { ".SILENT" } else { "" };
        self.command(&format!("STORE {n} {sign}FLAGS{dot} ({flag})"), false);
        if silent && let Some(flags) = &mut self.messages[n - 1].flags {
            *(if deleted { &mut flags.0 } else { &mut flags.1 }) = add;
        }
    }
}

fn action() -> impl Strategy<Value = Action> {
    let n = 0..12_usize;
    let uid = 1..20_u32;
    prop_oneof![
        3 => Just(Action::Append),
        1 => Just(Action::Noop),
        1 => Just(Action::Idle),
        2 => (n.clone(), any::<bool>()).prop_map(|(n, seq)| Action::Fetch(n, seq)),
        2 => n.clone().prop_map(Action::FetchBody),
        4 => (n.clone(), any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(|(n, deleted, add, silent)| Action::Store(n, deleted, add, silent)),
        2 => (uid.clone(), any::<bool>()).prop_map(|(uid, add)| Action::UidStore(uid, add)),
        1 => any::<bool>().prop_map(Action::Search),
        2 => Just(Action::Expunge),
        1 => uid.clone().prop_map(Action::UidExpunge),
        1 => (n, any::<bool>()).prop_map(|(n, uid)| Action::Copy(n, uid)),
        1 => uid.prop_map(Action::UidMove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_client_agrees_with_the_store(actions in prop::collection::vec((0..3_usize, action()), 1..60)) {
        let world = World::new();
        let mut appended = 3;
        for n in 1..=appended {
            world.append("INBOX", n, Vec::new());
        }
        let mut models: Vec<_> = (0..3).map(|_| Model::new(&world)).collect();
        for (who, action) in &actions {
            if matches!(action, Action::Append) {
                appended += 1;
                world.append("INBOX", appended, Vec::new());
            }
            models[*who].perform(action);
            for model in models.iter_mut().filter(|model| model.idle) {
                let text = String::from_utf8(model.client.received()).unwrap();
                model.learn(&text, true);
            }
        }
        let opened = now(world.memory.open(world.alice(), &MailboxName::inbox())).unwrap();
        let snapshot = opened.borrow().clone();
        for model in &mut models {
            model.command("NOOP", true);
            prop_assert_eq!(model.messages.len(), snapshot.len());
            for (known, message) in model.messages.iter().zip(snapshot.iter()) {
                prop_assert!(known.uid.is_none_or(|uid| uid == message.uid.get()));
                let has = |flag| message.flags.contains(flag);
                let flags = (has(FlagBits::DELETED), has(FlagBits::SEEN));
                prop_assert!(known.flags.is_none_or(|known| known == flags), "{:?} {:?}", known, message);
            }
        }
    }
}
