use super::*;
use crate::bench::empty_component;
use crate::stub::{HttpAnswer, StubHttp};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use waxseal_ports::http_client::HttpError;

/// A server that holds a few resources.
struct Shelf(BTreeMap<String, Bytes>);

#[async_trait]
impl HttpClient for Shelf {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let body = self.0.get(&request.url).cloned();
        if body
            .as_ref()
            .is_some_and(|body| body.len() > request.response_octets_max)
        {
            return Err(HttpError::TooLarge);
        }
        Ok(HttpResponse {
            status: if body.is_some() { 200 } else { 404 },
            headers: Vec::new(),
            body: body.unwrap_or_default(),
        })
    }
}

struct World {
    folder: tempfile::TempDir,
    component: Bytes,
}

impl World {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            component: empty_component(waxseal_plugin::World::Filter, &[])
                .unwrap()
                .into(),
        }
    }

    fn plan(&self, source: &str) -> InstallPlan {
        InstallPlan {
            source: source.to_owned(),
            sha256: Some(sha256(&self.component)),
            name: None,
            replace: false,
            folder: self.folder.path().to_owned(),
            bytes_max: 1024 * 1024,
            keys: Vec::new(),
        }
    }

    /// How many files the folder holds.
    fn files(&self) -> usize {
        std::fs::read_dir(self.folder.path()).unwrap().count()
    }

    fn shelf(&self, manifest: impl FnOnce(&str) -> String) -> Shelf {
        let digest = format!("sha256:{}", sha256(&self.component));
        let at = |path: &str| format!("http://127.0.0.1:5000/v2/my/empty/{path}");
        Shelf(BTreeMap::from([
            (at("manifests/1"), Bytes::from(manifest(&digest))),
            (at(&format!("blobs/{digest}")), self.component.clone()),
            (
                "https://a.test/x/empty.wasm?v=1".to_owned(),
                self.component.clone(),
            ),
        ]))
    }
}

fn manifest(digest: &str) -> String {
    format!(
        r#"{{"schemaVersion":2,"layers":[{{"mediaType":"application/wasm","digest":"{digest}","size":100}}]}}"#
    )
}

#[tokio::test]
async fn from_a_url_and_a_registry() {
    let world = World::new();
    let shelf = world.shelf(manifest);
    let plan = world.plan("https://a.test/x/empty.wasm?v=1");
    let installed = install(&plan, &shelf).await.unwrap();
    assert_eq!(
        (installed.name.as_str(), installed.world),
        ("empty", "filter")
    );
    assert_eq!(std::fs::read(&installed.file).unwrap(), world.component);
    let again = install(&plan, &shelf).await;
    assert!(matches!(again, Err(AuthorError::Exists(_))));
    let oci = InstallPlan {
        replace: true,
        sha256: None,
        ..world.plan("oci://127.0.0.1:5000/my/empty:1")
    };
    assert_eq!(install(&oci, &shelf).await.unwrap().name, "empty");
    assert_eq!(world.files(), 1);
}

#[tokio::test]
async fn nothing_is_written_on_failure() {
    let world = World::new();
    let forged = |digest: &str| manifest(&digest.replace('a', "b"));
    let (good, bad) = (world.shelf(manifest), world.shelf(forged));
    let url = "https://a.test/x/empty.wasm?v=1";
    let oci = "oci://127.0.0.1:5000/my/empty:1";
    let other = InstallPlan {
        sha256: Some("0".repeat(64)),
        ..world.plan(url)
    };
    let unpinned = InstallPlan {
        sha256: None,
        ..world.plan(url)
    };
    let small = InstallPlan {
        bytes_max: 10,
        ..world.plan(url)
    };
    let key = "00".repeat(32).parse().unwrap();
    let unsigned = InstallPlan {
        keys: vec![key],
        ..world.plan(url)
    };
    for (plan, shelf, text) in [
        (other, &good, "nothing was installed"),
        (unpinned, &good, "needs --sha256"),
        (small, &good, "too large"),
        (unsigned, &good, "is not signed"),
        (world.plan(oci), &bad, "does not exist"),
        (
            world.plan("https://a.test/none.wasm"),
            &good,
            "answered 404",
        ),
        (world.plan("/no/such/file.wasm"), &good, "does not exist"),
    ] {
        let error = install(&plan, shelf).await.unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }
    let answer = HttpAnswer {
        body: "#!/bin/sh\n".to_owned(),
        ..HttpAnswer::default()
    };
    let script = InstallPlan {
        sha256: Some(sha256(answer.body.as_bytes())),
        ..world.plan("https://a.test/x.wasm")
    };
    let error = install(&script, &StubHttp::new(vec![answer], Arc::default()))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("not a WebAssembly component"),
        "{error}"
    );
    assert_eq!(world.files(), 0);
}

#[tokio::test]
async fn a_name_leads_nowhere_else() {
    let world = World::new();
    let shelf = world.shelf(manifest);
    let inner = world.folder.path().join("a/b");
    std::fs::create_dir_all(&inner).unwrap();
    for (name, good) in [
        ("../../evil", false),
        ("My Plugin", false),
        ("", false),
        ("good-2", true),
    ] {
        let plan = InstallPlan {
            name: Some(name.to_owned()),
            folder: inner.clone(),
            ..world.plan("https://a.test/x/empty.wasm?v=1")
        };
        let installed = install(&plan, &shelf).await;
        if good {
            assert_eq!(installed.unwrap().file, inner.join("good-2.wasm"));
        } else {
            let error = installed.unwrap_err();
            assert!(matches!(error, AuthorError::Wrong(_)), "{error}");
            assert_eq!(std::fs::read_dir(&inner).unwrap().count(), 0, "{name}");
        }
        assert_eq!(world.files(), 1, "{name}");
    }
}
