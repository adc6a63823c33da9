//! The settings of this room, the `[storage]` table of the configuration file.

use serde::Deserialize;
use std::path::PathBuf;

/// Where mail is kept and how much of everything there may be.
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The data folder; created if missing. One process at a time may use it.
    #[setting(skip)]
    pub folder: PathBuf,
    /// Octets of the file system to leave free. Below, new messages are refused (SMTP 452 4.3.1,
    /// IMAP `NO [OVERQUOTA]`) while deliveries, flag changes and deletions go on.
    pub reserve_octets: u64,
    /// Octets after which a pack is closed and the next one begun.
    #[setting(max = 1_i64 << 35)]
    pub pack_octets_max: u64,
    /// Octets of an incoming message kept in memory before it goes to a spool file.
    pub spool_memory_octets: usize,
    /// Operations made durable by one commit.
    #[setting(min = 1)]
    pub batch_operations_max: usize,
    /// Octets of messages made durable by one commit; one message may be larger.
    pub batch_octets_max: u64,
    /// Days for which the trace of a message is kept.
    pub trace_days: u32,
    /// Per cent of garbage from which a closed pack is rewritten.
    #[setting(min = 1, max = 100)]
    pub compact_garbage_percent: u8,
    /// Seconds between two looks for garbage and old traces.
    pub upkeep_secs: u64,
    /// Octets of accepted messages kept in memory for their first delivery.
    pub queue_memory_octets: u64,
    /// Messages (not mailboxes) of mailboxes nobody watches whose flags stay in memory.
    pub unwatched_messages_max: usize,
    /// Accounts whose mailbox lists stay in memory.
    pub accounts_cached_max: usize,
    /// Connections for reading the database.
    #[setting(min = 1)]
    pub readers: u32,
    /// Mailboxes of one account; more are refused with `NO [LIMIT]`.
    pub mailboxes_per_account_max: usize,
    /// Subscriptions of one account; more are refused with `NO [LIMIT]`.
    pub subscriptions_per_account_max: usize,
    /// Characters that divide user and detail in an address, such as `alice+lists@…` (RFC 5233).
    pub subaddress_separators: String,
    /// How new passwords are hashed (Argon2id, RFC 9106); old hashes keep the parameters they were
    /// made with.
    pub password: PasswordConfig,
    /// Storage plugins that new messages go through, in this order, on their way to the disk; when
    /// they are read, the other way round. Each once. Messages that were written under another list
    /// are read by the one they were written under.
    #[setting(len_max = 8)]
    pub plugins: Vec<String>,
    /// A storage-holder plugin that keeps new messages instead of the packs.
    pub holder: Option<String>,
    /// Whether each account's messages are encoded for that account. Then no two accounts share the
    /// octets of a message; otherwise they are shared, and encoded for no account.
    pub per_account: bool,
    /// Whether what was encoded is decoded and compared before the message is accepted. A plugin
    /// whose output cannot be read again then costs a 451 and no mail.
    pub verify_encoded: bool,
    /// Octets of decoded messages kept for clients that read one in parts, those over
    /// `spool_memory_octets` in spool files.
    pub decoded_octets_max: u64,
}

/// Plugins that a message goes through at most.
const PLUGINS_MAX: usize = 8;

impl Config {
    /// What is wrong with the values themselves, naming the setting.
    ///
    /// # Errors
    /// The text.
    pub fn check(&self) -> Result<(), String> {
        if self.plugins.len() > PLUGINS_MAX {
            let count = self.plugins.len();
            return Err(format!(
                "storage.plugins names {count} plugins, over {PLUGINS_MAX}"
            ));
        }
        for (index, name) in self.plugins.iter().enumerate() {
            if self.plugins[..index].contains(name) {
                return Err(format!("storage.plugins names {name:?} twice"));
            }
        }
        if self.per_account && self.plugins.is_empty() {
            return Err("storage.per_account is set, and there are no storage.plugins".into());
        }
        Ok(())
    }
}

/// Argon2id parameters (RFC 9106) for new passwords; old hashes keep the ones they were made with.
#[derive(Debug, Clone, Deserialize, waxseal_settings::Setting)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordConfig {
    /// Memory of one hash, in KiB.
    #[setting(min = 8)]
    pub memory_kib: u32,
    /// Passes over the memory.
    #[setting(min = 1)]
    pub passes: u32,
    /// Hashes computed at once; others wait.
    #[setting(min = 1)]
    pub concurrent_max: usize,
    /// Remembered successful verifications, so that repeated logins cost no hash.
    pub remembered_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("data"),
            reserve_octets: 64 << 20,
            pack_octets_max: 256 << 20,
            spool_memory_octets: 256 << 10,
            batch_operations_max: 512,
            batch_octets_max: 32 << 20,
            trace_days: 14,
            compact_garbage_percent: 50,
            upkeep_secs: 300,
            queue_memory_octets: 64 << 20,
            unwatched_messages_max: 2_000_000,
            accounts_cached_max: 20_000,
            readers: 4,
            mailboxes_per_account_max: 5_000,
            subscriptions_per_account_max: 5_000,
            subaddress_separators: "+".into(),
            password: PasswordConfig::default(),
            plugins: Vec::new(),
            holder: None,
            per_account: false,
            verify_encoded: true,
            decoded_octets_max: 32 << 20,
        }
    }
}

impl Default for PasswordConfig {
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            concurrent_max: 2,
            remembered_max: 10_000,
        }
    }
}
