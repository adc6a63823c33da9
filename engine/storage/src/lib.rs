//! storage room.
