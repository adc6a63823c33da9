//! Keys: the name of the object, and the digest and size of the blob, so that what comes back can be
//! checked.

use waxseal_plugin_sdk::digest::hex;

/// Octets of a key (a limit of the server).
const KEY_MAX: usize = 512;

/// What a key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The object's name under the URL.
    pub object: String,
    /// SHA-256 of the blob, in hexadecimal.
    pub digest: String,
    /// Octets of the blob.
    pub size: u64,
}

impl Key {
    /// For a blob with this name.
    #[must_use]
    pub fn new(id: &str, digest: &[u8], size: u64) -> Self {
        let digest = hex(digest);
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || "-_".contains(c) {
                c
            } else {
                '_'
            }
        };
        let id: String = id.chars().map(plain).take(200).collect();
        // Folders by the digest, and the digest in the name: ids that look alike stay apart.
        let folder = digest.get(..2).unwrap_or("00");
        let short = digest.get(..32).unwrap_or_default();
        let object = format!("{folder}/{id}-{short}");
        Self {
            object,
            digest,
            size,
        }
    }

    /// As the server keeps it.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("1:{}:{}:{}", self.digest, self.size, self.object)
    }

    /// Reads it; `None` for what this plugin never answered.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.strip_prefix("1:")?.splitn(3, ':');
        let (digest, size, object) = (fields.next()?, fields.next()?, fields.next()?);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
        let is_key = digest.len() == 64
            && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !object.is_empty()
            && object.chars().all(is_plain)
            && text.len() <= KEY_MAX;
        is_key.then_some(Self {
            object: object.to_owned(),
            digest: digest.to_owned(),
            size: size.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back() {
        let key = Key::new("acc/../ünt:7", &[0xab; 32], 42);
        assert_eq!(key.object, format!("ab/acc_____nt_7-{}", "ab".repeat(16)));
        assert_eq!(Key::parse(&key.to_text()), Some(key));
        let long = Key::new(&"x".repeat(900), &[1; 32], u64::MAX);
        assert!(long.to_text().len() <= KEY_MAX);
        for bad in [
            "",
            "1:ab:1:x",
            "2:x",
            &format!("1:{}:1:../x", "a".repeat(64)),
        ] {
            assert_eq!(Key::parse(bad), None, "{bad}");
        }
    }
}
