//! The suites that every adapter of these ports must pass.

use super::fixture;
use waxseal_ports::contract;

#[tokio::test]
async fn directory() {
    contract::directory(fixture).await;
}

#[tokio::test]
async fn store() {
    contract::store(fixture).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queue() {
    contract::queue(fixture).await;
}
