//! SHA-256, and HMAC with it (RFC 2104).

use sha2::{Digest, Sha256};

/// Octets of a block of SHA-256.
const BLOCK: usize = 64;

/// SHA-256.
#[must_use]
pub fn sha256(octets: &[u8]) -> Vec<u8> {
    Sha256::digest(octets).to_vec()
}

/// HMAC-SHA-256.
#[must_use]
pub fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = if key.len() > BLOCK {
        sha256(key)
    } else {
        key.to_vec()
    };
    block.resize(BLOCK, 0);
    let keyed = |with: u8, message: &[u8]| {
        let pad: Vec<u8> = block.iter().map(|octet| octet ^ with).collect();
        let mut hash = Sha256::new();
        hash.update(pad);
        hash.update(message);
        hash.finalize().to_vec()
    };
    keyed(0x5c, &keyed(0x36, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use waxseal_plugin_sdk::digest::hex;

    #[test]
    fn hashes_are_right() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hex(&sha256(b"")), empty);
        // RFC 4231, test cases 2 and 6.
        let two = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(&hmac(b"Jefe", b"what do ya want for nothing?")), two);
        let six = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54";
        let message = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(hex(&hmac(&[0xaa; 131], message)), six);
    }
}
