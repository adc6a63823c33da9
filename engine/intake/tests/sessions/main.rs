//! Whole sessions over loopback sockets, with the ports in memory: what clients hear, what ends in
//! the queue.

#[cfg(test)]
mod client;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod relaying;
#[cfg(test)]
mod server;
#[cfg(test)]
mod submission;
#[cfg(test)]
mod transactions;
#[cfg(test)]
mod verdicts;
