//! Requests over HTTP and HTTPS on behalf of plugins.
//!
//! Implements the `HttpClient` port on hyper, with connections that are kept for the next request.
//! Names are resolved through the `Resolver` port; only public addresses that they lead to are
//! connected to, and the connection goes to the very address that was checked. A URL that holds an
//! address instead of a name is connected to whatever that is: whoever granted the URL named it. No
//! redirect is followed.

mod client;
mod connector;

pub use client::Fetch;
