//! What stands in where there is nothing: every question is answered with a failure.

use crate::http_client::{HttpClient, HttpError, HttpRequest, HttpResponse};
use crate::key_value::{KeyValue, KeyValueError, Owner};
use crate::resolver::{Exchange, LookupError, RecordKind, Records, ResolveError, Resolver};
use async_trait::async_trait;
use bytes::Bytes;
use std::net::IpAddr;
use std::time::Duration;
use waxseal_mail::Domain;

/// A key-value store, resolver and HTTP client that reach nothing: for checking a configuration, and
/// for tests of what does not ask.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unreachable;

const WHY: &str = "nothing can be reached from here";

fn unavailable() -> KeyValueError {
    KeyValueError::Unavailable(WHY.into())
}

#[async_trait]
impl KeyValue for Unreachable {
    async fn get_many(
        &self,
        _owner: &Owner,
        _keys: &[String],
    ) -> Result<Vec<Option<Bytes>>, KeyValueError> {
        Err(unavailable())
    }

    async fn set(
        &self,
        _owner: &Owner,
        _key: &str,
        _value: Bytes,
        _ttl: Option<Duration>,
    ) -> Result<(), KeyValueError> {
        Err(unavailable())
    }

    async fn delete(&self, _owner: &Owner, _key: &str) -> Result<(), KeyValueError> {
        Err(unavailable())
    }

    async fn incr_many(
        &self,
        _owner: &Owner,
        _changes: &[(String, i32)],
        _ttl: Option<Duration>,
    ) -> Result<Vec<i32>, KeyValueError> {
        Err(unavailable())
    }
}

#[async_trait]
impl Resolver for Unreachable {
    async fn exchanges(&self, _domain: &Domain) -> Result<Vec<Exchange>, ResolveError> {
        Err(ResolveError::Unavailable(WHY.to_owned()))
    }

    async fn addresses(&self, _host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        Err(ResolveError::Unavailable(WHY.to_owned()))
    }

    async fn name_of(&self, _address: IpAddr) -> Option<String> {
        None
    }

    async fn lookup(&self, _name: &str, _kind: RecordKind) -> Result<Records, LookupError> {
        Err(LookupError::Failed(WHY.to_owned()))
    }
}

#[async_trait]
impl HttpClient for Unreachable {
    async fn send(&self, _request: HttpRequest) -> Result<HttpResponse, HttpError> {
        Err(HttpError::Transport(WHY.to_owned()))
    }
}
