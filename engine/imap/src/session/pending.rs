//! What a session goes on with when its question is answered.

use super::fetch::Fetching;
use super::search::Searching;
use super::{Session, Status};
use crate::grammar::list::{List, StatusItem};
use crate::question::Answer;
use crate::view::Expunges;
use waxseal_mail::MailboxName;
use waxseal_ports::store::{StoreError, Transfer};

/// A command that waits for an answer.
pub(super) enum Pending {
    /// LOGIN and AUTHENTICATE.
    Login { tag: String },
    /// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE, UNSELECT: nothing but done or not.
    Done { tag: String, status: Status },
    /// SELECT and EXAMINE.
    Select {
        tag: String,
        name: MailboxName,
        read_only: bool,
        condstore: bool,
    },
    /// SELECT under IMAP4rev2 asks for the mailbox's attributes.
    SelectListed { tag: String, read_only: bool },
    /// LIST and LSUB.
    List { tag: String, list: List, lsub: bool },
    /// LIST with STATUS: the lines, and the mailboxes that follow.
    ListStatus {
        tag: String,
        names: Vec<MailboxName>,
        lines: Vec<Vec<u8>>,
        items: Vec<StatusItem>,
    },
    /// STATUS.
    Status {
        tag: String,
        name: MailboxName,
        items: Vec<StatusItem>,
    },
    /// The newest snapshot, then the tagged line.
    Finish {
        tag: String,
        status: Status,
        expunges: Expunges,
    },
    /// CLOSE after its silent EXPUNGE.
    Closed { tag: String, status: Status },
    /// EXPUNGE.
    Expunge { tag: String },
    /// CLOSE.
    CloseExpunge { tag: String },
    /// STORE.
    Store {
        tag: String,
        store: super::flags::Storing,
    },
    /// STORE: the snapshot with the new flags.
    StoreNewest {
        tag: String,
        status: Status,
        store: super::flags::Storing,
    },
    /// COPY and MOVE.
    Copy { tag: String, transfer: Transfer },
    /// FETCH before its first message: what happened meanwhile.
    FetchStart(Box<Fetching>),
    /// FETCH of bodies: `\Seen` was set.
    FetchSeen(Box<Fetching>),
    /// FETCH of bodies: the snapshot with `\Seen` set.
    FetchSeenNewest(Box<Fetching>),
    /// FETCH: messages were read.
    FetchRead(Box<Fetching>),
    /// SEARCH: what happened meanwhile.
    SearchStart(Box<Searching>),
    /// SEARCH: messages were read.
    SearchRead(Box<Searching>),
    /// APPEND is complete.
    Append { tag: String },
    /// APPEND was malformed and answered; its spool is gone.
    Unspooled,
    /// APPEND failed; its spool is gone.
    AppendFailed { tag: String, status: Status },
}

impl Session {
    /// Goes on with an answer.
    pub(super) fn resume(&mut self, pending: Pending, answer: Answer) {
        match pending {
            Pending::Login { tag } => self.logged_in(&tag, answer),
            Pending::Done { tag, status } => self.done(tag, status, &answer),
            Pending::Select {
                tag,
                name,
                read_only,
                condstore,
            } => {
                self.selected(tag, name, (read_only, condstore), answer);
            }
            Pending::SelectListed { tag, read_only } => {
                self.select_listed(&tag, read_only, answer);
            }
            Pending::List { tag, list, lsub } => self.listed(tag, &list, lsub, answer),
            Pending::ListStatus {
                tag,
                names,
                lines,
                items,
            } => {
                self.list_glanced(tag, &names, (&lines, &items), answer);
            }
            Pending::Status { tag, name, items } => self.glanced(tag, &name, &items, answer),
            Pending::Finish {
                tag,
                status,
                expunges,
            } => {
                if let Answer::Newest(newest) = answer {
                    self.catch_up(newest, expunges);
                }
                self.tagged(&tag, &status);
            }
            Pending::Closed { tag, status } => self.tagged(&tag, &status),
            Pending::Expunge { tag } => self.expunged(tag, answer),
            Pending::CloseExpunge { tag } => self.close_expunged(tag, answer),
            Pending::Store { tag, store } => self.stored(tag, store, answer),
            Pending::StoreNewest { tag, status, store } => {
                self.store_newest(&tag, &status, store, answer);
            }
            Pending::Copy { tag, transfer } => self.copied(tag, transfer, answer),
            Pending::FetchStart(fetching) => self.fetch_start(fetching, answer),
            Pending::FetchSeen(fetching) => self.fetch_seen(fetching, answer),
            Pending::FetchSeenNewest(fetching) => self.fetch_seen_newest(fetching, answer),
            Pending::FetchRead(fetching) => self.fetch_read(fetching, answer),
            Pending::SearchStart(searching) => self.search_start(searching, answer),
            Pending::SearchRead(searching) => self.search_read(searching, answer),
            Pending::Unspooled => {}
            Pending::Append { tag } => self.appended(tag, answer),
            Pending::AppendFailed { tag, status } => self.finish(tag, status, Expunges::Told),
        }
    }

    /// The tagged line of a command that only could succeed or fail.
    fn done(&mut self, tag: String, status: Status, answer: &Answer) {
        let status = if let Answer::Failed(error) = answer {
            refusal(error, Missing::Source)
        } else {
            status
        };
        self.finish(tag, status, Expunges::Told);
    }
}

/// The tagged line for an answer that is not the one that was asked for.
pub(super) fn unexpected(answer: &Answer, missing: Missing) -> Status {
    match answer {
        Answer::Failed(error) => refusal(error, missing),
        Answer::Done
        | Answer::Login(_)
        | Answer::Mailboxes(..)
        | Answer::Opened(_)
        | Answer::Newest(_)
        | Answer::Glanced(_)
        | Answer::Read(_)
        | Answer::FlagsChanged(_)
        | Answer::Expunged(_)
        | Answer::Copied(_)
        | Answer::Appended(_) => Status::no("[SERVERBUG] an answer went astray"),
    }
}

/// What a mailbox that does not exist would have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// What the command is about.
    Source,
    /// Where messages were to go: the client may create it.
    Target,
}

/// The one table from errors of the store to response codes (RFC 9051 §7.1).
pub(super) fn refusal(error: &StoreError, missing: Missing) -> Status {
    match (error, missing) {
        (StoreError::NoSuchMailbox(_), Missing::Target) => {
            Status::no("[TRYCREATE] there is no such mailbox")
        }
        (StoreError::NoSuchMailbox(_), Missing::Source) => {
            Status::no("[NONEXISTENT] there is no such mailbox")
        }
        (StoreError::Exists(_), _) => Status::no("[ALREADYEXISTS] that mailbox exists already"),
        (StoreError::Limit(text), _) => Status::no(&format!("[LIMIT] {}", printable(text))),
        (StoreError::Keyword(error), _) => {
            Status::no(&format!("[LIMIT] {}", printable(&error.to_string())))
        }
        (StoreError::Full, _) => Status::no("[OVERQUOTA] no space is left for messages"),
        (StoreError::Unavailable(_), _) => {
            Status::no("[UNAVAILABLE] the mail store is unavailable, try again later")
        }
    }
}

/// Text that cannot end a line.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if matches!(c, ' '..='~') { c } else { '?' })
        .collect()
}
