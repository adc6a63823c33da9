//! Passwords: hashed with Argon2id (RFC 9106), a bounded number at once, away from the reactor.

use super::roster::Credentials;
use crate::config::PasswordConfig;
use crate::folder::OpenError;
use crate::outage::Outage;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;
use waxseal_mail::AccountId;
use waxseal_ports::directory::Account;

/// Octets of a password that are looked at; a longer one is refused like a wrong one.
const PASSWORD_OCTETS_MAX: usize = 1024;

/// Hashes and checks passwords.
pub(crate) struct Passwords {
    argon2: Argon2<'static>,
    running: Arc<Semaphore>,
    /// Checked for users that do not exist, so that they take as long.
    dummy: Arc<str>,
    /// Of this process only; what it keys never leaves memory.
    key: [u8; 32],
    remembered: Mutex<HashMap<(AccountId, Arc<str>), blake3::Hash>>,
    remembered_max: usize,
}

impl Passwords {
    pub(crate) fn new(config: &PasswordConfig) -> Result<Self, OpenError> {
        let wrong = |error| OpenError::Corrupt(format!("[storage.password]: {error}"));
        let params = Params::new(config.memory_kib, config.passes, 1, None).map_err(wrong)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| OpenError::Corrupt(error.to_string()))?;
        let dummy =
            hash(&argon2, "no such user").map_err(|error| OpenError::Corrupt(error.to_string()))?;
        Ok(Self {
            argon2,
            running: Arc::new(Semaphore::new(config.concurrent_max.max(1))),
            dummy: dummy.into(),
            key,
            remembered: Mutex::default(),
            remembered_max: config.remembered_max,
        })
    }

    /// The hash of a new password, in PHC form.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, Outage> {
        let permit = self.running.clone().acquire_owned().await;
        let permit = permit.map_err(Outage::broken)?;
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        let hashed = tokio::task::spawn_blocking(move || {
            let hashed = hash(&argon2, &password);
            drop(permit);
            hashed
        });
        hashed.await.map_err(Outage::broken)?
    }

    /// Whether `password` is that of `known`; as slow for nobody as for somebody.
    pub(crate) async fn authenticate(
        &self,
        known: Option<Credentials>,
        password: &str,
    ) -> Result<Option<Account>, Outage> {
        let digest = blake3::keyed_hash(&self.key, password.as_bytes());
        if let Some(known) = &known {
            let key = (known.account.id, known.hash.clone());
            // Hashes compare in constant time.
            if self.lock().get(&key) == Some(&digest) {
                return Ok(Some(known.account.clone()));
            }
        }
        let hash = known
            .as_ref()
            .map_or(&self.dummy, |known| &known.hash)
            .clone();
        let right = self.verify(hash, password).await? && password.len() <= PASSWORD_OCTETS_MAX;
        let Some(known) = known.filter(|_| right) else {
            return Ok(None);
        };
        let mut remembered = self.lock();
        if remembered.len() >= self.remembered_max {
            remembered.clear();
        }
        remembered.insert((known.account.id, known.hash), digest);
        drop(remembered);
        Ok(Some(known.account))
    }

    async fn verify(&self, hash: Arc<str>, password: &str) -> Result<bool, Outage> {
        let permit = self.running.clone().acquire_owned().await;
        let permit = permit.map_err(Outage::broken)?;
        let argon2 = self.argon2.clone();
        let mut password = password.to_owned();
        password.truncate(password.floor_char_boundary(PASSWORD_OCTETS_MAX));
        let verified = tokio::task::spawn_blocking(move || {
            let verified = PasswordHash::new(&hash)
                .and_then(|hash| argon2.verify_password(password.as_bytes(), &hash));
            drop(permit);
            verified.is_ok()
        });
        verified.await.map_err(Outage::broken)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(AccountId, Arc<str>), blake3::Hash>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, Outage> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(Outage::broken)?;
    let salt = SaltString::encode_b64(&salt).map_err(Outage::broken)?;
    let hashed = argon2.hash_password(password.as_bytes(), &salt);
    Ok(hashed.map_err(Outage::broken)?.to_string())
}
