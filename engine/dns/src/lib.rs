//! dns room.
