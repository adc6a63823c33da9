//! pop3 room.
