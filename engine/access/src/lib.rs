//! access room.
