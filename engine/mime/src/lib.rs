//! mime room.
