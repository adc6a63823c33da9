//! The administration room: what operators and their tools see of a running server.
//!
//! Two doors. The TCP port answers only questions ([`observation`]: health, readiness, metrics, a
//! status page) and never changes anything. The Unix socket ([`command_api`], mode 0600) takes a
//! [`Request`] as JSON and performs it through [`Operations`], which the command line also uses
//! directly when no server runs, so that both ways behave alike. [`call`] is the client of the socket.
//!
//! Nothing here knows an adapter: it works on `Directory`, `Queue` and [`Plugins`].

mod answer;
mod chart;
mod client;
mod command_api;
mod config;
mod http;
mod observation;
mod operations;
mod page;
mod plugin_page;
mod plugin_report;
mod plugins;
mod problem;
mod readiness;
mod recording;
mod request;

pub use answer::{
    AccountView, AliasView, Answer, DomainView, LogLineView, PluginView, QueuedView, RecipientView,
    RecordingView, TraceView,
};
pub use client::{CallError, call};
pub use command_api::serve_commands;
pub use config::AdminConfig;
pub use observation::{ListenerView, Status, serve_observation};
pub use operations::Operations;
pub use plugin_report::{MinuteReport, PluginReport};
pub use plugins::{LogPage, NoPlugins, Plugins};
pub use problem::Problem;
pub use readiness::{Check, Readiness};
pub use recording::{NoRecording, Recording, RecordingPlan};
pub use request::Request;
