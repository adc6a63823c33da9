//! imap room.
