//! Released packages of the interface are frozen: plugins were built against them. A change belongs
//! into a new version folder, with its own line here.

/// Version and BLAKE3 digest of `plugin.wit`.
const RELEASED: [(&str, &str); 1] = [(
    "0.1.0",
    "391ec9e311f9c9755c6e535c7a9e74d70a5795096d1d2cc1345eefd8f57c74fe",
)];

#[test]
fn released_packages_never_change() {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../schemas/wit/waxseal-plugin"
    );
    let mut folders: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, RELEASED.map(|(version, _)| version));
    for (version, digest) in RELEASED {
        let text = std::fs::read(format!("{root}/{version}/plugin.wit")).unwrap();
        assert_eq!(blake3::hash(&text).to_hex().as_str(), digest, "{version}");
    }
}
