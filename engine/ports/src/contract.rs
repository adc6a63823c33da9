//! What every adapter of a port must do, as tests: run against [`Memory`](crate::memory::Memory)
//! here and against the real storage in its own room.
//!
//! Each suite takes a factory of fresh, empty storages (`Arc<Storage>`, or a fixture that
//! dereferences to one and cleans up after itself) and panics at the first thing that is wrong. A
//! storage's clock may stand still or run.
#![expect(
    clippy::unwrap_used,
    reason = "a suite of tests: to panic is how it answers"
)]

mod codecs;
mod directory;
mod flags;
mod key_value;
mod mailboxes;
mod messages;
mod queue;
mod world;

pub use codecs::{CodecTrial, Tampering};

use crate::memory::FakeClock;
use crate::{Directory, KeyValue, Queue, Store};
use std::ops::Deref;
use std::sync::Arc;

/// The suite of [`Directory`].
pub async fn directory<T, S>(factory: impl AsyncFn() -> T)
where
    T: Deref<Target = S>,
    S: Directory,
{
    directory::order_of_resolution(&*factory().await).await;
    directory::aliases_are_followed_to_their_ends(&*factory().await).await;
    directory::catch_all(&*factory().await).await;
    directory::passwords(&*factory().await).await;
    directory::senders(&*factory().await).await;
    directory::rows_come_and_go(&*factory().await).await;
}

/// The suite of [`Store`].
pub async fn store<T, S>(factory: impl AsyncFn() -> T)
where
    T: Deref<Target = S>,
    S: Store + Directory,
{
    mailboxes::new_accounts_have_special_mailboxes(&*factory().await).await;
    mailboxes::create_and_delete(&*factory().await).await;
    mailboxes::rename_moves_what_lies_below(&*factory().await).await;
    mailboxes::rename_of_inbox_moves_its_messages(&*factory().await).await;
    mailboxes::subscriptions(&*factory().await).await;
    mailboxes::tenants_do_not_see_each_other(&*factory().await).await;
    messages::uids_ascend_and_are_never_reused(&*factory().await).await;
    messages::octets_and_indexes_come_back(&*factory().await).await;
    messages::append_is_all_or_none(&*factory().await).await;
    messages::expunge_needs_the_deleted_flag(&*factory().await).await;
    messages::copy_and_move_answer_pairs(&*factory().await).await;
    messages::watchers_wake(&*factory().await).await;
    flags::modes(&*factory().await).await;
    flags::modseq_moves_only_on_change(&*factory().await).await;
    flags::unchanged_since(&*factory().await).await;
    flags::keywords_are_limited(&*factory().await).await;
}

/// The suite of [`Queue`], with the Store that local deliveries end in.
pub async fn queue<T, S>(factory: impl AsyncFn() -> T)
where
    T: Deref<Target = S>,
    S: Queue + Store + Directory,
{
    queue::a_lease_is_exclusive(&*factory().await).await;
    queue::reading_changes_nothing(&*factory().await).await;
    queue::claim_waits_for_accept(&*factory().await).await;
    queue::settle_records_each_recipient(&*factory().await).await;
    queue::settle_keeps_decisions(&*factory().await).await;
    queue::settle_appends_with_prefix(&*factory().await).await;
    queue::settle_is_all_or_none(&*factory().await).await;
    queue::release_and_retry(&*factory().await).await;
    queue::hold_until_retry(&*factory().await).await;
    queue::follow_ups_and_traces(&*factory().await).await;
}

/// The suite of [`KeyValue`]. The factory makes an empty one that takes its time from the clock.
pub async fn key_value<T, S>(factory: impl AsyncFn(Arc<FakeClock>) -> T)
where
    T: Deref<Target = S>,
    S: KeyValue,
{
    let fresh = async || factory(Arc::default()).await;
    key_value::values_come_and_go(&*fresh().await).await;
    key_value::owners_are_apart(&*fresh().await).await;
    key_value::sums(&*fresh().await).await;
    key_value::sums_meet_concurrently(&*fresh().await).await;
    key_value::limits(&*fresh().await).await;
    key_value::quota(&*fresh().await).await;
    let clock = Arc::new(FakeClock::default());
    key_value::times_run_out(&*factory(clock.clone()).await, &clock).await;
}
