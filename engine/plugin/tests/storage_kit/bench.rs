//! What the tests stand on: a folder of guests, a host over it, a storage that uses it.

use crate::guest::Guest;
use bytes::Bytes;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waxseal_mail::{MessageIndex, Part};
use waxseal_plugin::{Config, Host, PluginConfig, Services};
use waxseal_ports::clock::SystemClock;
use waxseal_ports::memory::MemoryKeyValue;
use waxseal_ports::{MessageParser, ReadAt};
use waxseal_storage::Storage;

/// A folder of this test alone, removed at its end.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
    /// Where components are; the folder itself unless they are the shipped ones.
    pub(crate) plugin_dir: PathBuf,
    /// The configuration under construction.
    pub(crate) config: Config,
}

/// A message is never looked into here.
struct NoParser;

impl MessageParser for NoParser {
    fn index(&self, message: &dyn ReadAt) -> io::Result<MessageIndex> {
        Ok(MessageIndex {
            size: message.octets(),
            ..MessageIndex::default()
        })
    }

    fn decode(&self, _message: &dyn ReadAt, _part: &Part, _max: usize) -> io::Result<Bytes> {
        Ok(Bytes::new())
    }

    fn to_utf8(&self, _part: &Part, decoded: &[u8]) -> String {
        String::from_utf8_lossy(decoded).into_owned()
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let mut config = Config::default();
        config.host.instances_max = 20;
        Self {
            plugin_dir: folder.path().to_owned(),
            folder,
            config,
        }
    }

    /// Adds a guest and its configuration.
    pub(crate) fn add(&mut self, name: &str, guest: Guest) -> &mut PluginConfig {
        guest.write(&self.plugin_dir.join(format!("{name}.wasm")));
        self.config.plugins.push(PluginConfig::new(name));
        self.config.plugins.last_mut().unwrap()
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn services(&self) -> Services {
        let clock = Arc::new(SystemClock);
        Services {
            cache_dir: Some(self.path().join("cache")),
            key_value: Arc::new(MemoryKeyValue::new(clock.clone())),
            ..Services::new(self.plugin_dir.clone(), Arc::new(NoParser), clock)
        }
    }

    pub(crate) async fn host(&self) -> Arc<Host> {
        let host = Host::start(self.config.clone(), self.services()).await;
        Arc::new(host.unwrap_or_else(|error| panic!("{error}")))
    }

    /// The storage of this bench with these codecs, given to `host`.
    pub(crate) async fn storage(&self, host: &Arc<Host>, codecs: &[&str]) -> Arc<Storage> {
        let storage = self.storage_alone(codecs).await;
        storage.use_codecs(host.clone()).unwrap();
        storage
    }

    /// The same without a host.
    pub(crate) async fn storage_alone(&self, codecs: &[&str]) -> Arc<Storage> {
        let mut config = waxseal_storage::Config {
            folder: self.path().join("data"),
            reserve_octets: 0,
            plugins: codecs.iter().map(ToString::to_string).collect(),
            // Every read goes through the plugins.
            decoded_octets_max: 0,
            ..waxseal_storage::Config::default()
        };
        config.password.memory_kib = 8;
        config.password.passes = 1;
        Storage::open(&config, Arc::new(SystemClock)).await.unwrap()
    }
}
