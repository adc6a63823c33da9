//! intake room.
