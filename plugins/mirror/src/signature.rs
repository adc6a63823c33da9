//! AWS Signature Version 4, as S3 and its like want it.

use crate::hash::{hmac, sha256};
use waxseal_plugin_sdk::digest::hex;

/// The keys of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The access key, which is sent.
    pub access: String,
    /// The secret key, which is not.
    pub secret: String,
    /// The region.
    pub region: String,
}

/// A request that is to be signed; its URL has no query.
pub struct Signing<'a> {
    /// The method.
    pub method: &'a str,
    /// Host and, where it is not the usual one, port.
    pub host: &'a str,
    /// The path, encoded.
    pub path: &'a str,
    /// Further fields that are signed, names in lower case.
    pub headers: &'a [(String, String)],
    /// SHA-256 of the body, in hexadecimal.
    pub body_hash: &'a str,
    /// The time, as `20260101T000000Z`.
    pub time: &'a str,
}

/// The fields to send beside those of the request.
#[must_use]
pub fn sign(keys: &Keys, request: &Signing<'_>) -> Vec<(String, String)> {
    let mut added = vec![
        (
            "x-amz-content-sha256".to_owned(),
            request.body_hash.to_owned(),
        ),
        ("x-amz-date".to_owned(), request.time.to_owned()),
    ];
    let mut signed = added.clone();
    signed.push(("host".to_owned(), request.host.to_owned()));
    signed.extend(request.headers.iter().cloned());
    signed.sort();
    let fields: Vec<String> = signed
        .iter()
        .map(|(name, value)| format!("{name}:{}\n", value.trim()))
        .collect();
    let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let canonical = format!(
        "{}\n{}\n\n{}\n{names}\n{}",
        request.method,
        request.path,
        fields.concat(),
        request.body_hash
    );
    let day = request.time.get(..8).unwrap_or_default();
    let scope = format!("{day}/{}/s3/aws4_request", keys.region);
    let hash = hex(&sha256(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{hash}", request.time);
    let mut key = hmac(format!("AWS4{}", keys.secret).as_bytes(), day.as_bytes());
    for part in [keys.region.as_str(), "s3", "aws4_request"] {
        key = hmac(&key, part.as_bytes());
    }
    let signature = hex(&hmac(&key, text.as_bytes()));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={signature}",
        keys.access
    );
    added.push(("authorization".to_owned(), authorization));
    added
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of a GET with a range in the S3 manual.
    #[test]
    fn the_manuals_example_is_signed_the_same() {
        let keys = Keys {
            access: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            region: "us-east-1".into(),
        };
        let request = Signing {
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test.txt",
            headers: &[("range".to_owned(), "bytes=0-9".to_owned())],
            body_hash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            time: "20130524T000000Z",
        };
        let fields = sign(&keys, &request);
        let (_, authorization) = fields.last().unwrap();
        let expected = "AWS4-HMAC-SHA256 \
            Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
            SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
            Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        assert_eq!(authorization, expected);
    }
}
