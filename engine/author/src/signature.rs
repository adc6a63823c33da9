//! Signing components and checking signatures.

use crate::{AuthorError, files};
use std::fmt;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use wasmsign2::{KeyPair, Module, SecretKey};
use waxseal_plugin::PublicKey;

/// The name of the section that holds signatures.
const SECTION: &[u8] = b"\x09signature";
/// Octets of a key file.
const KEY_BYTES_MAX: u64 = 64 * 1024;

/// A new pair of keys.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The file of the secret key, which only its owner can read.
    pub secret: PathBuf,
    /// The public key.
    pub public: PublicKey,
}

/// Makes a pair of keys; the secret one goes to `file` (PEM, mode 0600), which must not exist.
///
/// # Errors
/// [`AuthorError`].
pub fn new_key(file: &Path) -> Result<NewKey, AuthorError> {
    let pair = KeyPair::generate();
    let mut options = std::fs::File::options();
    let open = options.write(true).create_new(true).mode(0o600).open(file);
    let mut secret = open.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            AuthorError::Exists(format!("{} exists already", file.display()))
        } else {
            AuthorError::file(file, error)
        }
    })?;
    let written = secret.write_all(pair.sk.to_pem().as_bytes());
    let written = written.and_then(|()| secret.sync_all());
    written.map_err(|error| AuthorError::file(file, error))?;
    Ok(NewKey {
        secret: file.to_owned(),
        public: public(&pair.pk)?,
    })
}

impl fmt::Display for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { secret, public } = self;
        writeln!(
            f,
            "{}: the secret key; keep it to yourself",
            secret.display()
        )?;
        writeln!(f, "the public key, for servers that demand signatures:")?;
        writeln!(f, "  [plugins]\n  require_signatures = [\"{public}\"]")
    }
}

/// Signs a component in its place; a former signature is replaced. Answers the public key.
///
/// # Errors
/// [`AuthorError`]; the file is then as before.
pub fn sign(component: &Path, key: &Path) -> Result<PublicKey, AuthorError> {
    let octets = files::read(component, files::COMPONENT_BYTES_MAX)?;
    let shown = key.display();
    let wrong = |error| AuthorError::Wrong(format!("{shown} is no secret key: {error}"));
    let secret = files::read(key, KEY_BYTES_MAX)?;
    let secret = SecretKey::from_any(&secret).map_err(wrong)?;
    let signed = signed(&octets, &secret).map_err(|error| {
        AuthorError::Failed(format!("{} cannot be signed: {error}", component.display()))
    })?;
    files::write_whole(component, &signed)?;
    let pair = secret.sk.public_key();
    PublicKey::from_octets(pair.as_ref()).map_err(AuthorError::Failed)
}

fn signed(octets: &[u8], secret: &SecretKey) -> Result<Vec<u8>, wasmsign2::WSError> {
    let module = Module::deserialize(&mut &*octets)?;
    let module = secret.sign(module, None)?;
    let mut signed = Vec::with_capacity(octets.len() + 256);
    module.serialize(&mut signed)?;
    Ok(signed)
}

/// Checks that one of `keys` signed a component as it is now; answers which.
///
/// # Errors
/// [`AuthorError::Failed`] where none did or the component was changed afterwards.
pub fn verify(component: &Path, keys: &[PublicKey]) -> Result<PublicKey, AuthorError> {
    let octets = files::read(component, files::COMPONENT_BYTES_MAX)?;
    let mut keys = keys.iter();
    if let Some(key) = keys.find(|key| key.signed(&octets)) {
        return Ok(*key);
    }
    let shown = component.display();
    Err(AuthorError::Failed(if is_signed(&octets) {
        format!("{shown}: its signature is by another key, or it was changed after it was signed")
    } else {
        format!("{shown} is not signed")
    }))
}

/// Whether a component begins with a signature, good or not.
#[must_use]
pub(crate) fn is_signed(octets: &[u8]) -> bool {
    // After the header: section 0, its size in at most five octets, its name.
    let Some((0, rest)) = octets
        .get(8..)
        .and_then(<[u8]>::split_first)
        .map(|(a, b)| (*a, b))
    else {
        return false;
    };
    let size = rest.iter().take(5).position(|octet| octet & 0x80 == 0);
    size.and_then(|last| rest.get(last + 1..))
        .is_some_and(|section| section.starts_with(SECTION))
}

fn public(key: &wasmsign2::PublicKey) -> Result<PublicKey, AuthorError> {
    PublicKey::from_octets(key.pk.as_ref()).map_err(AuthorError::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_then_forged() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let component = waxseal_toolchain::component(b"\0asm\x01\0\0\0").unwrap();
        std::fs::write(file("c.wasm"), &component).unwrap();
        let key = new_key(&file("k")).unwrap();
        assert!(matches!(new_key(&file("k")), Err(AuthorError::Exists(_))));
        let unsigned = verify(&file("c.wasm"), &[key.public]).unwrap_err();
        assert!(
            unsigned.to_string().ends_with("is not signed"),
            "{unsigned}"
        );
        let by = sign(&file("c.wasm"), &file("k")).unwrap();
        assert_eq!(by, key.public);
        assert_eq!(verify(&file("c.wasm"), &[key.public]).unwrap(), key.public);
        let signed = std::fs::read(file("c.wasm")).unwrap();
        sign(&file("c.wasm"), &file("k")).unwrap();
        assert_eq!(std::fs::read(file("c.wasm")).unwrap(), signed, "replaced");
        let mut forged = signed;
        let last = forged.len() - 1;
        forged[last] ^= 1;
        std::fs::write(file("c.wasm"), &forged).unwrap();
        let error = verify(&file("c.wasm"), &[key.public]).unwrap_err();
        assert!(error.to_string().contains("changed after"), "{error}");
        assert!(matches!(
            sign(&file("k"), &file("c.wasm")),
            Err(AuthorError::Wrong(_))
        ));
    }
}
