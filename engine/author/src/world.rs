//! What a plugin can reach while a tool runs it.

use crate::AuthorError;
use crate::component::Subject;
use crate::stub::{StubDns, StubEntropy, StubHttp};
use std::collections::BTreeMap;
use std::sync::Arc;
use waxseal_plugin::{AeadKey, Grants, Secret, Services, Vault};
use waxseal_ports::Clock;
use waxseal_ports::memory::{FakeClock, MemoryKeyValue};
use waxseal_ports::trace::NoLateTrace;

/// Stubs for everything but the time.
pub(crate) struct Reach {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) key_value: Arc<MemoryKeyValue>,
    pub(crate) entropy: Arc<StubEntropy>,
    pub(crate) dns: Arc<StubDns>,
    pub(crate) http: Arc<StubHttp>,
}

impl Reach {
    /// Names and URLs lead nowhere; keys and values are empty.
    pub(crate) fn nowhere(clock: Arc<dyn Clock>) -> Self {
        Self {
            key_value: Arc::new(MemoryKeyValue::new(Arc::new(FakeClock::default()))),
            entropy: Arc::new(StubEntropy::new(0)),
            dns: Arc::new(StubDns::default()),
            http: Arc::new(StubHttp::default()),
            clock,
        }
    }

    /// The services of a host that reaches these stubs and nothing else.
    pub(crate) fn services(&self, subject: &Subject) -> Services {
        Services {
            plugin_dir: subject.folder(),
            cache_dir: subject.cache_dir.clone(),
            parser: Arc::new(waxseal_mime::Parser::new(waxseal_mime::Limits::default())),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            key_value: self.key_value.clone(),
            resolver: self.dns.clone(),
            http: self.http.clone(),
            late_trace: Arc::new(NoLateTrace),
        }
    }
}

/// The text of secrets that nobody gave. It is no word, because it is taken out of what a plugin says.
const PLACEHOLDER: &str = "waxseal-placeholder-secret";

/// What stands for the secrets and keys that are granted, where nobody says what they are: a plugin that
/// needs them can be loaded.
pub(crate) fn placeholders(grants: &Grants) -> Vault {
    let secrets = grants.secrets.iter();
    let keys = grants.aead_keys.iter();
    Vault {
        secrets: secrets
            .map(|name| (name.clone(), Secret::new(PLACEHOLDER)))
            .collect(),
        aead_keys: keys
            .map(|name| (name.clone(), AeadKey::new([0; 32])))
            .collect(),
    }
}

/// Secrets and keys by name; a key is 64 hex digits.
///
/// # Errors
/// [`AuthorError::Wrong`] names the key that is none.
pub(crate) fn vault(
    secrets: &BTreeMap<String, String>,
    aead_keys: &BTreeMap<String, String>,
) -> Result<Vault, AuthorError> {
    let secrets = secrets.iter();
    let keys = aead_keys.iter().map(|(name, digits)| {
        let key = AeadKey::from_hex(digits)
            .ok_or_else(|| AuthorError::Wrong(format!("the key {name:?} is not 64 hex digits")))?;
        Ok((name.clone(), key))
    });
    Ok(Vault {
        secrets: secrets
            .map(|(name, text)| (name.clone(), Secret::new(text)))
            .collect(),
        aead_keys: keys.collect::<Result<_, AuthorError>>()?,
    })
}
