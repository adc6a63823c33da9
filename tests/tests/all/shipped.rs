//! The shipped plugins in the running server, each as its README configures it, with mail that comes
//! and goes by real clients and services that a test keeps on 127.0.0.1.

mod deliver;
mod judge;
mod store;

use crate::engine::Engine;
use waxseal_tests::Client;

/// Runs a client, and demands that it ends with these words.
#[track_caller]
fn check(engine: &Engine, client: Client, words: &str) {
    let text = client.succeed();
    let text = text.unwrap_or_else(|error| panic!("{error}\n{}", engine.log()));
    assert!(text.contains(words), "no {words:?} in {text}");
}
