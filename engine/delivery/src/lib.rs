//! delivery room.
