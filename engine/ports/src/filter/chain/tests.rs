use super::*;
use crate::filter::Protocol;
use bytes::Bytes;
use std::sync::Mutex;
use waxseal_mail::{
    BodyKind, DsnNotify, ForwardPath, HeaderEdit, HeaderSection, Mailbox, Recipient, Reply,
    SessionId,
};

/// A filter that writes down what it was asked and says the same at every stage.
struct Scripted {
    name: &'static str,
    says: Verdict,
    heard: Arc<Mutex<Vec<String>>>,
    removes_all: bool,
}

struct ScriptedSession {
    name: &'static str,
    says: Verdict,
    heard: Arc<Mutex<Vec<String>>>,
    removes_all: bool,
}

impl Filter for Scripted {
    fn session(&self, _session: SessionInfo) -> Box<dyn FilterSession> {
        Box::new(ScriptedSession {
            name: self.name,
            says: self.says.clone(),
            heard: self.heard.clone(),
            removes_all: self.removes_all,
        })
    }
}

impl ScriptedSession {
    fn hear(&self, stage: &str) -> Ruling {
        self.heard
            .lock()
            .unwrap()
            .push(format!("{} {stage}", self.name));
        Ruling {
            verdict: self.says.clone(),
            tags: vec!["both".to_owned(), self.name.to_owned()],
            ..Ruling::next()
        }
    }
}

#[async_trait]
impl FilterSession for ScriptedSession {
    async fn connect(&mut self) -> Ruling {
        self.hear("connect")
    }
    async fn helo(&mut self, _name: &str) -> Ruling {
        self.hear("helo")
    }
    fn tls(&mut self, _tls: &str) {
        self.hear("tls");
    }
    async fn auth(&mut self, _user: &str, _mechanism: &str, _success: bool) -> Ruling {
        self.hear("auth")
    }
    async fn mail(&mut self, _sender: &ReversePath, _p: &[(String, Option<String>)]) -> Ruling {
        self.hear("mail")
    }
    async fn rcpt(&mut self, _recipient: &str, _p: &[(String, Option<String>)]) -> Ruling {
        self.hear("rcpt")
    }
    fn refused_later(&mut self, recipient: &str) {
        self.hear(&format!("{recipient} refused later"));
    }
    async fn message(&mut self, envelope: &mut Envelope, draft: &mut Draft) -> Ruling {
        let seen = draft.header.fields().len();
        draft
            .header
            .apply(&HeaderEdit::Add {
                name: "X-Seen".into(),
                value: self.name.into(),
            })
            .unwrap();
        if self.removes_all {
            envelope.recipients.clear();
        }
        self.hear(&format!("message with {seen} fields"))
    }
    fn reset(&mut self) {
        self.hear("reset");
    }
    async fn disconnect(&mut self) {
        self.hear("disconnect");
    }
}

struct Said {
    heard: Vec<String>,
    ruling: Ruling,
}

/// What two filters hear at `stage`, and what comes of it.
fn ask(first: Verdict, second: (Verdict, Trust), stage: &str, removes_all: bool) -> Said {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let filter = |name, says, removes_all| -> Arc<dyn Filter> {
        Arc::new(Scripted {
            name,
            says,
            heard: heard.clone(),
            removes_all,
        })
    };
    let chain = FilterChain::new(vec![
        (filter("one", first, removes_all), Trust::StricterOnly),
        (filter("two", second.0, false), second.1),
    ]);
    let mut session = chain.session(SessionInfo {
        id: SessionId(1),
        protocol: Protocol::Smtp,
        peer: "192.0.2.1:1".parse().unwrap(),
        tls: None,
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let ruling = runtime.block_on(async {
        match stage {
            "connect" => session.connect().await,
            "auth" => session.auth("u", "PLAIN", true).await,
            "rcpt" => session.rcpt("a@b", &[]).await,
            _ => {
                let (mut envelope, mut draft) = message();
                session.message(&mut envelope, &mut draft).await
            }
        }
    });
    drop(session);
    let heard = heard.lock().unwrap().clone();
    Said { heard, ruling }
}

fn message() -> (Envelope, Draft) {
    let octets = Bytes::from_static(b"A: b\r\n\r\n");
    let envelope = Envelope {
        reverse_path: ReversePath::Null,
        recipients: vec![Recipient {
            forward_path: ForwardPath::Mailbox(Mailbox::parse("a@b").unwrap()),
            orcpt: None,
            notify: DsnNotify::default(),
        }],
        body: BodyKind::SevenBit,
        smtputf8: false,
        envid: None,
        dsn_return: None,
    };
    let draft = Draft {
        header: HeaderSection::split(&octets).0,
        body: Arc::new(Bytes::new()),
    };
    (envelope, draft)
}

fn reject() -> Verdict {
    Verdict::Reject(Reply::own(550, (5, 7, 1), "no"))
}

#[test]
fn who_let_a_recipient_pass_hears_of_its_refusal() {
    let strict = Trust::StricterOnly;
    let said = ask(Verdict::Next, (reject(), strict), "rcpt", false);
    assert_eq!(
        said.heard,
        ["one rcpt", "two rcpt", "one a@b refused later"]
    );
    let said = ask(reject(), (Verdict::Next, strict), "rcpt", false);
    assert_eq!(said.heard, ["one rcpt"]);
    let said = ask(Verdict::Next, (Verdict::Next, strict), "rcpt", false);
    assert_eq!(said.heard, ["one rcpt", "two rcpt"]);
}

#[track_caller]
fn check(first: Verdict, second: (Verdict, Trust), stage: &str, expected: (&[&str], Verdict)) {
    let said = ask(first, second, stage, false);
    assert_eq!(
        (said.heard.as_slice(), said.ruling.verdict),
        (
            expected
                .0
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .as_slice(),
            expected.1
        )
    );
}

#[test]
fn each_is_asked_until_one_ends_the_stage() {
    let strict = Trust::StricterOnly;
    let hold = || Verdict::Hold("h".into());
    check(
        Verdict::Next,
        (reject(), strict),
        "connect",
        (&["one connect", "two connect"], reject()),
    );
    check(
        reject(),
        (Verdict::Next, strict),
        "rcpt",
        (&["one rcpt"], reject()),
    );
    check(
        Verdict::Accept,
        (reject(), strict),
        "rcpt",
        (&["one rcpt"], Verdict::Accept),
    );
    check(
        reject(),
        (Verdict::Next, strict),
        "auth",
        (&["one auth", "two auth"], reject()),
    );
    check(
        hold(),
        (Verdict::Accept, strict),
        "message",
        (
            &["one message with 1 fields", "two message with 2 fields"],
            hold(),
        ),
    );
    check(
        hold(),
        (Verdict::Accept, Trust::Full),
        "message",
        (
            &["one message with 1 fields", "two message with 2 fields"],
            Verdict::Accept,
        ),
    );
}

#[test]
fn tags_are_put_together_once() {
    let said = ask(
        Verdict::Next,
        (Verdict::Next, Trust::StricterOnly),
        "rcpt",
        false,
    );
    assert_eq!(said.ruling.tags, ["both", "one", "two"]);
}

#[test]
fn a_message_without_recipients_is_discarded_at_once() {
    let next = (Verdict::Next, Trust::StricterOnly);
    let said = ask(Verdict::Next, next, "message", true);
    assert_eq!(said.heard, ["one message with 1 fields"]);
    assert_eq!(said.ruling.verdict, Verdict::Discard);
}
