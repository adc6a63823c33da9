//! smtp room.
