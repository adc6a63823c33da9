//! A certificate that nobody vouches for: for the demo, for tests and for the first minutes of a new
//! server.

use crate::{TlsConfig, TlsError};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A self-signed certificate with its key, both in PEM form.
#[derive(Debug, Clone)]
pub struct SelfSigned {
    /// The certificate.
    pub certificate_pem: String,
    /// The private key.
    pub key_pem: String,
}

impl SelfSigned {
    /// Makes one (ECDSA P-256) for DNS names and IP addresses.
    ///
    /// # Errors
    /// [`TlsError::Generate`] when a name is not possible.
    pub fn generate(names: &[&str]) -> Result<Self, TlsError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let pair = rcgen::generate_simple_self_signed(names)
            .map_err(|error| TlsError::Generate(error.to_string()))?;
        Ok(Self {
            certificate_pem: pair.cert.pem(),
            key_pem: pair.signing_key.serialize_pem(),
        })
    }

    /// Writes both files where there are none yet; the key for its owner only (mode 0600).
    ///
    /// # Errors
    /// [`TlsError::Pem`] names the file that could not be written.
    pub fn write(&self, files: &TlsConfig) -> Result<(), TlsError> {
        write_new(&files.key, &self.key_pem, 0o600)?;
        write_new(&files.certificate, &self.certificate_pem, 0o644)
    }
}

fn write_new(file: &Path, text: &str, mode: u32) -> Result<(), TlsError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    options
        .open(file)
        .and_then(|mut open| {
            open.write_all(text.as_bytes())?;
            open.sync_all()
        })
        .map_err(|error| TlsError::Pem {
            file: file.display().to_string(),
            problem: error.to_string(),
        })
}
