//! A whole node without disk and network: queue, mailboxes, directory and clock in memory.

use bytes::Bytes;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use waxseal_delivery::config::RelayConfig;
use waxseal_delivery::{Config, DirectoryRouter, Ports, Runner, Settings};
use waxseal_mail::{
    AccountId, BodyKind, Domain, DsnNotify, Envelope, ForwardPath, Mailbox, MailboxName, MessageId,
    Recipient, ReversePath, Timestamp,
};
use waxseal_ports::memory::Memory;
use waxseal_ports::queue::{Leased, NewMessage, QueueError, QueuedInfo, Settlement};
use waxseal_ports::read_at::read_all;
use waxseal_ports::resolver::{Exchange, LookupError, RecordKind, Records, ResolveError};
use waxseal_ports::trace::TraceEvent;
use waxseal_ports::transport::NoTransport;
use waxseal_ports::{Clock, Directory, Queue, ReadAt, Resolver, Router, Store, Transport};

/// The queue in memory, counting what delivery does to it.
pub(crate) struct Watched {
    pub(crate) memory: Arc<Memory>,
    done: watch::Sender<usize>,
}

#[async_trait::async_trait]
impl Queue for Watched {
    async fn accept(&self, message: NewMessage) -> Result<(), QueueError> {
        self.memory.accept(message).await
    }
    async fn claim(&self, max: usize) -> Result<Vec<Leased>, QueueError> {
        self.memory.claim(max).await
    }
    async fn settle(&self, settlement: Settlement) -> Result<(), QueueError> {
        let settled = self.memory.settle(settlement).await;
        if settled.is_ok() {
            self.done.send_modify(|done| *done += 1);
        }
        settled
    }
    async fn release(&self, id: MessageId, due: Timestamp) {
        self.memory.release(id, due).await;
        self.done.send_modify(|done| *done += 1);
    }
    async fn list(&self, max: usize) -> Result<Vec<QueuedInfo>, QueueError> {
        self.memory.list(max).await
    }
    async fn show(&self, id: MessageId) -> Result<Option<QueuedInfo>, QueueError> {
        self.memory.show(id).await
    }
    async fn read(&self, id: MessageId) -> Result<Option<Arc<dyn ReadAt>>, QueueError> {
        Queue::read(&*self.memory, id).await
    }
    async fn retry(&self, id: MessageId) -> Result<bool, QueueError> {
        self.memory.retry(id).await
    }
    async fn remove(&self, id: MessageId) -> Result<bool, QueueError> {
        Queue::remove(&*self.memory, id).await
    }
    async fn trace(&self, id: MessageId) -> Result<Vec<TraceEvent>, QueueError> {
        self.memory.trace(id).await
    }
}

/// What the DNS says to a question.
type Answer<T> = Result<Vec<T>, ResolveError>;

/// Domains with their exchanges; every host is at 127.0.0.1.
#[derive(Default)]
pub(crate) struct FakeDns {
    pub(crate) exchanges: HashMap<&'static str, Answer<(u16, &'static str)>>,
    pub(crate) addresses: HashMap<&'static str, Answer<IpAddr>>,
}

#[async_trait::async_trait]
impl Resolver for FakeDns {
    async fn exchanges(&self, domain: &Domain) -> Result<Vec<Exchange>, ResolveError> {
        let known = self.exchanges.get(domain.ascii()).cloned();
        let records = known.unwrap_or(Err(ResolveError::NoSuchName))?;
        let exchange = |(preference, host): (u16, &str)| Exchange {
            preference,
            host: host.to_owned(),
        };
        Ok(records.into_iter().map(exchange).collect())
    }
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let loopback = || Ok(vec![IpAddr::from([127, 0, 0, 1])]);
        self.addresses.get(host).cloned().unwrap_or_else(loopback)
    }
    async fn name_of(&self, _address: IpAddr) -> Option<String> {
        None
    }
    async fn lookup(&self, _name: &str, _kind: RecordKind) -> Result<Records, LookupError> {
        Err(LookupError::NoSuchName)
    }
}

/// The node under test.
pub(crate) struct World {
    pub(crate) memory: Arc<Memory>,
    queue: Arc<Watched>,
    done: watch::Receiver<usize>,
    seen: usize,
    cancel: CancellationToken,
    runner: Option<JoinHandle<()>>,
    next_id: AtomicU64,
    /// Who is asked before the directory, and who takes messages elsewhere.
    pub(crate) deciders: Vec<Arc<dyn Router>>,
    pub(crate) transport: Arc<dyn Transport>,
}

impl World {
    /// A running node.
    pub(crate) fn start(config: Config, relay: RelayConfig, dns: FakeDns) -> Self {
        let mut world = Self::prepare();
        world.run(config, relay, dns);
        world
    }

    /// A node whose runner is not started yet.
    pub(crate) fn prepare() -> Self {
        let memory = Arc::new(Memory::example());
        let (sender, done) = watch::channel(0);
        let queue = Arc::new(Watched {
            memory: Arc::clone(&memory),
            done: sender,
        });
        Self {
            memory,
            queue,
            done,
            seen: 0,
            cancel: CancellationToken::new(),
            runner: None,
            next_id: AtomicU64::new(1),
            deciders: Vec::new(),
            transport: Arc::new(NoTransport),
        }
    }

    /// Starts the runner.
    pub(crate) fn run(&mut self, config: Config, relay: RelayConfig, dns: FakeDns) {
        let hostname = Domain::parse("mx.example.test").unwrap();
        let directory: Arc<dyn Directory> = Arc::<Memory>::clone(&self.memory);
        let router = DirectoryRouter::new(directory, &hostname, &config).unwrap();
        self.run_with(config, relay, dns, Arc::new(router));
    }

    /// Starts the runner with another router.
    pub(crate) fn run_with(
        &mut self,
        config: Config,
        relay: RelayConfig,
        dns: FakeDns,
        router: Arc<dyn Router>,
    ) {
        let clock: Arc<dyn Clock> =
            Arc::<waxseal_ports::memory::FakeClock>::clone(self.memory.clock());
        let ports = Ports {
            queue: Arc::<Watched>::clone(&self.queue),
            deciders: self.deciders.clone(),
            router,
            transport: Arc::clone(&self.transport),
            parser: Arc::new(waxseal_mime::Parser::default()),
            resolver: Arc::new(dns),
            clock,
        };
        let settings = Settings {
            hostname: Domain::parse("mx.example.test").unwrap(),
            config,
            relay,
        };
        let runner = Runner::new(settings, ports).unwrap();
        self.cancel = CancellationToken::new();
        self.runner = Some(tokio::spawn(runner.run(self.cancel.clone())));
    }

    /// Tells the runner to stop and waits until it has.
    pub(crate) async fn stop(&mut self) {
        self.cancel.cancel();
        if let Some(runner) = self.runner.take() {
            within(runner).await.unwrap();
        }
    }

    /// Puts a message into the queue.
    pub(crate) async fn accept(&self, from: &str, to: &[&str], text: &str) -> MessageId {
        self.accept_with(from, to, text, |_| {}).await
    }

    /// As [`World::accept`], with changes.
    pub(crate) async fn accept_with(
        &self,
        from: &str,
        to: &[&str],
        text: &str,
        change: impl FnOnce(&mut NewMessage),
    ) -> MessageId {
        let id = MessageId(self.next_id.fetch_add(1, Ordering::Relaxed));
        let recipient = |to: &&str| Recipient {
            forward_path: match *to {
                "Postmaster" => ForwardPath::Postmaster,
                to => ForwardPath::Mailbox(Mailbox::parse(to).unwrap()),
            },
            orcpt: None,
            notify: DsnNotify::default(),
        };
        let mut message = NewMessage {
            id,
            envelope: Envelope {
                reverse_path: match from {
                    "" => ReversePath::Null,
                    from => ReversePath::Mailbox(Mailbox::parse(from).unwrap()),
                },
                recipients: to.iter().map(recipient).collect(),
                body: BodyKind::SevenBit,
                smtputf8: false,
                envid: None,
                dsn_return: None,
            },
            message: Arc::new(Bytes::from(text.to_owned())),
            received: self.memory.clock().wall(),
            tags: Vec::new(),
            notes: Default::default(),
            quarantine: None,
            hold: None,
            trace: Vec::new(),
        };
        change(&mut message);
        self.queue.accept(message).await.unwrap();
        id
    }

    /// Waits until `more` attempts have ended since the last such wait.
    pub(crate) async fn attempts(&mut self, more: usize) {
        self.seen += more;
        let seen = self.seen;
        within(self.done.wait_for(|done| *done >= seen))
            .await
            .unwrap();
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, secs: u64) {
        self.memory.clock().advance(Duration::from_secs(secs));
    }

    /// The messages in a mailbox of `user@example.test`, as text.
    pub(crate) async fn mail(&self, user: &str, mailbox: &str) -> Vec<String> {
        let name = MailboxName::new(mailbox).unwrap();
        let accounts = self.memory.accounts(None).await.unwrap();
        let address = Mailbox::parse(&format!("{user}@example.test")).unwrap();
        let account = accounts
            .iter()
            .find(|account| account.address == address)
            .unwrap();
        let Ok(opened) = self.memory.open(account.id, &name).await else {
            return Vec::new();
        };
        let snapshot = Arc::clone(&opened.borrow());
        let uids: Vec<_> = snapshot.iter().map(|state| state.uid).collect();
        let found = self
            .memory
            .messages(account.id, snapshot.mailbox, &uids)
            .await
            .unwrap();
        let indexes = self
            .memory
            .indexes(account.id, snapshot.mailbox, &uids)
            .await
            .unwrap();
        let text = |octets: Bytes| String::from_utf8(octets.to_vec()).unwrap();
        let parser = waxseal_mime::Parser::default();
        let parser: &dyn waxseal_ports::MessageParser = &parser;
        for ((_, message), (_, index)) in found.iter().zip(&indexes) {
            let whole = read_all(&**message).unwrap();
            assert_eq!(
                **index,
                parser.index(&whole).unwrap(),
                "the stored index is that of the whole"
            );
        }
        found
            .iter()
            .map(|(_, message)| text(read_all(&**message).unwrap()))
            .collect()
    }

    /// The account of `user@example.test`; the same in every world.
    pub(crate) async fn account_id(user: &str) -> AccountId {
        let address = Mailbox::parse(&format!("{user}@example.test")).unwrap();
        let accounts = Memory::example().accounts(None).await.unwrap();
        let mut found = accounts.into_iter();
        found.find(|account| account.address == address).unwrap().id
    }

    /// The flags of the messages in a mailbox of `user@example.test`.
    pub(crate) async fn flags(&self, user: &str, mailbox: &str) -> Vec<String> {
        let name = MailboxName::new(mailbox).unwrap();
        let account = Self::account_id(user).await;
        let opened = self.memory.open(account, &name).await.unwrap();
        let snapshot = Arc::clone(&opened.borrow());
        let flags = snapshot
            .iter()
            .flat_map(|state| snapshot.keywords.flags(state.flags));
        flags.map(|flag| flag.to_string()).collect()
    }

    /// Makes a message due by hand.
    pub(crate) async fn retry(&self, id: MessageId) -> bool {
        self.queue.retry(id).await.unwrap()
    }

    /// What the queue says about a message.
    pub(crate) async fn show(&self, id: MessageId) -> Option<QueuedInfo> {
        self.queue.show(id).await.unwrap()
    }

    /// The queue's last word about the first recipient.
    pub(crate) async fn last_reply(&self, id: MessageId) -> String {
        let info = self.show(id).await.unwrap();
        info.recipients[0].2.clone().unwrap_or_default()
    }

    /// How many messages are in the queue.
    pub(crate) async fn queued(&self) -> usize {
        self.queue.list(1_000).await.unwrap().len()
    }

    /// The trace of a message, one event a line.
    pub(crate) async fn trace(&self, id: MessageId) -> String {
        let events = self.queue.trace(id).await.unwrap();
        let line = |event: &TraceEvent| format!("{}: {}\n", event.stage, event.outcome);
        events.iter().map(line).collect()
    }
}

/// Nothing in these tests takes ten seconds.
async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), work)
        .await
        .expect("it takes too long")
}

/// A short message.
pub(crate) const TEXT: &str = "Received: by mx\r\nFrom: a@b\r\nSubject: hello\r\n\r\n.hi\r\n";
