//! Reading PEM files (RFC 7468).

use crate::TlsError;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;

/// All certificates of a file, the server's own first.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let octets = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&octets).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(problem(file, "holds no certificate in PEM form")),
        Err(error) => Err(problem(file, &error.to_string())),
    }
}

/// The first private key of a file: PKCS#8, PKCS#1 or SEC1.
pub(super) fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let octets = read(file)?;
    PrivateKeyDer::from_pem_slice(&octets).map_err(|error| {
        if matches!(error, rustls_pki_types::pem::Error::NoItemsFound) {
            problem(file, "holds no private key in PEM form")
        } else {
            problem(file, &error.to_string())
        }
    })
}

fn read(file: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(file).map_err(|error| problem(file, &error.to_string()))
}

fn problem(file: &Path, problem: &str) -> TlsError {
    TlsError::Pem {
        file: file.display().to_string(),
        problem: problem.to_owned(),
    }
}
