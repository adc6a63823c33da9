//! Storage plugins and holders, in the trial of their port. `compress` stands it in `storage_kit`.

use crate::bench::services;
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use waxseal_plugin::{AeadKey, Config, Host, PluginConfig, Vault};
use waxseal_ports::HttpClient;
use waxseal_ports::contract::{CodecTrial, Tampering};
use waxseal_ports::http_client::{HttpError, HttpRequest, HttpResponse};
use waxseal_ports::memory::{FakeClock, Memory};

/// Objects by URL, with ranges.
#[derive(Default)]
struct Objects(Mutex<BTreeMap<String, Bytes>>);

impl Objects {
    fn answer(&self, request: &HttpRequest) -> (u16, Bytes) {
        let mut objects = self.0.lock().unwrap();
        match request.method.as_str() {
            "PUT" => {
                objects.insert(request.url.clone(), request.body.clone());
                (201, Bytes::new())
            }
            "DELETE" => match objects.remove(&request.url) {
                Some(_) => (204, Bytes::new()),
                None => (404, Bytes::new()),
            },
            _ => match objects.get(&request.url) {
                Some(object) => {
                    let mut headers = request.headers.iter();
                    let range = headers.find(|(name, _)| name == "range");
                    let Some(range) = range.and_then(|(_, range)| range.strip_prefix("bytes="))
                    else {
                        return (200, object.clone());
                    };
                    let (start, end) = range.split_once('-').unwrap();
                    let (start, end): (usize, usize) =
                        (start.parse().unwrap(), end.parse().unwrap());
                    (206, object.slice(start..object.len().min(end + 1)))
                }
                None => (404, Bytes::new()),
            },
        }
    }
}

#[async_trait]
impl HttpClient for Objects {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (status, body) = self.answer(&request);
        if body.len() > request.response_octets_max {
            return Err(HttpError::TooLarge);
        }
        Ok(HttpResponse {
            status,
            headers: Vec::new(),
            body,
        })
    }
}

async fn host(plugin: &str, http: Option<Arc<dyn HttpClient>>) -> Arc<Host> {
    let plugin: PluginConfig = toml::from_str(plugin).unwrap();
    let config = Config {
        plugins: vec![plugin],
        vault: Vault {
            aead_keys: BTreeMap::from([("mail".to_owned(), AeadKey::new([7; 32]))]),
            ..Vault::default()
        },
        ..Config::default()
    };
    let mut services = services(&Arc::new(FakeClock::default()));
    services.http = http.unwrap_or(services.http);
    Arc::new(Host::start(config, services).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seal_notices_every_change() {
    let host = host(
        "name = \"seal\"\ngrants.aead_keys = [\"mail\"]\nconfig.key = \"mail\"",
        None,
    );
    let spool = Memory::new(Arc::new(FakeClock::default()));
    let trial = CodecTrial {
        codecs: host.await,
        name: "seal",
        spool: &spool,
    };
    trial.codec(Tampering::Noticed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mirror_keeps_what_it_is_given() {
    let plugin = r#"
        name = "mirror"
        grants.http = ["https://store.example/mail/"]
        config.url = "https://store.example/mail/"
    "#;
    let objects = Arc::new(Objects::default());
    let host = host(plugin, Some(objects.clone())).await;
    let spool = Memory::new(Arc::new(FakeClock::default()));
    let trial = CodecTrial {
        codecs: host,
        name: "mirror",
        spool: &spool,
    };
    trial.holder().await;
}
