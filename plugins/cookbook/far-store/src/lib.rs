//! Keeps mail on another machine: each message as files of at most 4 MiB on any HTTP server that
//! knows PUT, GET and DELETE, such as WebDAV.

use waxseal_plugin_sdk::holder::{BlobMeta, Holder, Reader, Writer};
use waxseal_plugin_sdk::http::{Request, Response};
use waxseal_plugin_sdk::{Error, config, digest, holder, secrets};

/// The largest response that a storage plugin gets.
const PIECE_OCTETS: usize = 4 * 1024 * 1024;

struct FarStore {
    url: String,
    token: String,
}

holder!(FarStore);

impl Holder for FarStore {
    fn configure() -> Result<Self, Error> {
        let document = config::document()?;
        let url = document.table(&["url"])?.url("url")?.to_owned();
        Ok(Self {
            url,
            token: secrets::require("store-token")?,
        })
    }

    /// When this answers, the message must be safe: every piece was taken.
    fn put(&mut self, meta: &BlobMeta, input: &mut Reader) -> Result<String, Error> {
        // Names of blobs say nothing that a path cannot hold, once they are hexadecimal.
        let name = digest::hex(meta.id.as_bytes());
        let mut pieces = 0_u32;
        loop {
            let piece = input.chunk(PIECE_OCTETS);
            if piece.is_empty() && pieces > 0 {
                break;
            }
            let request = self.request("PUT", &name, pieces).body(piece);
            let response = request.send()?;
            expect(&response, response.is_success())?;
            pieces += 1;
        }
        Ok(format!("{name}.{pieces}"))
    }

    fn get(&mut self, key: &str, output: &mut Writer) -> Result<(), Error> {
        let (name, pieces) = parts(key)?;
        for piece in 0..pieces {
            let response = self.request("GET", name, piece).send()?;
            expect(&response, response.status == 200)?;
            output.put(&response.body);
        }
        Ok(())
    }

    fn delete(&mut self, key: &str) -> Result<(), Error> {
        let (name, pieces) = parts(key)?;
        for piece in 0..pieces {
            let response = self.request("DELETE", name, piece).send()?;
            expect(&response, response.is_success() || response.status == 404)?;
        }
        Ok(())
    }
}

impl FarStore {
    fn request(&self, method: &str, name: &str, piece: u32) -> Request {
        let url = format!("{}{name}.{piece}", self.url);
        Request::new(method, url).header("authorization", format!("Bearer {}", self.token))
    }
}

fn parts(key: &str) -> Result<(&str, u32), Error> {
    let parts = key.rsplit_once('.');
    let parts = parts.and_then(|(name, pieces)| Some((name, pieces.parse().ok()?)));
    parts.ok_or_else(|| Error::new("bad-key", format!("{key:?} is no key of this plugin")))
}

fn expect(response: &Response, fine: bool) -> Result<(), Error> {
    if fine {
        return Ok(());
    }
    let what = format!("the store answered {}", response.status);
    Err(Error::new("store", what).retryable())
}

#[cfg(test)]
mod tests;
