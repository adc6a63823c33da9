//! The form in which blobs rest: chunks, each sealed on its own, and attributes that say how.
//!
//! A blob is cut into chunks of 64 KiB; the last one may be shorter, and an empty blob is one empty
//! chunk. Each chunk is sealed with its number and whether it is the last in the associated data, and
//! with a nonce made of 16 random octets of the blob and that number. So nobody can cut off, reorder,
//! repeat or exchange chunks without being found out. The key is derived for the account, and the
//! blob's name is in the associated data too: no blob can be passed off as another.

use waxseal_plugin_sdk::aead::{Key, NONCE_OCTETS, Nonce};
use waxseal_plugin_sdk::storage::{Attributes, BlobMeta, bad_attributes};
use waxseal_plugin_sdk::{Error, base64, random};

/// Octets of a chunk before sealing.
pub const CHUNK_OCTETS: usize = 64 * 1024;
/// The only form so far.
const FORM: &str = "1";
/// Random octets in each nonce; the chunk's number fills the rest.
const SALT_OCTETS: usize = 16;
/// The context of messages on their way.
const TRANSIT: &str = "transit";

/// How a blob is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    key_name: String,
    context: String,
    id: String,
    salt: Vec<u8>,
}

/// What the attributes of a blob say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// It rests as it is.
    Plain,
    /// It is sealed.
    Sealed(Sealing),
}

impl Sealing {
    /// For a new blob.
    #[must_use]
    pub fn new(key_name: &str, meta: &BlobMeta) -> Self {
        Self::of(key_name, meta, random::bytes(16))
    }

    fn of(key_name: &str, meta: &BlobMeta, salt: Vec<u8>) -> Self {
        let account = meta.account.as_ref();
        let context = account.map(|account| format!("account:{}", account.to_lowercase()));
        Self {
            key_name: key_name.to_owned(),
            context: context.unwrap_or_else(|| TRANSIT.to_owned()),
            id: meta.id.clone(),
            salt,
        }
    }

    /// The key, derived for the account.
    #[must_use]
    pub fn key(&self) -> Key {
        Key::new(&self.key_name, &self.context)
    }

    /// The nonce of a chunk.
    #[must_use]
    pub fn nonce(&self, number: u64) -> Nonce {
        let mut nonce = [0; NONCE_OCTETS];
        let octets = self.salt.iter().copied().chain(number.to_be_bytes());
        for (slot, octet) in nonce.iter_mut().zip(octets) {
            *slot = octet;
        }
        nonce
    }

    /// The associated data of a chunk.
    #[must_use]
    pub fn associated(&self, number: u64, last: bool) -> Vec<u8> {
        let mut associated = b"waxseal seal 1 ".to_vec();
        associated.extend(number.to_be_bytes());
        associated.push(u8::from(last));
        associated.extend(self.id.bytes());
        associated
    }
}

impl Form {
    /// As attributes.
    #[must_use]
    pub fn to_attributes(&self) -> Attributes {
        let pairs = match self {
            Self::Plain => vec![("form", "plain".to_owned())],
            Self::Sealed(sealing) => vec![
                ("form", FORM.to_owned()),
                ("key", sealing.key_name.clone()),
                ("salt", base64::encode(&sealing.salt)),
            ],
        };
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect()
    }

    /// Reads the attributes of a blob.
    ///
    /// # Errors
    /// When this plugin never wrote them.
    pub fn parse(meta: &BlobMeta) -> Result<Self, Error> {
        match meta.attribute("form") {
            Some("plain") => Ok(Self::Plain),
            Some(FORM) => {
                let salt = meta.attribute("salt").and_then(base64::decode);
                let salt = salt.filter(|salt| salt.len() == SALT_OCTETS);
                let missing = || bad_attributes("hold no key and salt");
                let key_name = meta.attribute("key").ok_or_else(missing)?;
                let salt = salt.ok_or_else(missing)?;
                Ok(Self::Sealed(Sealing::of(key_name, meta, salt)))
            }
            Some(form) => Err(bad_attributes(&format!(
                "name the form {form:?}, which is newer"
            ))),
            None => Err(bad_attributes(
                "name no form: the blob was not written by this plugin",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::testing::Server;

    fn meta(account: Option<&str>, attributes: Attributes) -> BlobMeta {
        BlobMeta {
            account: account.map(str::to_owned),
            id: "77".to_owned(),
            size: 5,
            attributes,
        }
    }

    #[test]
    fn attributes_come_back() {
        let _server = Server::start();
        for account in [Some("Alice@example.test"), None] {
            let sealed = Form::Sealed(Sealing::new("mail", &meta(account, Vec::new())));
            for form in [Form::Plain, sealed] {
                assert_eq!(Form::parse(&meta(account, form.to_attributes())), Ok(form));
            }
        }
    }

    #[test]
    fn foreign_attributes_are_refused() {
        let parse = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            Form::parse(&meta(None, pairs.collect())).map_err(|error| error.code)
        };
        let bad = Err("bad-attributes".to_owned());
        assert_eq!(parse(&[]), bad);
        assert_eq!(parse(&[("form", "2")]), bad);
        assert_eq!(parse(&[("form", "1"), ("key", "mail")]), bad);
        assert_eq!(
            parse(&[("form", "1"), ("key", "mail"), ("salt", "AAAA")]),
            bad
        );
    }

    #[test]
    fn no_two_chunks_share_a_nonce() {
        let _server = Server::start();
        let new = || Sealing::new("mail", &meta(None, Vec::new()));
        let (one, two) = (new(), new());
        assert_ne!(one.nonce(0), one.nonce(1));
        assert_ne!(one.nonce(0), two.nonce(0));
        assert_ne!(one.associated(1, false), one.associated(1, true));
        assert_ne!(one.associated(1, false), one.associated(256, false));
    }
}
