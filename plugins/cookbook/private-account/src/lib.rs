//! Encrypts the stored mail of some accounts, each with a key of its own, and leaves that of all
//! others as it is.

use waxseal_plugin_sdk::aead::{self, Key, Nonce, TAG_OCTETS};
use waxseal_plugin_sdk::storage::{Attributes, BlobMeta, Reader, Storage, Writer, bad_attributes};
use waxseal_plugin_sdk::{Error, address, base64, config, storage};

/// Octets that are sealed together.
const CHUNK_OCTETS: usize = 64 * 1024;

struct PrivateAccount {
    accounts: Vec<String>,
}

storage!(PrivateAccount);

impl Storage for PrivateAccount {
    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let table = document.table(&["accounts"])?;
        let accounts = table.texts("accounts")?.into_iter();
        Ok(Self {
            accounts: accounts.map(address::folded).collect(),
        })
    }

    fn encode(
        &mut self,
        meta: &BlobMeta,
        input: &mut Reader,
        output: &mut Writer,
    ) -> Result<Attributes, Error> {
        let account = meta.account.as_deref().map(address::folded);
        let Some(account) = account.filter(|account| self.accounts.contains(account)) else {
            output.copy(input);
            return Ok(attributes(&[("form", "plain")]));
        };
        let (key, first) = (Key::new("mail", &account), aead::nonce());
        chunks(input, CHUNK_OCTETS, |number, last, chunk| {
            let sealed = key.seal(&nonce(first, number), &bound(meta, number, last), chunk)?;
            output.put(&sealed);
            Ok(())
        })?;
        // The configuration may change; what is written here stays with the blob.
        let nonce = base64::encode(&first);
        Ok(attributes(&[
            ("form", "sealed"),
            ("account", &account),
            ("nonce", &nonce),
        ]))
    }

    fn decode(
        &mut self,
        meta: &BlobMeta,
        input: &mut Reader,
        output: &mut Writer,
    ) -> Result<(), Error> {
        if meta.attribute("form") == Some("plain") {
            output.copy(input);
            return Ok(());
        }
        let missing = || bad_attributes("hold no account and nonce");
        let account = meta.attribute("account").ok_or_else(missing)?;
        let first = meta.attribute("nonce").and_then(base64::decode);
        let first = first
            .and_then(|octets| Nonce::try_from(octets).ok())
            .ok_or_else(missing)?;
        let key = Key::new("mail", account);
        chunks(input, CHUNK_OCTETS + TAG_OCTETS, |number, last, chunk| {
            let opened = key.open(&nonce(first, number), &bound(meta, number, last), chunk)?;
            output.put(&opened);
            Ok(())
        })
    }
}

/// Gives `act` the chunks with their numbers, and whether each is the last; an empty blob is one
/// empty chunk.
fn chunks(
    input: &mut Reader,
    octets: usize,
    mut act: impl FnMut(u64, bool, &[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut chunk = input.chunk(octets);
    for number in 0.. {
        let next = input.chunk(octets);
        act(number, next.is_empty(), &chunk)?;
        if next.is_empty() {
            break;
        }
        chunk = next;
    }
    Ok(())
}

/// The nonce of a chunk: none is used twice with one key.
fn nonce(mut first: Nonce, number: u64) -> Nonce {
    for (slot, octet) in first.iter_mut().zip(number.to_be_bytes()) {
        *slot ^= octet;
    }
    first
}

/// What a chunk is bound to: nobody can move it, cut the blob short or pass it off as another.
fn bound(meta: &BlobMeta, number: u64, last: bool) -> Vec<u8> {
    format!("{number} {last} {}", meta.id).into_bytes()
}

fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    let owned = pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    owned.collect()
}

#[cfg(test)]
mod tests;
